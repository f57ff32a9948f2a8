/**
 * The engine for many processes: PostgreSQL through a pool, every statement named and therefore planned once per connection. A verb
 * of one statement is one round trip; READ COMMITTED is assumed by the verbs that look again after a lock.
 */
import { setTimeout } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Act, Engine } from './engine.ts';
import { postgresWatch } from './postgres-watch.ts';
import { type Statement, statement } from './prepare.ts';
import type { Schema } from './schema.ts';

/** Any number: the advisory lock that migrations take. */
const migrationLock = 7_962_621_566;

/** bigint is what epoch seconds are kept in; they are exact as numbers. */
const int8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === int8 ? Number : pg.types.getTypeParser(oid, format ?? 'text')),
};

/** Connects when first asked. The URL is libpq's; `?max=` sets the size of the pool (10). */
export async function openPostgres(url: string): Promise<Engine> {
  const pool = new pg.Pool({ connectionString: url, types, keepAlive: true, max: Number(new URL(url).searchParams.get('max') ?? 10) });
  // The pool has dropped the broken connection already; the next verb gets another one or an error of its own.
  pool.on('error', () => {});
  // The pool listens only to connections that are idle. One lost inside an act tells its statement; without a listener it would also end
  // the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const watch = postgresWatch(url);
  return {
    dialect: 'postgres',
    kysely,
    read: (wanted, params) => query(pool, wanted, params),
    write: (wanted, params) => query(pool, wanted, params),
    gate: (wanted, params) => query(pool, wanted, params),
    act: (act) => transaction(pool, act),
    exclusive: (work) =>
      kysely.transaction().execute(async (locked) => {
        await sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`.execute(locked);
        return work(locked);
      }),
    announce: statement<{ readonly tenant: string }>('announce')(({ tenant }) => ({
      compile: () => sql`select pg_notify('symbolon', ${tenant})`.compile(kysely),
    })),
    changed: watch.tell,
    watch: watch.add,
    look: () => {},
    close: async () => {
      await watch.stop();
      await idle(pool);
      await pool.end();
    },
  };
}

/** What was begun is finished first: the pool would drop verbs that are waiting for a connection without a word. */
async function idle(pool: pg.Pool): Promise<void> {
  while (pool.waitingCount > 0 || pool.totalCount > pool.idleCount) await setTimeout(5);
}

async function query<P, R>(on: pg.Pool | pg.PoolClient, wanted: Statement<P, R>, params: P): Promise<readonly R[]> {
  const { text, values } = wanted.compiled();
  const { rows } = await on.query({ name: wanted.name, text, values: values(params) });
  return rows;
}

async function transaction<T>(pool: pg.Pool, act: () => Act<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level read committed');
    const value = await drive(client, act());
    await client.query('commit');
    client.release();
    return value;
  } catch (error) {
    // A connection that cannot even roll back is thrown away.
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

async function drive<T>(client: pg.PoolClient, act: Act<T>): Promise<T> {
  let step = act.next([]);
  while (step.done !== true) step = act.next(await query(client, step.value.statement, step.value.params as never));
  return step.value;
}
