/** Sealed keys of a tenant. Several processes may make a tenant's first keys, or their successors, at once; one of each stays. */
import type { Keys, StoredKey } from '../store.ts';
import { changing, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

export function keys(engine: Engine): (tenant: string) => Keys {
  const { kysely } = engine;
  const list = statement<{ readonly tenant: string }>('keys.list')((p) =>
    kysely
      .selectFrom('keys')
      .select(['use', 'alg', 'kid', 'sealed', 'created_at', 'used_from', 'follows'])
      .where('tenant', '=', p.tenant)
      .orderBy('created_at')
      .orderBy('kid'),
  );
  const present = statement<Pick<Schema['keys'], 'tenant' | 'use' | 'alg'>>('keys.present')((p) =>
    kysely.selectFrom('keys').select('kid').where('tenant', '=', p.tenant).where('use', '=', p.use).where('alg', '=', p.alg).limit(1),
  );
  // Two that both found none present meet at the unique index over `first`, two that follow the same key at the one over `follows`.
  const add = statement<Schema['keys']>('keys.add')((p) =>
    kysely
      .insertInto('keys')
      .values({
        tenant: p.tenant,
        kid: p.kid,
        use: p.use,
        alg: p.alg,
        first: p.first,
        sealed: p.sealed,
        created_at: p.created_at,
        used_from: p.used_from,
        follows: p.follows,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('kid'),
  );
  const remove = statement<Pick<Schema['keys'], 'tenant' | 'kid'>>('keys.remove')((p) =>
    kysely.deleteFrom('keys').where('tenant', '=', p.tenant).where('kid', '=', p.kid).returning('kid'),
  );

  return (tenant) => ({
    list: async () => (await engine.read(list, { tenant })).map(stored),
    addFirst: (key) =>
      changing(engine, tenant, function* () {
        if ((yield* run(present, { tenant, use: key.use, alg: key.alg })).length > 0) return false;
        return (yield* run(add, { tenant, first: 1, ...row(key) })).length === 1;
      }),
    addNext: (key) =>
      changing(engine, tenant, function* () {
        return (yield* run(add, { tenant, first: 0, ...row(key) })).length === 1;
      }),
    remove: (kid) =>
      changing(engine, tenant, function* () {
        return (yield* run(remove, { tenant, kid })).length === 1;
      }),
  });
}

type Row = Omit<Schema['keys'], 'tenant' | 'first'>;

function row({ createdAt, usedFrom, follows, ...key }: StoredKey): Row {
  return { ...key, created_at: createdAt, used_from: usedFrom, follows: follows ?? null };
}

function stored({ created_at, used_from, follows, ...key }: Row): StoredKey {
  return { ...key, createdAt: created_at, usedFrom: used_from, ...(follows === null ? undefined : { follows }) };
}
