/** Browser sessions. A browser is known by the hash of its secret; one person has at most one session in it. */
import type { EndedSession, Session, Sessions, SessionView, UpstreamEnd } from '@symbolon/provider';
import { sql } from 'kysely';
import { authentication } from './authentication.ts';
import { endSessions } from './ended-sessions.ts';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import { onceUsed } from './replay.ts';
import { toAccount } from './rows.ts';
import type { Schema } from './schema.ts';

type Lookup = {
  readonly tenant: string;
  readonly browser: string;
  readonly client_id: string | null;
  readonly idle: number;
  readonly now: number;
};

export function sessions(engine: Engine): (tenant: string) => Sessions {
  const { kysely } = engine;
  const find = statement<Lookup>('sessions.find')((p) =>
    kysely
      .selectFrom('sessions as s')
      .innerJoin('users as u', (join) => join.onRef('u.tenant', '=', 's.tenant').onRef('u.sub', '=', 's.sub'))
      .leftJoin('consents as c', (join) =>
        join
          .onRef('c.tenant', '=', 's.tenant')
          .onRef('c.sub', '=', 's.sub')
          .on((eb) => eb('c.client_id', '=', p.client_id)),
      )
      .select(['s.sid', 's.sub', 's.data', 's.created_at', 's.seen_at', 's.expires_at', 's.clients', 'u.data as account', 'c.scopes'])
      .where('s.tenant', '=', p.tenant)
      .where('s.browser', '=', p.browser)
      .where('s.expires_at', '>', p.now)
      .where(sql<number>`s.seen_at + cast(${p.idle} as bigint)`, '>', p.now)
      .orderBy('s.seen_at', 'desc'),
  );
  const list = statement<Omit<Lookup, 'browser' | 'client_id'> & { readonly sub: string }>('sessions.list')((p) =>
    kysely
      .selectFrom('sessions as s')
      .innerJoin('users as u', (join) => join.onRef('u.tenant', '=', 's.tenant').onRef('u.sub', '=', 's.sub'))
      .select(['s.sid', 's.sub', 's.data', 's.created_at', 's.seen_at', 's.expires_at', 's.clients', 'u.data as account'])
      .where('s.tenant', '=', p.tenant)
      .where('s.sub', '=', p.sub)
      .where('s.expires_at', '>', p.now)
      .where(sql<number>`s.seen_at + cast(${p.idle} as bigint)`, '>', p.now)
      .orderBy('s.seen_at', 'desc'),
  );
  const touch = statement<{ readonly tenant: string; readonly sid: string; readonly now: number }>('sessions.touch')((p) =>
    kysely
      .updateTable('sessions')
      .set({ seen_at: p.now })
      .where('tenant', '=', p.tenant)
      .where('sid', '=', p.sid)
      .where('seen_at', '<', p.now),
  );
  const join = joining(engine);
  const signIn = authentication(engine);
  const end = endSessions(engine);
  const use = onceUsed(engine);
  function* endOver(tenant: string, over: UpstreamEnd, now: number): Act<readonly EndedSession[] | undefined> {
    const { once } = over;
    if (once !== undefined && (yield* run(use, { tenant, kind: 'upstream-end', ...once, now })).length === 0) return undefined;
    return yield* end({ tenant, over }, now);
  }

  return (tenant) => ({
    find: async (browser, client_id, idle, now) => {
      const rows = await engine.read(find, { tenant, browser, client_id: client_id ?? null, idle, now });
      return rows.flatMap(toView);
    },
    authenticate: (previous, next, proof, now) => engine.act(() => signIn(tenant, previous, next, proof, now)),
    touch: async (sid, now) => {
      await engine.write(touch, { tenant, sid, now });
    },
    join: async (sid, client_id, now) => {
      await engine.write(join, { tenant, sid, now, added: JSON.stringify({ [client_id]: now }) });
    },
    list: async (sub, idle, now) => (await engine.read(list, { tenant, sub, idle, now })).flatMap(toSession),
    end: (browser, sid, now) => engine.act(() => end({ tenant, browser, sid: sid ?? null }, now)),
    endOne: (sub, sid, now) => engine.act(() => end({ tenant, sub, sid }, now)),
    endAll: (sub, now) => engine.act(() => end({ tenant, sub, sid: null }, now)),
    endUpstream: (over, now) => engine.act(() => endOver(tenant, over, now)),
  });
}

/** Several clients at once are all kept: the row is read again under its lock. What was there first stays: merged in from the right. */
function joining({ kysely, dialect }: Engine) {
  const merged = (added: string) =>
    dialect === 'postgres' ? sql<string>`(cast(${added} as jsonb) || clients::jsonb)::text` : sql<string>`json_patch(${added}, clients)`;
  return statement<{ readonly tenant: string; readonly sid: string; readonly now: number; readonly added: string }>('sessions.join')((p) =>
    kysely
      .updateTable('sessions')
      .set({ clients: merged(p.added) })
      .where('tenant', '=', p.tenant)
      .where('sid', '=', p.sid)
      .where('expires_at', '>', p.now),
  );
}

type SessionColumns = Pick<Schema['sessions'], 'sid' | 'sub' | 'data' | 'created_at' | 'seen_at' | 'expires_at' | 'clients'> & {
  readonly account: string;
};

function toSession({ sid, sub, data, created_at, seen_at, expires_at, clients, account }: SessionColumns): readonly Session[] {
  if (toAccount(account)?.active !== true) return [];
  const kept: Pick<Session, 'authTime' | 'amr' | 'acr' | 'upstream' | 'device'> = JSON.parse(data);
  const times = { createdAt: created_at, seenAt: seen_at, expiresAt: expires_at };
  return [{ ...kept, sid, sub, ...times, clients: JSON.parse(clients) as Session['clients'] }];
}

function toView(row: SessionColumns & { readonly scopes: string | null }): readonly SessionView[] {
  const account = toAccount(row.account);
  if (account === undefined) return [];
  const consented: readonly string[] = row.scopes === null ? [] : JSON.parse(row.scopes);
  return toSession(row).map((session) => ({ ...session, account, consented }));
}
