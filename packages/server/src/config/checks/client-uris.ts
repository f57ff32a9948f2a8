/** Every URI of a client goes through the one judge of URIs before a browser is ever sent there. RFC 7591 section 2, RFC 9700 section 4.1. */
import { registrationFault, webUriFault } from '@symbolon/provider';
import type { Draft, FileClient } from '../schema.ts';
import { forEach, orDefault, type Report, reportRepeated } from './report.ts';

const pages = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'initiate_login_uri', 'origin_url', 'jwks_uri'] as const;
const calls = ['backchannel_logout_uri', 'frontchannel_logout_uri'] as const;
const fix = 'write the whole address, such as https://app.example.com/callback';

export function checkClientUris(client: Draft<FileClient>, report: Report): void {
  checkList(client, 'redirect_uris', report);
  checkList(client, 'post_logout_redirect_uris', report);
  for (const name of pages) checkOne(client[name], name, report);
  for (const name of calls) checkCall(client[name], name, report);
  checkPresence(client, report);
}

function checkList(client: Draft<FileClient>, name: 'redirect_uris' | 'post_logout_redirect_uris', report: Report): void {
  const list = client[name];
  const application_type = orDefault(client, 'application_type', client.application_type, 'web' as const);
  forEach(list, report, name, (uri, at) => {
    const fault = registrationFault(uri, { application_type: application_type ?? 'native' });
    if (fault) at([], fault, fix);
  });
  reportRepeated(list ?? [], (index) => report([name, index], 'is in the list already', 'remove one of the two'));
}

function checkOne(uri: string | undefined, name: string, report: Report): void {
  const fault = uri === undefined ? undefined : webUriFault(uri);
  if (fault) report([name], fault, 'write the whole address, such as https://app.example.com/page');
}

/** OpenID Connect Back-Channel and Front-Channel Logout, section 2: no fragment. */
function checkCall(uri: string | undefined, name: string, report: Report): void {
  if (uri?.includes('#')) report([name], 'must not have a fragment (#)', 'remove # and what follows');
  else checkOne(uri, name, report);
}

function checkPresence(client: Draft<FileClient>, report: Report): void {
  const grants = orDefault(client, 'grant_types', client.grant_types, ['authorization_code'] as const);
  const needed = grants?.some((grant) => grant === 'authorization_code' || grant === 'implicit');
  const none = client.redirect_uris === undefined ? !Object.hasOwn(client, 'redirect_uris') : client.redirect_uris.length === 0;
  if (needed && none)
    report(
      ['redirect_uris'],
      'is missing: people are sent back there after they signed in',
      'add the address, or the grant_types of a client that nobody signs in to',
    );
}
