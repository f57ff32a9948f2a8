/**
 * What the configuration file put in. Every write of a client or a person gives its row a new random revision; the one we wrote is
 * remembered and tells later whether somebody else wrote, which seconds could not. A row that is gone counts as changed.
 *
 * An entry is held (remembered and locked), written, and its digest and revision remembered, all in one act: a process that dies in between
 * has done nothing, and of processes that start at once one writes while the others wait and find the work done.
 */
import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Applied } from '../store.ts';
import { applyClient, applyUser, type WriteEntry } from './applied-rows.ts';
import { type Act, changing, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Key = { readonly tenant: string; readonly kind: 'client' | 'user'; readonly id: string };
type Entry = Key & { readonly digest: string; readonly now: number };

export function applied(engine: Engine): (tenant: string) => Applied {
  const { kysely } = engine;
  const find = statement<Key>('applied.find')((p) =>
    kysely
      .selectFrom('applied')
      .select(['digest', 'revision', present(kysely, p).as('present')])
      .where('tenant', '=', p.tenant)
      .where('kind', '=', p.kind)
      .where('id', '=', p.id),
  );
  const apply = applying(engine);
  const clientRow = applyClient(engine);
  const userRow = applyUser(engine);
  return (tenant) => ({
    find: async (kind, id) => {
      const [row] = await engine.read(find, { tenant, kind, id });
      return row && { digest: row.digest, changedSince: row.revision !== row.present };
    },
    client: async (client, digest, now) => {
      const entry: Entry = { tenant, kind: 'client', id: client.client_id, digest, now };
      return (await changing(engine, tenant, () => apply(entry, clientRow(tenant, client)))) ? 'written' : 'kept';
    },
    user: async (user, password, digest, now) => {
      const entry: Entry = { tenant, kind: 'user', id: user.usernameKey, digest, now };
      return (await engine.act(() => apply(entry, userRow(tenant, user, password?.hash, now)))) ? 'written' : 'kept';
    },
  });
}

/** The digest of an entry that is being applied for the first time. */
const none = '';

function applying({ kysely }: Engine) {
  const hold = statement<Key & { readonly now: number }>('applied.hold')((p) =>
    kysely
      .insertInto('applied')
      .values({ tenant: p.tenant, kind: p.kind, id: p.id, digest: none, revision: '', at: p.now })
      .onConflict((conflict) => conflict.columns(['tenant', 'kind', 'id']).doUpdateSet((eb) => ({ at: eb.ref('applied.at') })))
      .returning(['digest', 'revision']),
  );
  const remember = statement<Entry & { readonly revision: string }>('applied.remember')((p) =>
    kysely
      .updateTable('applied')
      .set({ digest: p.digest, revision: p.revision, at: p.now })
      .where('tenant', '=', p.tenant)
      .where('kind', '=', p.kind)
      .where('id', '=', p.id),
  );
  return function* (entry: Entry, write: WriteEntry): Act<boolean> {
    const [held] = yield* run(hold, entry);
    if (held?.digest === entry.digest) return true;
    const revision = randomUUID();
    const known = held?.digest === none ? undefined : held?.revision;
    if (!(yield* write(known, revision))) return false;
    yield* run(remember, { ...entry, revision });
    return true;
  };
}

/** The revision of the row now. */
function present(kysely: Kysely<Schema>, p: Key) {
  const ofClient = kysely.selectFrom('clients').select('revision').where('tenant', '=', p.tenant).where('client_id', '=', p.id);
  const ofUser = kysely.selectFrom('users').select('revision').where('tenant', '=', p.tenant).where('username_key', '=', p.id);
  return sql<string>`coalesce(case when cast(${p.kind} as text) = 'client' then (${ofClient}) else (${ofUser}) end, '')`;
}
