/** Browser sessions in memory. A browser is known by the hash of its secret; one person has at most one session in it. */
import type { Authentication, EndedSession, Replay, Session, Sessions, SessionView, UpstreamEnd, UpstreamSession } from '../store.ts';
import { endCode, grantAlive, type Memory, type StoredSession } from './memory.ts';

/** The port's number: how many pending requests of a browser follow it to its new secret. */
const movedRequests = 50;

export function memorySessions(memory: Memory, replay: Replay): Sessions {
  const { sessions } = memory;
  const all = (wanted: (stored: StoredSession) => boolean) => [...sessions.values()].filter(wanted);
  return {
    find: async (browser, client_id, idle, now) =>
      all((it) => it.browser === browser && now < it.session.expiresAt && now < it.session.seenAt + idle)
        .sort((a, b) => b.session.seenAt - a.session.seenAt)
        .flatMap(({ session }) => view(memory, session, client_id)),
    // This store keeps no credentials: the directory of people is somebody else's.
    authenticate: async (previous, next, { credential: _, ...authentication }, now) => {
      if (memory.accounts(authentication.sub)?.active !== true) return undefined;
      if (previous !== undefined) moveBrowser(memory, previous, next);
      return signIn(memory, next, authentication, now);
    },
    touch: async (sid, now) => {
      const stored = sessions.get(sid);
      if (stored !== undefined && stored.session.seenAt < now) stored.session = { ...stored.session, seenAt: now };
    },
    join: async (sid, client_id, now) => {
      const stored = sessions.get(sid);
      if (stored === undefined || now >= stored.session.expiresAt || Object.hasOwn(stored.session.clients, client_id)) return;
      stored.session = { ...stored.session, clients: { ...stored.session.clients, [client_id]: now } };
    },
    list: async (sub, idle, now) =>
      all((it) => it.session.sub === sub && now < it.session.expiresAt && now < it.session.seenAt + idle)
        .map(({ session }) => session)
        .filter(() => memory.accounts(sub)?.active === true)
        .sort((a, b) => b.seenAt - a.seenAt),
    end: async (browser, sid, now) =>
      end(
        memory,
        all((it) => it.browser === browser && (sid === undefined || it.session.sid === sid)),
        now,
      ),
    endOne: async (sub, sid, now) =>
      end(
        memory,
        all((it) => it.session.sub === sub && it.session.sid === sid),
        now,
      ),
    endAll: async (sub, now) =>
      end(
        memory,
        all((it) => it.session.sub === sub),
        now,
      ),
    endUpstream: async (over, now) => {
      const { once } = over;
      if (once !== undefined && !(await replay.once('upstream-end', once.key, once.until, now))) return undefined;
      return end(
        memory,
        all((it) => restsOn(it, over)),
        now,
      );
    },
  };
}

function restsOn({ session, upstreamSession: there }: StoredSession, over: UpstreamEnd): boolean {
  if (there === undefined || session.upstream !== over.upstream || there.issuer !== over.issuer || there.toldAt > over.toldUntil)
    return false;
  if (over.subject !== undefined && there.subject !== over.subject) return false;
  if (over.sid !== undefined && there.sid === over.sid) return true;
  return over.subject !== undefined && (over.sid === undefined || there.sid === undefined);
}

function view(memory: Memory, session: Session, client_id: string | undefined): readonly SessionView[] {
  const account = memory.accounts(session.sub);
  if (account?.active !== true) return [];
  const consent = memory.consents.find((it) => it.sub === session.sub && it.client_id === client_id);
  return [{ ...session, account, consented: consent?.scopes ?? [] }];
}

function moveBrowser(memory: Memory, previous: string, next: string): void {
  for (const stored of memory.sessions.values()) if (stored.browser === previous) stored.browser = next;
  const pending = [...memory.requests.values()].filter((it) => it.stage === 'pending' && it.request.browser === previous);
  const newest = pending.sort((a, b) => b.request.openedAt - a.request.openedAt).slice(0, movedRequests);
  for (const stored of newest) stored.request = { ...stored.request, browser: next };
}

function signIn(memory: Memory, browser: string, proven: Omit<Authentication, 'credential'>, now: number): string {
  const { upstreamSession, ...authentication } = proven;
  const known = [...memory.sessions.values()].find((it) => it.browser === browser && it.session.sub === authentication.sub);
  if (known !== undefined) memory.sessions.delete(known.session.sid);
  const kept = known !== undefined && now < known.session.expiresAt ? known.session : undefined;
  const sid = kept?.sid ?? authentication.sid;
  const { createdAt, clients } = kept ?? { createdAt: now, clients: {} };
  memory.sessions.set(sid, { browser, upstreamSession, session: { ...authentication, sid, clients, createdAt, seenAt: now } });
  return sid;
}

function end(memory: Memory, ended: readonly StoredSession[], now: number): readonly EndedSession[] {
  for (const { session } of ended) memory.sessions.delete(session.sid);
  const ofEnded = (sid: string | undefined) => ended.some(({ session }) => session.sid === sid);
  for (const stored of memory.requests.values()) if (ofEnded(stored.approval?.sid)) endCode(stored);
  const alive = ended.filter(({ session }) => now < session.expiresAt);
  const reported = alive.map(({ session, upstreamSession }) => ({
    sid: session.sid,
    sub: session.sub,
    clients: clientsOf(memory, session, now),
    ...(upstreamSession === undefined || session.upstream === undefined
      ? undefined
      : { upstream: cameFrom(session.upstream, upstreamSession) }),
  }));
  for (const stored of memory.grants.values())
    if (stored.grant.endsWithSession === true && ofEnded(stored.grant.sid)) stored.revoked = true;
  return reported;
}

function cameFrom(id: string, { hint }: UpstreamSession): NonNullable<EndedSession['upstream']> {
  return hint === undefined ? { id } : { id, hint };
}

function clientsOf(memory: Memory, { sid, clients }: Session, now: number): readonly string[] {
  const grants = [...memory.grants.values()].filter((stored) => stored.grant.sid === sid && grantAlive(stored, now));
  return [...new Set([...Object.keys(clients), ...grants.map((stored) => stored.grant.client_id)])].sort();
}
