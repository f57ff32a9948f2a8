/**
 * Signing out where the person came from, too (OpenID Connect RP-Initiated Logout 1.0, as a client). By then everything here has ended and is being
 * told, so an upstream that never sends her back takes nothing with it. Where she was going is kept in a cookie of this browser, sealed: the
 * upstream gets a state, which says nothing and opens nothing.
 */
import { type EndedSession, one } from '@symbolon/provider';
import { RelyingPartyError } from '@symbolon/relying-party';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { Tenant } from '../tenant.ts';
import { hintOf } from '../upstream-session.ts';

type Leaving = { readonly state: string; readonly to: string; readonly until: number };

/** Seconds. */
const lifetime = 900;

/** Where to send the browser, and the cookie that knows how to go on to `to`; undefined when nobody is to be signed out elsewhere. */
export async function leaveUpstream(
  { tenant }: Call,
  ended: readonly EndedSession[],
  to: string,
): Promise<{ readonly url: string; readonly cookie: string } | undefined> {
  for (const { upstream: from } of ended) {
    const upstream = tenant.upstreams.find(({ id, enabled, logout }) => id === from?.id && enabled && logout === 'rp-initiated');
    if (upstream === undefined) continue;
    const hint = from?.hint === undefined ? {} : { hint: hintOf(tenant, from.hint) };
    const wanted = { ...hint, state: tenant.op.random(16), returnTo: `${tenant.op.settings.issuer}/auth/oidc/signed-out` };
    const url = await tenant.connectors[upstream.connection.connector].signOut(upstream, wanted).catch((error: unknown) => {
      if (!(error instanceof RelyingPartyError)) throw error;
      // One that is down keeps nobody from signing out here.
      tenant.op.emit({ type: 'upstream.refused', upstream: upstream.id, kind: 'logout', reason: error.message });
      return undefined;
    });
    if (url !== undefined) return { url, cookie: keep(tenant, { state: wanted.state, to, until: tenant.op.now() + lifetime }) };
  }
  return undefined;
}

/** GET /auth/oidc/signed-out: back from the upstream. Undefined for a browser that was not sent there, or with another state. */
export function backFromUpstream(call: Call): Reply | undefined {
  const leaving = read(call);
  if (leaving === undefined || one(call.request.query, 'state') !== leaving.state) return undefined;
  return seeOther(leaving.to, { 'set-cookie': [cookieOf(call.tenant, '', 0)] });
}

function keep(tenant: Tenant, leaving: Leaving): string {
  return cookieOf(tenant, tenant.op.vault.seal(JSON.stringify({ leaving })), lifetime);
}

function read({ tenant, request }: Call): Leaving | undefined {
  const start = `${nameOf(tenant)}=`;
  const cookie = request.headers.cookie
    ?.toString()
    .split(/; */)
    .find((each) => each.startsWith(start));
  const text = cookie === undefined ? undefined : opened(tenant, cookie.slice(start.length));
  // The vault seals other things too.
  if (!text?.startsWith('{"leaving":')) return undefined;
  const { leaving }: { readonly leaving: Leaving } = JSON.parse(text);
  return tenant.op.now() < leaving.until ? leaving : undefined;
}

function opened({ op }: Tenant, sealed: string): string | undefined {
  try {
    return op.vault.open(sealed);
  } catch {
    return undefined;
  }
}

function nameOf({ cookieName }: Tenant): string {
  return `${cookieName}-leaving`;
}

/** Lax, since the upstream leads back by a redirect. */
function cookieOf(tenant: Tenant, value: string, seconds: number): string {
  return `${nameOf(tenant)}=${value}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${tenant.secure ? '; Secure' : ''}`;
}
