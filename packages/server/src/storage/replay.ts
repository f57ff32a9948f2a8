/** Things that may be used once: an insert that loses against the one before it, unless that one has been forgotten. */
import type { Replay } from '@symbolon/provider';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';

type Use = { readonly tenant: string; readonly kind: string; readonly key: string; readonly until: number; readonly now: number };

/** Answers one row for whoever is first. */
export function onceUsed({ kysely }: Engine) {
  return statement<Use>('replay.once')((p) =>
    kysely
      .insertInto('replay')
      .values({ tenant: p.tenant, kind: p.kind, key: p.key, until: p.until })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'kind', 'key'])
          .doUpdateSet((eb) => ({ until: eb.ref('excluded.until') }))
          .where('replay.until', '<=', p.now),
      )
      .returning('key'),
  );
}

export function replay(engine: Engine): (tenant: string) => Replay {
  const once = onceUsed(engine);
  return (tenant) => ({
    once: async (kind, key, until, now) => (await engine.write(once, { tenant, kind, key, until, now })).length === 1,
  });
}
