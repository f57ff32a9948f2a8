/**
 * A person has just proved who she is: her session in the browser's new secret. Her row is held first, so that of a sign-in and a change of
 * her password (or her being disabled) the later one sees the earlier: the sign-in that comes after is refused, the one before is ended.
 */
import type { Authentication, UpstreamSession } from '@symbolon/provider';
import { sql } from 'kysely';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import { toAccount } from './rows.ts';
import type { Schema } from './schema.ts';

type Person = { readonly tenant: string; readonly sub: string };
type Move = { readonly tenant: string; readonly previous: string; readonly next: string };
type Resting = Pick<
  Schema['sessions'],
  'upstream' | 'upstream_issuer' | 'upstream_subject' | 'upstream_sid' | 'upstream_told_at' | 'upstream_hint'
>;
type SignIn = Omit<Schema['sessions'], 'clients'> & { readonly now: number };

/** The port's number: how many pending requests of a browser follow it to its new secret. */
const moved = 50;

export function authentication(engine: Engine) {
  const { kysely } = engine;
  const hold = statement<Person>('sessions.hold')((p) =>
    kysely
      .selectFrom('users')
      .select(['data', 'password_hash'])
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .$if(engine.dialect === 'postgres', (query) => query.forShare()),
  );
  const moveSessions = statement<Move>('sessions.move')((p) =>
    kysely.updateTable('sessions').set({ browser: p.next }).where('tenant', '=', p.tenant).where('browser', '=', p.previous),
  );
  const moveWaits = waitsMove(engine);
  const moveRequests = requestsMove(engine);
  const signIn = sessionRow(engine);
  return function* (
    tenant: string,
    previous: string | undefined,
    next: string,
    { sid, sub, expiresAt, credential, upstreamSession, ...kept }: Authentication,
    now: number,
  ): Act<string | undefined> {
    const [person] = yield* run(hold, { tenant, sub });
    if (person === undefined || !stillProven(person, credential)) return undefined;
    if (previous !== undefined) {
      yield* run(moveSessions, { tenant, previous, next });
      yield* run(moveRequests, { tenant, previous, next });
      yield* run(moveWaits, { tenant, previous, next });
    }
    const times = { created_at: now, seen_at: now, expires_at: expiresAt, now };
    const [row] = yield* run(signIn, {
      tenant,
      sid,
      browser: next,
      sub,
      data: JSON.stringify(kept),
      ...times,
      ...resting(kept.upstream, upstreamSession),
    });
    return row?.sid ?? sid;
  };
}

/** What the session rests on. A sign-in of another kind in the same session lets go of it. */
function resting(upstream: string | undefined, there: UpstreamSession | undefined): Resting {
  const known = upstream === undefined ? undefined : there;
  return {
    upstream: known === undefined ? null : (upstream ?? null),
    upstream_issuer: known?.issuer ?? null,
    upstream_subject: known?.subject ?? null,
    upstream_sid: known?.sid ?? null,
    upstream_told_at: known?.toldAt ?? null,
    upstream_hint: known?.hint ?? null,
  };
}

function stillProven(person: Pick<Schema['users'], 'data' | 'password_hash'>, credential: string | undefined): boolean {
  if (credential !== undefined && person.password_hash !== credential) return false;
  return toAccount(person.data)?.active === true;
}

/** Whoever opened thousands must not make a sign-in write thousands of rows. */
function requestsMove({ kysely }: Engine) {
  return statement<Move>('sessions.moveRequests')((p) =>
    kysely
      .updateTable('requests')
      .set({ browser: p.next })
      .where('tenant', '=', p.tenant)
      // Looked at again when another verb held the row: it may be approved by now.
      .where('browser', '=', p.previous)
      .where('stage', '=', 'pending')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('requests as newest')
          .select('newest.id')
          .where('newest.tenant', '=', p.tenant)
          .where('newest.browser', '=', p.previous)
          .where('newest.stage', '=', 'pending')
          .orderBy('newest.opened_at', 'desc')
          // Written out: SQLite plans a statement with a bound limit anew at every use, which costs 10 us.
          .limit(sql.lit(moved)),
      ),
  );
}

/** As many, for the same reason. */
function waitsMove({ kysely }: Engine) {
  return statement<Move>('sessions.moveWaits')((p) =>
    kysely
      .updateTable('waits')
      .set({ browser: p.next })
      .where('tenant', '=', p.tenant)
      .where('browser', '=', p.previous)
      .where('hash', 'in', (eb) =>
        eb
          .selectFrom('waits as newest')
          .select('newest.hash')
          .where('newest.tenant', '=', p.tenant)
          .where('newest.browser', '=', p.previous)
          .orderBy('newest.expires_at', 'desc')
          .limit(sql.lit(moved)),
      ),
  );
}

function sessionRow({ kysely }: Engine) {
  return statement<SignIn>('sessions.signIn')((p) =>
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
        clients: '{}',
        upstream: p.upstream,
        upstream_issuer: p.upstream_issuer,
        upstream_subject: p.upstream_subject,
        upstream_sid: p.upstream_sid,
        upstream_told_at: p.upstream_told_at,
        upstream_hint: p.upstream_hint,
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'browser', 'sub']).doUpdateSet((eb) => ({
          // A session past its life is replaced, not revived: its sid has been reported dead.
          sid: sql`case when sessions.expires_at > ${p.now} then sessions.sid else excluded.sid end`,
          clients: sql`case when sessions.expires_at > ${p.now} then sessions.clients else excluded.clients end`,
          created_at: sql`case when sessions.expires_at > ${p.now} then sessions.created_at else excluded.created_at end`,
          data: eb.ref('excluded.data'),
          seen_at: eb.ref('excluded.seen_at'),
          expires_at: eb.ref('excluded.expires_at'),
          upstream: eb.ref('excluded.upstream'),
          upstream_issuer: eb.ref('excluded.upstream_issuer'),
          upstream_subject: eb.ref('excluded.upstream_subject'),
          upstream_sid: eb.ref('excluded.upstream_sid'),
          upstream_told_at: eb.ref('excluded.upstream_told_at'),
          upstream_hint: eb.ref('excluded.upstream_hint'),
        })),
      )
      .returning('sid'),
  );
}
