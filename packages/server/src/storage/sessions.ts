/** Browser sessions. A browser is known by the hash of its secret; one person has at most one session in it. */
import type { Authentication, EndedSession, Session, Sessions, SessionView } from '@symbolon/provider';
import { sql } from 'kysely';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
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
      .select(['s.sid', 's.sub', 's.data', 's.created_at', 's.seen_at', 's.expires_at', 'u.data as account', 'c.scopes'])
      .where('s.tenant', '=', p.tenant)
      .where('s.browser', '=', p.browser)
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
  const signIn = authentication(engine);
  const end = ending(engine);

  return (tenant) => ({
    find: async (browser, client_id, idle, now) => {
      const rows = await engine.read(find, { tenant, browser, client_id: client_id ?? null, idle, now });
      return rows.flatMap(toView);
    },
    authenticate: (previous, next, proof, now) => engine.act(() => signIn(tenant, previous, next, proof, now)),
    touch: async (sid, now) => {
      await engine.write(touch, { tenant, sid, now });
    },
    end: (browser, sid, now) => engine.act(() => end.ofBrowser({ tenant, browser, sid: sid ?? null }, now)),
    endAll: (sub, now) => engine.act(() => end.ofPerson({ tenant, sub }, now)),
  });
}

type SessionColumns = Pick<Schema['sessions'], 'sid' | 'sub' | 'data' | 'created_at' | 'seen_at' | 'expires_at'>;

function toView(row: SessionColumns & { readonly account: string; readonly scopes: string | null }): readonly SessionView[] {
  const account = toAccount(row.account);
  if (account?.active !== true) return [];
  const kept: Pick<Session, 'authTime' | 'amr' | 'acr'> = JSON.parse(row.data);
  const consented: readonly string[] = row.scopes === null ? [] : JSON.parse(row.scopes);
  const { sid, sub, created_at, seen_at, expires_at } = row;
  return [{ ...kept, sid, sub, createdAt: created_at, seenAt: seen_at, expiresAt: expires_at, account, consented }];
}

type SignIn = Schema['sessions'] & { readonly now: number };

function authentication({ kysely }: Engine) {
  const moveSessions = statement<{ readonly tenant: string; readonly previous: string; readonly next: string }>('sessions.move')((p) =>
    kysely.updateTable('sessions').set({ browser: p.next }).where('tenant', '=', p.tenant).where('browser', '=', p.previous),
  );
  const moveRequests = statement<{ readonly tenant: string; readonly previous: string; readonly next: string }>('sessions.moveRequests')(
    (p) => kysely.updateTable('requests').set({ browser: p.next }).where('tenant', '=', p.tenant).where('browser', '=', p.previous),
  );
  const signIn = statement<SignIn>('sessions.signIn')((p) =>
    kysely
      .insertInto('sessions')
      .values({
        tenant: p.tenant,
        sid: p.sid,
        browser: p.browser,
        sub: p.sub,
        data: p.data,
        created_at: p.created_at,
        seen_at: p.seen_at,
        expires_at: p.expires_at,
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'browser', 'sub']).doUpdateSet((eb) => ({
          // A session past its life is replaced, not revived: its sid has been reported dead.
          sid: sql`case when sessions.expires_at > ${p.now} then sessions.sid else excluded.sid end`,
          created_at: sql`case when sessions.expires_at > ${p.now} then sessions.created_at else excluded.created_at end`,
          data: eb.ref('excluded.data'),
          seen_at: eb.ref('excluded.seen_at'),
          expires_at: eb.ref('excluded.expires_at'),
        })),
      )
      .returning('sid'),
  );
  return function* (tenant: string, previous: string | undefined, next: string, proof: Authentication, now: number): Act<string> {
    if (previous !== undefined) {
      yield* run(moveSessions, { tenant, previous, next });
      yield* run(moveRequests, { tenant, previous, next });
    }
    const { sid, sub, expiresAt, ...kept } = proof;
    const times = { created_at: now, seen_at: now, expires_at: expiresAt, now };
    const [row] = yield* run(signIn, { tenant, sid, browser: next, sub, data: JSON.stringify(kept), ...times });
    return row?.sid ?? sid;
  };
}

type OfBrowser = { readonly tenant: string; readonly browser: string; readonly sid: string | null };
type OfPerson = { readonly tenant: string; readonly sub: string };

function ending({ kysely }: Engine) {
  const endBrowser = statement<OfBrowser>('sessions.end')((p) =>
    kysely
      .deleteFrom('sessions')
      .where('tenant', '=', p.tenant)
      .where('browser', '=', p.browser)
      .where('sid', '=', sql<string>`coalesce(${p.sid}, sid)`)
      .returning(['sid', 'sub', 'expires_at']),
  );
  const endPerson = statement<OfPerson>('sessions.endAll')((p) =>
    kysely.deleteFrom('sessions').where('tenant', '=', p.tenant).where('sub', '=', p.sub).returning(['sid', 'sub', 'expires_at']),
  );
  const holders = statement<OfPerson & { readonly sid: string; readonly now: number }>('sessions.holders')((p) =>
    kysely
      .selectFrom('grants')
      .select('client_id')
      .distinct()
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('sid', '=', p.sid)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now)
      .orderBy('client_id'),
  );
  function* report(tenant: string, ended: readonly { sid: string; sub: string; expires_at: number }[], now: number): Act<EndedSession[]> {
    const reported: EndedSession[] = [];
    for (const { sid, sub, expires_at } of ended) {
      if (now >= expires_at) continue;
      const clients = yield* run(holders, { tenant, sub, sid, now });
      reported.push({ sid, sub, clients: clients.map((row) => row.client_id) });
    }
    return reported;
  }
  return {
    *ofBrowser(which: OfBrowser, now: number): Act<EndedSession[]> {
      return yield* report(which.tenant, yield* run(endBrowser, which), now);
    },
    *ofPerson(which: OfPerson, now: number): Act<EndedSession[]> {
      return yield* report(which.tenant, yield* run(endPerson, which), now);
    },
  };
}
