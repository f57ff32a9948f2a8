/**
 * Where a person may come from, for herself: what is linked, linking another, ending a link. To begin a link she needs a ticket from this page,
 * bound to browser, session and upstream: nobody else can send her on a way that ends in her account.
 *
 *   GET  /account/links ── a link for each upstream ──> begin.ts ── upstream ── callback.ts ── settle.ts ── linkedBySelf
 *   POST /account/links ── unlink, unless it is her last way in
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { OAuthError, one, type SessionView, sessionsOf } from '@symbolon/provider';
import { type BrowserCookie, known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { hiddenFields, ownLink, page, pageContext } from '../http/page.ts';
import type { Identity } from '../store.ts';
import { openUpstreams, type UpstreamConfig } from '../upstream.ts';
import { linksPage } from './pages/links.tsx';
import type { Passage, Visit } from './passage.ts';
import { problemReply } from './problem.ts';

/** GET /account/links */
export async function showLinks(call: Call): Promise<Reply> {
  const { browser, tenant } = call;
  const sessions = await ownSessions(call);
  const self = sessions.find(({ sid }) => sid === one(call.request.query, 'as')) ?? sessions[0];
  if (browser === undefined || self === undefined) return seeOther(ownLink(call, 'home'));
  const identities = await tenant.store.identities.list(self.sub);
  const last = await lastWayIn(call, self.sub, identities);
  const names = new Map(tenant.upstreams.map(({ id, name }) => [id, name]));
  const view = {
    action: `${tenant.base}/account/links`,
    hidden: hiddenFields(call, browser, { account: self.sid }),
    username: self.account.username,
    links: identities.map((identity) => ({
      id: idOf(identity),
      name: names.get(identity.upstream) ?? identity.upstream,
      ...shownOf(identity),
      last: identity === last,
    })),
    others: tenant.upstreams
      .filter(({ id, enabled }) => enabled && identities.every(({ upstream }) => upstream !== id))
      .map(({ id, name }) => ({
        id,
        name,
        href: ownLink(call, `auth/oidc/start/${id}`, { as: self.sid, ticket: ticketOf(call, browser, self.sid, id) }),
      })),
    back: ownLink(call, 'account', { as: self.sid }),
  };
  return page(call, linksPage(view, pageContext(call, undefined, String(new URLSearchParams({ as: self.sid })))));
}

/** POST /account/links: ends one of her own; what is not hers is not there. */
export async function submitLinks(call: Call, { form }: OwnForm): Promise<Reply> {
  const { op, store } = call.tenant;
  const self = (await ownSessions(call)).find(({ sid }) => sid === one(form, 'account'));
  if (self === undefined) return seeOther(ownLink(call, 'account'));
  const identities = await store.identities.list(self.sub);
  const wanted = identities.find((identity) => idOf(identity) === one(form, 'unlink'));
  if (wanted === undefined) return problemReply(call, 'unknown', {});
  if ((await lastWayIn(call, self.sub, identities)) === wanted)
    throw new OAuthError('invalid_request', 'this is the only way left to sign in to the account');
  if (await store.identities.unlink(self.sub, wanted, op.now()))
    op.emit({ type: 'identity.unlinked', upstream: wanted.upstream, sub: self.sub });
  return seeOther(ownLink(call, 'account/links', { as: self.sid }));
}

/** The session a link is begun for; throws for a ticket that is not of this browser, session and upstream. */
export async function linkingSession(call: Call, { id }: UpstreamConfig): Promise<NonNullable<Passage['linkTo']>> {
  const { browser, request } = call;
  const ticket = Buffer.from(one(request.query, 'ticket') ?? '');
  const self = (await ownSessions(call)).find(({ sid }) => sid === one(request.query, 'as'));
  const expected = browser && self && Buffer.from(ticketOf(call, browser, self.sid, id));
  if (self === undefined || expected === undefined || expected.length !== ticket.length || !timingSafeEqual(expected, ticket))
    throw new OAuthError('invalid_request', 'this page is no longer current; open your account again', { reason: 'request_gone' });
  return { sid: self.sid, sub: self.sub };
}

/** Back from the upstream: the identity becomes hers, if she is still signed in and it is nobody's. */
export async function linkedBySelf(call: Call, upstream: UpstreamConfig, { passage, key, profile }: Visit): Promise<Reply> {
  const { op, store } = call.tenant;
  const refuse = (reason: string) => problemReply(call, 'linkedElsewhere', { upstream, passage, reason });
  const self = (await ownSessions(call)).find(({ sid, sub }) => sid === passage.linkTo?.sid && sub === passage.linkTo.sub);
  if (self === undefined) return refuse('the session that began the link has ended');
  const found = await store.identities.find(key);
  if (found !== undefined && found.user.sub !== self.sub) return refuse('the identity is somebody else’s');
  if (found === undefined) {
    if (!(await store.identities.link(self.sub, key, profile.given, op.now()))) return refuse('linked meanwhile');
    op.emit({ type: 'identity.linked', upstream: upstream.id, sub: self.sub });
  }
  return seeOther(ownLink(call, 'account/links', { as: self.sid }));
}

function ownSessions(call: Call): Promise<readonly SessionView[]> {
  return sessionsOf(call.tenant.op, call.browser && known(call.browser));
}

/** Without a password, the only identity through which she can sign in. */
async function lastWayIn(call: Call, sub: string, identities: readonly Identity[]): Promise<Identity | undefined> {
  const { store, upstreams } = call.tenant;
  const open = openUpstreams(upstreams).map(({ id }) => id);
  const [only, another] = identities.filter(({ upstream }) => open.includes(upstream));
  if (only === undefined || another !== undefined) return undefined;
  const user = await store.users.find(sub);
  const found = user && (await store.users.findForPassword(user.usernameKey));
  return found?.passwordHash === undefined ? only : undefined;
}

function ticketOf({ tenant }: Call, browser: BrowserCookie, sid: string, upstream: string): string {
  return tenant.op.vault.mac('link', JSON.stringify([browser.hash, sid, upstream])).toString('base64url');
}

/** Names a link on the page; whose it may be, is looked up among hers. */
function idOf({ upstream, issuer, subject }: Identity): string {
  return createHash('sha256')
    .update(JSON.stringify([upstream, issuer, subject]))
    .digest('base64url');
}

function shownOf({ given: { claims } }: Identity): { readonly person?: string } {
  const person = [claims.email, claims.preferred_username, claims.name].find((value) => typeof value === 'string');
  return typeof person === 'string' ? { person } : {};
}
