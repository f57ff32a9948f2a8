/** The URLs of the file that the server itself will ask, so that `symbolon check` can say of each whether it may. */
import { type Found, select } from './select.ts';

const patterns = [
  'tenants.*.clients.*.jwks_uri',
  'tenants.*.clients.*.request_uris.*',
  'tenants.*.clients.*.backchannel_logout_uri',
  'tenants.*.upstreams.*.discovery',
  'tenants.*.upstreams.*.token_endpoint',
  'tenants.*.upstreams.*.userinfo_endpoint',
];

export function askedUrls(file: unknown): readonly Found[] {
  return patterns.flatMap((pattern) => select(file, pattern));
}
