/**
 * What the verbs need of a database. A verb is one prepared statement (`read`, `write`) or an `act`: a generator that yields statements
 * and receives their rows, written once and driven inside one transaction, without waiting on SQLite, with waiting on PostgreSQL.
 */
import type { Kysely, Transaction } from 'kysely';
import type { Statement } from './prepare.ts';
import type { Schema } from './schema.ts';

export type Step = { readonly statement: Statement<never, unknown>; readonly params: object };

export type Act<T> = Generator<Step, T, readonly unknown[]>;

export type Engine = {
  readonly dialect: 'sqlite' | 'postgres';
  /** Builds statements; only migrations execute anything through it. */
  readonly kysely: Kysely<Schema>;
  readonly read: <P, R>(statement: Statement<P, R>, params: P) => Promise<readonly R[]>;
  /** One statement, durable when the promise resolves. */
  readonly write: <P, R>(statement: Statement<P, R>, params: P) => Promise<readonly R[]>;
  /**
   * One statement whose effect a power cut may take back, because nothing was answered yet and the write that is answered, which comes
   * after it, brings it along to the disk: commits keep their order. Saves SQLite a flush; a killed process loses nothing either way.
   */
  readonly gate: <P, R>(statement: Statement<P, R>, params: P) => Promise<readonly R[]>;
  /** Several statements, all or nothing, durable when the promise resolves. */
  readonly act: <T>(act: () => Act<T>) => Promise<T>;
  /** One transaction that no other process runs beside: for the schema. */
  readonly exclusive: <T>(work: (transaction: Transaction<Schema>) => Promise<T>) => Promise<T>;
  /** Tells other processes, at commit, that clients or keys of the tenant changed. */
  readonly announce: Statement<{ readonly tenant: string }, unknown>;
  /** Tells the watchers of this process. */
  readonly changed: (tenant: string) => void;
  readonly watch: (changed: (tenant: string | undefined) => void) => () => void;
  /** Tells the watchers now what other processes changed, where the database does not do so by itself. */
  readonly look: () => void;
  readonly close: () => Promise<void>;
};

/** One step of an act. */
export function* run<P extends object, R>(statement: Statement<P, R>, params: P): Act<readonly R[]> {
  return (yield { statement, params }) as readonly R[];
}

/** An act that changes what processes keep in memory; when it answers true, all of them are told, this one before the promise resolves. */
export async function changing(engine: Engine, tenant: string, act: () => Act<boolean>): Promise<boolean> {
  const done = await engine.act(function* () {
    const changed = yield* act();
    if (changed) yield* run(engine.announce, { tenant });
    return changed;
  });
  if (done) engine.changed(tenant);
  return done;
}
