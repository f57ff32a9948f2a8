/** Where else than here a person may sign in, for the pages that offer it: those she chose before first. */
import type { Pending } from '@symbolon/provider';
import type { Call } from '../http/call.ts';
import { formerFirst, readChoice } from '../http/choice.ts';
import { ownLink } from '../http/page.ts';
import type { UpstreamLink } from '../ui/upstream-links.tsx';
import { logoPath, openUpstreams } from '../upstream.ts';

/** The way out to an upstream, for a request or for the person herself. */
export function startLink(call: Call, id: string, pending: Pending | undefined): string {
  return ownLink(call, `auth/oidc/start/${id}`, pending === undefined ? {} : { request: pending.request.id });
}

/** A link for each upstream that anybody may sign in through; no property when there is none. */
export function upstreamLinks(call: Call, pending: Pending | undefined): { readonly upstreams?: readonly UpstreamLink[] } {
  const choice = readChoice(call);
  const shown = formerFirst(openUpstreams(call.tenant.upstreams), choice).map(({ id, name, logo }) => ({
    id,
    name,
    href: startLink(call, id, pending),
    former: choice.before?.includes(id) === true,
    ...(logo === undefined ? {} : { logo: logoPath(call.tenant, logo) }),
  }));
  return shown.length === 0 ? {} : { upstreams: shown };
}
