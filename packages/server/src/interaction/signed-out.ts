/**
 * After a sign-out: which applications were told, which are being told, and which cannot be reached. The page also loads the pages at which
 * applications sign people out in this browser (OpenID Connect Front-Channel Logout 1.0), and then leads on to where the person is going.
 */
import { type EndedSession, frontchannelUrl, one } from '@symbolon/provider';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { pageSources } from '../http/headers.ts';
import { ownLink, page, pageContext } from '../http/page.ts';
import type { Logout } from '../store.ts';
import { type EndedReference, openEnded, sealEnded } from './ended.ts';
import { backFromUpstream, leaveUpstream } from './leave-upstream.ts';
import { type EndedApplication, signedOutPage } from './pages/signed-out.tsx';

type SignedOut = { readonly ended: readonly EndedSession[]; readonly here: readonly string[]; readonly redirect?: string };

/** The answer to a sign-out: straight on to the client where nothing is left to be done in this browser, else to the page. */
export async function signedOut(call: Call, { ended, here, redirect }: SignedOut, cookies: readonly string[]): Promise<Reply> {
  const headers = { 'set-cookie': [...cookies] };
  const clients = [...new Set(ended.filter(({ sid }) => here.includes(sid)).flatMap((session) => session.clients))];
  const found = await Promise.all(clients.map((client_id) => call.tenant.store.clients.find(client_id)));
  const framed = found.some((client) => client?.disabled === false && client.frontchannel_logout_uri !== undefined);
  const reference = { sids: ended.map(({ sid }) => sid), here, ...(redirect === undefined ? undefined : { redirect }) };
  const ownPage = (seen: EndedReference) => ownLink(call, 'signed-out', { ended: sealEnded(call, seen) });
  const left = ended.filter(({ sid }) => here.includes(sid));
  const leaving = await leaveUpstream(call, left, redirect ?? ownPage(reference));
  // Through our page, and not at once: Chromium holds a form's answer to `form-action` through every redirect, and the frames come first.
  if (leaving !== undefined)
    return seeOther(ownPage({ ...reference, redirect: leaving.url }), { 'set-cookie': [...cookies, leaving.cookie] });
  if (redirect !== undefined && !framed) return seeOther(redirect, headers);
  return seeOther(ownPage(reference), headers);
}

/** GET /signed-out */
export async function showSignedOut(call: Call): Promise<Reply> {
  const sealed = one(call.request.query, 'ended');
  const reference = openEnded(call, sealed);
  if (sealed === undefined || reference === undefined) return farewell(call);
  const notices = (await Promise.all(reference.sids.map((sid) => call.tenant.store.logouts.ofSession(sid)))).flat();
  const applications = await Promise.all([...Map.groupBy(notices, ({ client_id }) => client_id)].map((each) => application(call, each)));
  const frames = await framesOf(call, notices, reference);
  const { redirect } = reference;
  const query = { ended: sealed };
  const view = {
    applications,
    frames,
    signIn: ownLink(call, 'login'),
    again: ownLink(call, 'signed-out', query),
    // Whoever ended a session somewhere else is still signed in here.
    ...(reference.here.length === 0 ? { account: ownLink(call, 'account') } : undefined),
    ...(redirect === undefined ? undefined : { redirect }),
  };
  const context = pageContext(call, undefined, String(new URLSearchParams(query)));
  return page(call, signedOutPage(view, context), { frames: pageSources(frames) });
}

/** GET /auth/oidc/signed-out: back from the upstream at which she signed out too. */
export function showBackFromUpstream(call: Call): Reply {
  return backFromUpstream(call) ?? farewell(call);
}

/** To somebody who was signed in to nothing, or whose reference is too old. */
export function farewell(call: Call): Reply {
  const view = { applications: [], frames: [], signIn: ownLink(call, 'login') };
  return page(call, signedOutPage(view, pageContext(call)));
}

async function application(call: Call, [client_id, notices]: readonly [string, readonly Logout[]]): Promise<EndedApplication> {
  const client = await call.tenant.store.clients.find(client_id);
  const name = client?.client_name ?? client_id;
  const failing = notices.some(({ state, attempts, lastStatus }) => state === 'waiting' && attempts > 0 && lastStatus !== undefined);
  if (failing) return { name, state: 'failing' };
  const worst = (['waiting', 'given_up', 'silent', 'told'] as const).find((state) => notices.some((notice) => notice.state === state));
  // What has nothing to be told at is asked through the browser, where it has a page for that.
  if (worst === 'silent' && client?.frontchannel_logout_uri !== undefined) return { name, state: 'framed' };
  return { name, state: worst ?? 'waiting' };
}

async function framesOf(call: Call, notices: readonly Logout[], { here }: EndedReference): Promise<readonly string[]> {
  const urls = notices
    .filter(({ sid }) => here.includes(sid))
    .map(async ({ client_id, sid }) => {
      const client = await call.tenant.store.clients.find(client_id);
      return client?.disabled === false ? frontchannelUrl(call.tenant.op, client, sid) : undefined;
    });
  return (await Promise.all(urls)).filter((url) => url !== undefined);
}
