/** Kysely over node:sqlite: builds the statements, and runs migrations in a transaction that starts with the write lock. */

import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** How long another process may migrate before we give up. */
const patience = 60_000;

export function sqliteDialect(db: DatabaseSync): Dialect {
  return {
    createAdapter: () => Object.defineProperty(new SqliteAdapter(), 'supportsTransactionalDdl', { value: true }),
    createDriver: () => sqliteDriver(db),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function sqliteDriver(db: DatabaseSync): Driver {
  const connection: DatabaseConnection = {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      const rows = db.prepare(query.sql).all(...(query.parameters as (string | number | null)[]));
      return { rows: rows as R[] };
    },
    streamQuery: () => {
      throw new Error('streaming is not used');
    },
  };
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: () => beginImmediate(db),
    commitTransaction: async () => db.exec('commit'),
    rollbackTransaction: async () => db.exec('rollback'),
    releaseConnection: async () => {},
    destroy: async () => {},
  };
}

/** Waits outside SQLite, because inside it the whole process would stand still, and the holder of the lock may be in this process. */
async function beginImmediate(db: DatabaseSync): Promise<void> {
  await whenFree(() => {
    db.exec('pragma busy_timeout = 0');
    try {
      db.exec('begin immediate');
    } finally {
      db.exec(`pragma busy_timeout = ${busyTimeout}`);
    }
  });
}

/** Milliseconds a verb waits for another process that is writing, such as the command line. */
export const busyTimeout = 5_000;

/** Tries until the database is not locked by somebody else; throws what SQLite says after a minute. */
export async function whenFree<T>(act: () => T): Promise<T> {
  const giveUpAt = performance.now() + patience;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
      await setTimeout(20);
    }
  }
}

/** SQLITE_BUSY is 5; its extended codes keep that in the low byte. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5;
}
