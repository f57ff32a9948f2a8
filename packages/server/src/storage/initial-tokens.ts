/** Tokens by which clients register themselves. A use is one statement, so that of many at once none goes beyond the last one. */
import type { InitialTokens } from '@symbolon/provider';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';

type Key = { readonly tenant: string; readonly hash: string };
type Look = Key & { readonly now: number };

export function initialTokens({ kysely, read, write }: Engine): (tenant: string) => InitialTokens {
  const add = statement<Key & { readonly uses: number; readonly expiresAt: number }>('initialTokens.add')((p) =>
    kysely.insertInto('initial_tokens').values({ tenant: p.tenant, hash: p.hash, uses: p.uses, expires_at: p.expiresAt }),
  );
  const alive = statement<Look>('initialTokens.alive')((p) =>
    kysely
      .selectFrom('initial_tokens')
      .select('hash')
      .where('tenant', '=', p.tenant)
      .where('hash', '=', p.hash)
      .where('uses', '>', 0)
      .where('expires_at', '>', p.now),
  );
  const take = statement<Look>('initialTokens.take')((p) =>
    kysely
      .updateTable('initial_tokens')
      .set((eb) => ({ uses: eb('uses', '-', 1) }))
      .where('tenant', '=', p.tenant)
      .where('hash', '=', p.hash)
      .where('uses', '>', 0)
      .where('expires_at', '>', p.now)
      .returning('hash'),
  );
  return (tenant) => ({
    add: async (hash, uses, expiresAt) => {
      await write(add, { tenant, hash, uses, expiresAt });
    },
    alive: async (hash, now) => (await read(alive, { tenant, hash, now })).length === 1,
    take: async (hash, now) => (await write(take, { tenant, hash, now })).length === 1,
  });
}
