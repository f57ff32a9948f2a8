/** Consents: what a person allowed a client, one row for the two of them. */
import type { Consents } from '@symbolon/provider';
import { endPair } from './endings.ts';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';

type Pair = { readonly tenant: string; readonly sub: string; readonly client_id: string };

export function consents(engine: Engine): (tenant: string) => Consents {
  const { kysely } = engine;
  // Makes the row or locks it; either way it answers the scopes so far, and concurrent consents wait for each other.
  const hold = statement<Pair & { readonly now: number }>('consents.hold')((p) =>
    kysely
      .insertInto('consents')
      .values({ tenant: p.tenant, sub: p.sub, client_id: p.client_id, scopes: '[]', at: p.now })
      .onConflict((conflict) => conflict.columns(['tenant', 'sub', 'client_id']).doUpdateSet((eb) => ({ at: eb.ref('excluded.at') })))
      .returning('scopes'),
  );
  const write = statement<Pair & { readonly scopes: string }>('consents.write')((p) =>
    kysely
      .updateTable('consents')
      .set({ scopes: p.scopes })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('client_id', '=', p.client_id),
  );
  const forget = statement<Pair>('consents.forget')((p) =>
    kysely
      .deleteFrom('consents')
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('client_id', '=', p.client_id)
      .returning('client_id'),
  );
  const list = statement<{ readonly tenant: string; readonly sub: string }>('consents.list')((p) =>
    kysely
      .selectFrom('consents')
      .select(['client_id', 'scopes', 'at'])
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .orderBy('client_id'),
  );
  const end = endPair(engine);
  function* takeBack(pair: Pair & { readonly now: number }): Act<boolean> {
    const forgotten = yield* run(forget, pair);
    const ended = yield* end(pair);
    return forgotten.length > 0 || ended;
  }
  return (tenant) => ({
    remember: (sub, client_id, scopes, now) =>
      engine.act(function* () {
        const [row] = yield* run(hold, { tenant, sub, client_id, now });
        const all = [...new Set([...parse(row?.scopes ?? '[]'), ...scopes])];
        yield* run(write, { tenant, sub, client_id, scopes: JSON.stringify(all) });
      }),
    forget: (sub, client_id, now) => engine.act(() => takeBack({ tenant, sub, client_id, now })),
    list: async (sub) => {
      const rows = await engine.read(list, { tenant, sub });
      return rows.map(({ client_id, scopes, at }) => ({ client_id, scopes: parse(scopes), at }));
    },
  });
}

function parse(scopes: string): readonly string[] {
  return JSON.parse(scopes) as readonly string[];
}
