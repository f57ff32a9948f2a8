/** The end of the way: a session that says honestly how it came about, and where the person lands. */
import { type Proof, recordLogin, signIn } from '@symbolon/provider';
import { type BrowserCookie, newBrowser, setCookie } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { ownLink } from '../http/page.ts';
import type { Tenant } from '../tenant.ts';
import { deviceOf } from '../ui/device.ts';
import type { UpstreamConfig } from '../upstream.ts';
import type { Visit } from './passage.ts';
import { problemReply } from './problem.ts';

/**
 * Signs her in in this browser, whose cookie is replaced: what was planted before is worth nothing after. When the upstream says when she
 * signed in there, that is when she signed in.
 */
export async function enter(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit, proof: Proof): Promise<Reply> {
  const { tenant } = call;
  const { passage, authTime } = visit;
  const next = newBrowser();
  const seen = proof.upstream === undefined || authTime === undefined ? {} : { authTime: Math.min(authTime, tenant.op.now()) };
  const device = deviceOf(call.request.headers['user-agent']?.toString());
  const sid = await signIn(tenant.op, browser.hash, next.hash, { ...proof, ...seen, device });
  if (sid === undefined) return problemReply(call, 'disabled', { upstream, passage, reason: 'disabled, or changed, at this moment' });
  if (!(await isStillLinked(tenant, proof))) {
    await tenant.store.sessions.endOne(proof.sub, sid, tenant.op.now());
    return problemReply(call, 'refused', { upstream, passage, reason: 'unlinked at this moment' });
  }
  const headers = { 'set-cookie': setCookie(tenant, next), 'cache-control': 'no-store' };
  if (passage.request === undefined) return { status: 302, headers: { ...headers, location: await landingOf(tenant, upstream) }, body: '' };
  await recordLogin(tenant.op, { id: passage.request }, next.hash, sid);
  return { status: 302, headers: { ...headers, location: ownLink(call, 'continue', { request: passage.request }) }, body: '' };
}

/** Looked at after the session is there: an unlinking at the same moment either finds the session and ends it, or is found here. */
async function isStillLinked({ store }: Tenant, { sub, upstream, upstreamSession }: Proof): Promise<boolean> {
  if (upstream === undefined || upstreamSession === undefined) return true;
  const { issuer, subject } = upstreamSession;
  return (await store.identities.find({ upstream, issuer, subject }))?.user.sub === sub;
}

/** A page of ours, or a client behind us that begins a sign-in of its own (OpenID Connect Core section 4) and finds the session. */
export async function landingOf({ store, op, base }: Tenant, { landing, landingClient }: UpstreamConfig): Promise<string> {
  const client = landingClient === undefined ? undefined : await store.clients.find(landingClient);
  if (client?.initiate_login_uri === undefined || client.disabled) return `${base}${landing}`;
  const url = new URL(client.initiate_login_uri);
  url.searchParams.set('iss', op.settings.issuer);
  return url.href;
}
