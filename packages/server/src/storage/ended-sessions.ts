/**
 * The end of sessions, whatever ends them: the person herself, an administrator, a new password. Codes that came from them and were not
 * redeemed yet end too, in a statement after the one that removed the session (see `held-session.ts`). Who must hear of it is found here.
 */
import type { EndedSession } from '@symbolon/provider';
import { type Kysely, sql } from 'kysely';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type OfBrowser = { readonly tenant: string; readonly browser: string; readonly sid: string | null };
type OfPerson = { readonly tenant: string; readonly sub: string };
type Ended = OfPerson & { readonly sid: string };
type Holding = Ended & { readonly now: number };

/** One session of a browser (all of them where `sid` is null), or every session of a person. */
export type Where = OfBrowser | OfPerson;

/** Call before grants are revoked: a client that holds none from a session has nothing to be told. */
export function endSessions(engine: Engine): (where: Where, now: number) => Act<readonly EndedSession[]> {
  const { kysely } = engine;
  const ofBrowser = statement<OfBrowser>('sessions.end.browser')((p) =>
    removal(kysely, p).where('browser', '=', p.browser).where('sid', '=', sql<string>`coalesce(${p.sid}, sid)`),
  );
  const ofPerson = statement<OfPerson>('sessions.end.person')((p) => removal(kysely, p).where('sub', '=', p.sub));
  const holders = statement<Holding>('sessions.end.holders')((p) =>
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
  const endCodes = codesEnd(engine);
  return function* (where, now): Act<EndedSession[]> {
    const ended = 'sub' in where ? yield* run(ofPerson, where) : yield* run(ofBrowser, where);
    const reported: EndedSession[] = [];
    for (const { sid, sub, expires_at } of ended) {
      yield* run(endCodes, { tenant: where.tenant, sub, sid });
      if (now >= expires_at) continue;
      const clients = yield* run(holders, { tenant: where.tenant, sub, sid, now });
      reported.push({ sid, sub, clients: clients.map((row) => row.client_id) });
    }
    return reported;
  };
}

function codesEnd({ kysely, dialect }: Engine) {
  const session = dialect === 'postgres' ? sql<string>`cast(approval as json) ->> 'sid'` : sql<string>`approval ->> 'sid'`;
  return statement<Ended>('sessions.end.codes')((p) =>
    kysely
      .updateTable('requests')
      .set({ stage: 'denied' })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('stage', '=', 'approved')
      .where(session, '=', p.sid),
  );
}

function removal(kysely: Kysely<Schema>, { tenant }: Where) {
  return kysely.deleteFrom('sessions').where('tenant', '=', tenant).returning(['sid', 'sub', 'expires_at']);
}
