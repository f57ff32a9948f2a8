/**
 * What the configuration file put in. Every write of a client or a person gives its row a new random revision; remembering the
 * revision tells later whether somebody else wrote, which seconds could not. A row that is gone counts as changed.
 */
import { type Kysely, sql } from 'kysely';
import type { Applied } from '../store.ts';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Key = { readonly tenant: string; readonly kind: 'client' | 'user'; readonly id: string };

export function applied({ kysely, read, write }: Engine): (tenant: string) => Applied {
  const find = statement<Key>('applied.find')((p) =>
    kysely
      .selectFrom('applied')
      .select(['digest', 'revision', present(kysely, p).as('present')])
      .where('tenant', '=', p.tenant)
      .where('kind', '=', p.kind)
      .where('id', '=', p.id),
  );
  const remember = statement<Key & { readonly digest: string; readonly now: number }>('applied.remember')((p) =>
    kysely
      .insertInto('applied')
      .values({ tenant: p.tenant, kind: p.kind, id: p.id, digest: p.digest, revision: present(kysely, p), at: p.now })
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'kind', 'id']).doUpdateSet((eb) => ({
          digest: eb.ref('excluded.digest'),
          revision: eb.ref('excluded.revision'),
          at: eb.ref('excluded.at'),
        })),
      ),
  );
  return (tenant) => ({
    find: async (kind, id) => {
      const [row] = await read(find, { tenant, kind, id });
      return row && { digest: row.digest, changedSince: row.revision !== row.present };
    },
    remember: async (kind, id, digest, now) => {
      await write(remember, { tenant, kind, id, digest, now });
    },
  });
}

/** The revision of the row now. People are named by sub or by the canonical username, whichever the caller keeps. */
function present(kysely: Kysely<Schema>, p: Key) {
  const ofClient = kysely.selectFrom('clients').select('revision').where('tenant', '=', p.tenant).where('client_id', '=', p.id);
  const ofUser = kysely
    .selectFrom('users')
    .select((eb) => eb.fn.max('revision').as('revision'))
    .where('tenant', '=', p.tenant)
    .where((eb) => eb.or([eb('sub', '=', p.id), eb('username_key', '=', p.id)]));
  return sql<string>`coalesce(case when cast(${p.kind} as text) = 'client' then (${ofClient}) else (${ofUser}) end, '')`;
}
