/** /account: where am I signed in, which applications have access, and an end to any of it. */
import { type Client, type EndedSession, type Grant, one, type SessionView, sessionsOf } from '@symbolon/provider';
import { known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { askerOf, hiddenFields, ownLink, page, pageContext } from '../http/page.ts';
import { signedOutCookies } from './ended.ts';
import { type AccessView, accountPage, type SessionEntry } from './pages/account.tsx';
import { signedOut } from './signed-out.ts';

/** GET /account */
export async function showAccount(call: Call): Promise<Reply> {
  const sessions = await ownSessions(call);
  const self = sessions.find(({ sid }) => sid === one(call.request.query, 'as')) ?? sessions[0];
  if (call.browser === undefined || self === undefined) return seeOther(ownLink(call, 'home'));
  const { op } = call.tenant;
  const [everywhere, access] = await Promise.all([
    op.store.sessions.list(self.sub, op.settings.lifetimes.sessionIdle, op.now()),
    accessOf(call, self.sub),
  ]);
  const names = await clientNames(
    call,
    everywhere.flatMap(({ clients }) => Object.keys(clients)),
  );
  // The one at hand first.
  const ordered = everywhere.toSorted((a, b) => Number(b.sid === self.sid) - Number(a.sid === self.sid));
  const entries: readonly SessionEntry[] = ordered.map(({ sid, device, createdAt, seenAt, clients }) => ({
    sid,
    device: device ?? '',
    signedIn: op.now() - createdAt,
    lastSeen: op.now() - seenAt,
    here: sid === self.sid,
    applications: Object.keys(clients).map((client_id) => names.get(client_id) ?? client_id),
  }));
  const view = {
    action: `${call.tenant.base}/account`,
    // The answer is about the account that the page showed.
    hidden: hiddenFields(call, call.browser, { account: self.sid }),
    username: self.account.username,
    others: sessions.filter((other) => other !== self).map(otherAccount(call)),
    sessions: entries,
    access,
    ...(call.tenant.upstreams.length === 0 ? {} : { links: ownLink(call, 'account/links', { as: self.sid }) }),
    home: ownLink(call, 'home'),
  };
  return page(call, accountPage(view, pageContext(call, undefined, String(new URLSearchParams({ as: self.sid })))));
}

/** POST /account */
export async function submitAccount(call: Call, { form }: OwnForm): Promise<Reply> {
  const sessions = await ownSessions(call);
  const self = sessions.find(({ sid }) => sid === one(form, 'account'));
  if (self === undefined) return seeOther(ownLink(call, 'account'));
  const client_id = one(form, 'withdraw');
  if (client_id !== undefined) {
    await withdraw(call, self.sub, client_id);
    return seeOther(ownLink(call, 'account', { as: self.sid }));
  }
  const ended = await endWanted(call, self.sub, one(form, 'end'), one(form, 'all'));
  if (ended.length === 0) return seeOther(ownLink(call, 'account', { as: self.sid }));
  for (const { sid, sub } of ended) call.tenant.op.emit({ type: 'session.ended', sid, sub });
  const gone = ended.map(({ sid }) => sid);
  const here = sessions.map(({ sid }) => sid).filter((sid) => gone.includes(sid));
  const cookies = here.length === 0 ? [] : await signedOutCookies(call, here.length === sessions.length);
  return signedOut(call, { ended, here }, cookies);
}

async function endWanted(call: Call, sub: string, sid: string | undefined, all: string | undefined): Promise<readonly EndedSession[]> {
  const { store, now } = call.tenant.op;
  if (all === 'yes') return store.sessions.endAll(sub, now());
  return sid === undefined ? [] : store.sessions.endOne(sub, sid, now());
}

async function withdraw({ tenant }: Call, sub: string, client_id: string): Promise<void> {
  if (await tenant.op.store.consents.forget(sub, client_id, tenant.op.now())) tenant.op.emit({ type: 'access.withdrawn', client_id, sub });
}

function ownSessions(call: Call): Promise<readonly SessionView[]> {
  return sessionsOf(call.tenant.op, call.browser && known(call.browser));
}

function otherAccount(call: Call) {
  return ({ sid, account }: SessionView) => ({ username: account.username, link: ownLink(call, 'account', { as: sid }) });
}

/** What she allowed, and what came of it: an application of the operator's own holds grants that nobody was asked about. */
async function accessOf(call: Call, sub: string): Promise<readonly AccessView[]> {
  const { store, now } = call.tenant.op;
  const [consents, grants] = await Promise.all([store.consents.list(sub), store.grants.list(sub, now())]);
  const ids = [...new Set([...consents, ...grants].map(({ client_id }) => client_id))].sort();
  const found = await Promise.all(ids.map((id) => store.clients.find(id)));
  return ids.map((client_id, index) => {
    const held = grants.filter((grant) => grant.client_id === client_id);
    const scopes = [...new Set([...consents.filter((it) => it.client_id === client_id), ...held].flatMap((it) => it.scopes))];
    return {
      client_id,
      client: shown(client_id, found[index]),
      scopes: scopes.map((name) => scopeOf(call, name)),
      offline: outlives(held),
    };
  });
}

function outlives(grants: readonly Grant[]): boolean {
  return grants.some(({ endsWithSession, sid }) => endsWithSession !== true && sid !== undefined);
}

function shown(client_id: string, client: Client | undefined) {
  return client === undefined ? { name: client_id } : askerOf(client);
}

function scopeOf({ tenant }: Call, name: string) {
  const description = tenant.op.settings.scopes.find((scope) => scope.name === name)?.description;
  return description === undefined ? { name } : { name, description };
}

async function clientNames({ tenant }: Call, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all([...new Set(ids)].map((id) => tenant.store.clients.find(id)));
  return new Map(found.flatMap((client) => (client === undefined ? [] : [[client.client_id, client.client_name ?? client.client_id]])));
}
