/** Removes the dead in small batches, each kind by itself, so that nothing waits long for it. Several processes may sweep at once. */
import { sql } from 'kysely';
import type { Engine } from './engine.ts';
import { type Statement, statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Batch = { readonly now: number; readonly limit: number };

/** The key of a table, and the column that says when a row is dead. Grants outlive every token on them by the meaning of their expiry. */
const kinds: readonly { readonly table: keyof Schema; readonly key: readonly string[]; readonly dead: string }[] = [
  { table: 'requests', key: ['tenant', 'id'], dead: 'dies_at' },
  { table: 'access_tokens', key: ['tenant', 'hash'], dead: 'expires_at' },
  { table: 'grants', key: ['tenant', 'id'], dead: 'expires_at' },
  { table: 'sessions', key: ['tenant', 'sid'], dead: 'expires_at' },
  { table: 'logouts', key: ['tenant', 'sid', 'client_id'], dead: 'expires_at' },
  { table: 'attempts', key: ['tenant', 'bucket'], dead: 'expires_at' },
  { table: 'waits', key: ['tenant', 'kind', 'hash'], dead: 'expires_at' },
  { table: 'certificates', key: ['tenant', 'serial'], dead: 'dies_at' },
  { table: 'initial_tokens', key: ['tenant', 'hash'], dead: 'expires_at' },
  { table: 'replay', key: ['tenant', 'kind', 'key'], dead: 'until' },
];

export function sweeper(engine: Engine): (now: number, limit: number) => Promise<number> {
  const batches = kinds.map((kind) => batch(engine, kind));
  return async (now, limit) => {
    let gone = 0;
    for (const kind of batches) gone += (await engine.write(kind, { now, limit })).length;
    return gone;
  };
}

function batch({ kysely, dialect }: Engine, { table, key, dead }: (typeof kinds)[number]): Statement<Batch, unknown> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const from = sql.table(table);
  // Rows that another sweeper holds are its business.
  const skipping = dialect === 'postgres' ? sql`for update skip locked` : sql``;
  return statement<Batch>(`sweep.${table}`)(({ now, limit }) => {
    const chosen = sql`select ${columns} from ${from} where ${sql.ref(dead)} <= ${now} limit ${limit} ${skipping}`;
    const removal = sql`delete from ${from} where (${columns}) in (${chosen}) returning 1`;
    return { compile: () => removal.compile(kysely) };
  });
}
