/** Sealed keys of a tenant. Several processes may make a tenant's first keys at once; one of each kind stays. */
import type { Keys, StoredKey } from '../store.ts';
import { changing, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Row = Omit<Schema['keys'], 'first'>;

export function keys(engine: Engine): (tenant: string) => Keys {
  const { kysely } = engine;
  const list = statement<{ readonly tenant: string }>('keys.list')((p) =>
    kysely
      .selectFrom('keys')
      .select(['use', 'alg', 'kid', 'sealed', 'created_at'])
      .where('tenant', '=', p.tenant)
      .orderBy('created_at')
      .orderBy('kid'),
  );
  const present = statement<Pick<Row, 'tenant' | 'use' | 'alg'>>('keys.present')((p) =>
    kysely.selectFrom('keys').select('kid').where('tenant', '=', p.tenant).where('use', '=', p.use).where('alg', '=', p.alg).limit(1),
  );
  // Two that both found none present meet at the unique index over `first`.
  const add = statement<Row>('keys.addFirst')((p) =>
    kysely
      .insertInto('keys')
      .values({
        tenant: p.tenant,
        kid: p.kid,
        use: p.use,
        alg: p.alg,
        first: 1,
        sealed: p.sealed,
        created_at: p.created_at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('kid'),
  );
  return (tenant) => ({
    list: async () => {
      const rows = await engine.read(list, { tenant });
      return rows.map(({ use, alg, kid, sealed, created_at }): StoredKey => ({ use, alg, kid, sealed, createdAt: created_at }));
    },
    addFirst: ({ use, alg, kid, sealed, createdAt }) =>
      changing(engine, tenant, function* () {
        if ((yield* run(present, { tenant, use, alg })).length > 0) return false;
        return (yield* run(add, { tenant, use, alg, kid, sealed, created_at: createdAt })).length === 1;
      }),
  });
}
