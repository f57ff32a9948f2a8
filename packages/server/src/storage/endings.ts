/**
 * What ends a grant, and what goes with a person who was disabled or got a new password, and with a client that was removed. Authorization requests come before
 * grants everywhere: whoever is opening a grant just now either finds the mark on its request, or is found by the statement after it.
 */
import { endedStage, endSessions } from './ended-sessions.ts';
import { type Act, type Engine, run } from './engine.ts';
import { type Statement, statement } from './prepare.ts';

type OfPerson = { readonly tenant: string; readonly sub: string; readonly now: number };
type OfClient = { readonly tenant: string; readonly client_id: string };

type OfPair = OfPerson & OfClient;
type OfGrant = { readonly tenant: string; readonly id: string; readonly now: number };

/** Ends one grant; answers its row if it was alive. */
export function revokeGrant({ kysely }: Engine): Statement<OfGrant, { readonly id: string }> {
  return statement<OfGrant>('end.grant')((p) =>
    kysely
      .updateTable('grants')
      .set({ revoked_at: p.now })
      .where('tenant', '=', p.tenant)
      .where('id', '=', p.id)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now)
      .returning('id'),
  );
}

export type Endings = {
  readonly endPerson: (tenant: string, sub: string, now: number) => Act<void>;
  readonly endClient: (tenant: string, client_id: string) => Act<void>;
};

/** What one person allowed one client: its codes and grants. Answers whether there was a grant alive. */
export function endPair({ kysely }: Engine): (pair: OfPair) => Act<boolean> {
  const endCodes = statement<OfPair>('end.pair.codes')((p) =>
    kysely
      .updateTable('requests')
      .set({ stage: endedStage })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('client_id', '=', p.client_id)
      .where('stage', 'in', ['approved', 'redeemed']),
  );
  const revokeGrants = statement<OfPair>('end.pair.grants')((p) =>
    kysely
      .updateTable('grants')
      .set({ revoked_at: p.now })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('client_id', '=', p.client_id)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now)
      .returning('id'),
  );
  return function* (pair) {
    yield* run(endCodes, pair);
    return (yield* run(revokeGrants, pair)).length > 0;
  };
}

export function endings(engine: Engine): Endings {
  const { kysely } = engine;
  const ended = endSessions(engine);
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
  const removals = (['grants', 'access_tokens', 'consents', 'certificates'] as const).map((table) =>
    statement<OfClient>(`end.client.${table}`)((p) =>
      kysely.deleteFrom(table).where('tenant', '=', p.tenant).where('client_id', '=', p.client_id),
    ),
  );

  return {
    *endPerson(tenant, sub, now) {
      yield* ended({ tenant, sub, sid: null }, now);
      yield* run(endCodes, { tenant, sub, now });
      yield* run(revokeGrants, { tenant, sub, now });
    },
    *endClient(tenant, client_id) {
      yield* run(endClientCodes, { tenant, client_id });
      for (const removal of removals) yield* run(removal, { tenant, client_id });
    },
  };
}
