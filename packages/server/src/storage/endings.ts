/**
 * What goes with a person who was disabled or got a new password, and with a client that was removed. Authorization requests come before
 * grants everywhere: whoever is opening a grant just now either finds the mark on its request, or is found by the statement after it.
 */
import { sql } from 'kysely';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';

type OfPerson = { readonly tenant: string; readonly sub: string; readonly now: number };
type OfClient = { readonly tenant: string; readonly client_id: string };

export type Endings = {
  readonly endPerson: (tenant: string, sub: string, now: number) => Act<void>;
  readonly endClient: (tenant: string, client_id: string) => Act<void>;
};

export function endings(engine: Engine): Endings {
  const { kysely } = engine;
  const endedStage = sql<'replayed' | 'denied'>`case stage when 'redeemed' then 'replayed' else 'denied' end`;
  const endSessions = statement<OfPerson>('end.sessions')((p) =>
    kysely.deleteFrom('sessions').where('tenant', '=', p.tenant).where('sub', '=', p.sub),
  );
  const endCodes = statement<OfPerson>('end.codes')((p) =>
    kysely
      .updateTable('requests')
      .set({ stage: endedStage })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('stage', 'in', ['approved', 'redeemed']),
  );
  const revokeGrants = statement<OfPerson>('end.grants')((p) =>
    kysely
      .updateTable('grants')
      .set({ revoked_at: p.now })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('revoked_at', 'is', null),
  );
  const endClientCodes = statement<OfClient>('end.client.codes')((p) =>
    kysely
      .updateTable('requests')
      .set({ stage: endedStage })
      .where('tenant', '=', p.tenant)
      .where('client_id', '=', p.client_id)
      .where('stage', 'in', ['pending', 'approved', 'redeemed']),
  );
  // By client there is no index: removing one is rare, and an index would cost every sign-in.
  const removals = (['grants', 'access_tokens', 'consents'] as const).map((table) =>
    statement<OfClient>(`end.client.${table}`)((p) =>
      kysely.deleteFrom(table).where('tenant', '=', p.tenant).where('client_id', '=', p.client_id),
    ),
  );

  return {
    *endPerson(tenant, sub, now) {
      yield* run(endSessions, { tenant, sub, now });
      yield* run(endCodes, { tenant, sub, now });
      yield* run(revokeGrants, { tenant, sub, now });
    },
    *endClient(tenant, client_id) {
      yield* run(endClientCodes, { tenant, client_id });
      for (const removal of removals) yield* run(removal, { tenant, client_id });
    },
  };
}
