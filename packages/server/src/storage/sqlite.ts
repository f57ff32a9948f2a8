/**
 * The embedded engine: node:sqlite in WAL mode, every commit flushed (synchronous=FULL), so that what was answered survives a power cut.
 * Reads run at once; writes go through the commit queue. One process serves; others, such as the command line, may write too.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import type { Act, Engine } from './engine.ts';
import { type Statement, statement, type Value } from './prepare.ts';
import type { Schema } from './schema.ts';
import { busyTimeout, sqliteDialect, whenFree } from './sqlite-dialect.ts';
import { commitQueue } from './sqlite-queue.ts';
import { sqliteWatch } from './sqlite-watch.ts';

/** Opens the file, or makes it, readable by its owner only. `:memory:` is a database that dies with the process. */
export async function openSqlite(path: string): Promise<Engine> {
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: busyTimeout });
  await whenFree(() =>
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = off; pragma temp_store = memory'),
  );
  const kysely = new Kysely<Schema>({ dialect: sqliteDialect(db) });
  const execute = executor(db);
  const queue = commitQueue(db);
  const watch = sqliteWatch(db);
  return {
    dialect: 'sqlite',
    kysely,
    read: async (wanted, params) => execute(wanted, params),
    write: (wanted, params) => queue.add(() => execute(wanted, params), { single: true, flush: true }),
    gate: (wanted, params) => queue.add(() => execute(wanted, params), { single: true, flush: false }),
    act: (act) => queue.add(() => drive(execute, act()), { single: false, flush: true }),
    exclusive: (work) => queue.hold(() => kysely.transaction().execute(work)),
    announce: statement<{ readonly tenant: string }>('announce')(({ tenant }) =>
      kysely
        .insertInto('announcements')
        .values({ tenant, revision: 1 })
        .onConflict((conflict) => conflict.column('tenant').doUpdateSet({ revision: sql`announcements.revision + 1` })),
    ),
    changed: () => watch.tell(),
    watch: watch.add,
    look: watch.look,
    close: async () => {
      queue.drain();
      watch.stop();
      db.close();
    },
  };
}

type Execute = <P, R>(wanted: Statement<P, R>, params: P) => readonly R[];

function executor(db: DatabaseSync): Execute {
  const prepared = new Map<unknown, { readonly run: StatementSync; readonly values: (params: never) => Value[] }>();
  return <P, R>(wanted: Statement<P, R>, params: P) => {
    let ready = prepared.get(wanted);
    if (ready === undefined) {
      const { text, values } = wanted.compiled();
      ready = { run: db.prepare(text), values };
      prepared.set(wanted, ready);
    }
    return ready.run.all(...ready.values(params as never)) as unknown as readonly R[];
  };
}

function drive<T>(execute: Execute, act: Act<T>): T {
  let step = act.next([]);
  while (step.done !== true) step = act.next(execute(step.value.statement, step.value.params as never));
  return step.value;
}
