/**
 * The outbox of sign-outs: a row for each client that knew of a session, written by the act that ended it (`ended-sessions.ts`). Whoever sends
 * claims a row first, and of a client only the first that waits, so that no client is told twice at once by two processes, or out of turn.
 */
import { sql } from 'kysely';
import type { Logout, Logouts } from '../store.ts';
import type { Engine } from './engine.ts';
import { type Statement, statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Key = { readonly tenant: string; readonly sid: string; readonly client_id: string };
type New = Key & { readonly sub: string; readonly now: number; readonly kept_until: number };
type Settled = Key & Pick<Schema['logouts'], 'state' | 'next_at' | 'last_status' | 'settled_at'>;

/** How long what became of it can be looked up, in seconds. */
export const keptFor = 7 * 86_400;

/** Nothing happens when it is there already: a session ends once. */
export function noticeOf({ kysely }: Engine): Statement<New, unknown> {
  return statement<New>('logouts.add')((p) =>
    kysely
      .insertInto('logouts')
      .values({
        tenant: p.tenant,
        sid: p.sid,
        client_id: p.client_id,
        sub: p.sub,
        state: 'waiting',
        ended_at: p.now,
        attempts: 0,
        next_at: p.now,
        last_at: null,
        last_status: null,
        settled_at: null,
        expires_at: p.kept_until,
      })
      .onConflict((conflict) => conflict.doNothing()),
  );
}

const columns = ['sid', 'client_id', 'sub', 'state', 'ended_at', 'attempts', 'last_at', 'last_status', 'settled_at'] as const;

export function logouts(engine: Engine): (tenant: string) => Logouts {
  const { kysely } = engine;
  const due = dueOnes(engine);
  const waiting = (p: Key) =>
    kysely
      .updateTable('logouts')
      .where('tenant', '=', p.tenant)
      .where('sid', '=', p.sid)
      .where('client_id', '=', p.client_id)
      .where('state', '=', 'waiting')
      .returning('sid');
  const claim = statement<Key & { readonly now: number; readonly until: number }>('logouts.claim')((p) =>
    waiting(p).set({ attempts: sql`attempts + 1`, last_at: p.now, next_at: p.until }).where('next_at', '<=', p.now),
  );
  const settle = statement<Settled>('logouts.settle')((p) =>
    waiting(p).set({ state: p.state, next_at: p.next_at, last_status: p.last_status, settled_at: p.settled_at }),
  );
  const ofSession = statement<{ readonly tenant: string; readonly sid: string }>('logouts.ofSession')((p) =>
    kysely.selectFrom('logouts').select(columns).where('tenant', '=', p.tenant).where('sid', '=', p.sid).orderBy('client_id'),
  );
  const list = statement<{ readonly tenant: string; readonly limit: number }>('logouts.list')((p) =>
    kysely
      .selectFrom('logouts')
      .select(columns)
      .where('tenant', '=', p.tenant)
      .orderBy('ended_at', 'desc')
      .orderBy('sid')
      .orderBy('client_id')
      .limit(p.limit),
  );
  return (tenant) => ({
    due: async (now) => (await engine.read(due, { tenant, now })).map(toLogout),
    claim: async ({ sid, client_id }, until, now) => (await engine.write(claim, { tenant, sid, client_id, until, now })).length === 1,
    settle: async ({ sid, client_id }, { state, status, nextAt }, now) => {
      const outcome = { state, last_status: status ?? null, next_at: nextAt ?? now, settled_at: state === 'waiting' ? null : now };
      return (await engine.write(settle, { tenant, sid, client_id, ...outcome })).length === 1;
    },
    ofSession: async (sid) => (await engine.read(ofSession, { tenant, sid })).map(toLogout),
    list: async (limit) => (await engine.read(list, { tenant, limit })).map(toLogout),
  });
}

/**
 * Of each client the first that waits; those behind it wait for it, because what cannot be reached now cannot be reached for them either. One
 * that the client answered and refused (4xx) is its own trouble, and holds up nobody.
 */
function dueOnes({ kysely }: Engine) {
  const refused = sql<boolean>`coalesce(earlier.last_status, 0) between 400 and 499`;
  return statement<{ readonly tenant: string; readonly now: number }>('logouts.due')((p) =>
    kysely
      .selectFrom('logouts as l')
      .select(columns)
      .where('l.tenant', '=', p.tenant)
      .where('l.state', '=', 'waiting')
      .where('l.next_at', '<=', p.now)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('logouts as earlier')
              .select('earlier.sid')
              .whereRef('earlier.tenant', '=', 'l.tenant')
              .whereRef('earlier.client_id', '=', 'l.client_id')
              .where('earlier.state', '=', 'waiting')
              .where(sql<boolean>`(earlier.ended_at, earlier.sid) < (l.ended_at, l.sid)`)
              .where(sql<boolean>`not (${refused})`),
          ),
        ),
      )
      .orderBy('l.next_at')
      .orderBy('l.client_id')
      .limit(sql.lit(100)),
  );
}

function toLogout(row: Pick<Schema['logouts'], (typeof columns)[number]>): Logout {
  return {
    sid: row.sid,
    client_id: row.client_id,
    sub: row.sub,
    state: row.state,
    endedAt: row.ended_at,
    attempts: row.attempts,
    ...(row.last_at === null ? undefined : { lastAt: row.last_at }),
    ...(row.last_status === null ? undefined : { lastStatus: row.last_status }),
    ...(row.settled_at === null ? undefined : { settledAt: row.settled_at }),
  };
}
