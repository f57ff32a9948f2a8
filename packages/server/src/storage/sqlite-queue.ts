/**
 * Group commit for SQLite: verbs that arrive in one turn of the event loop share one transaction and one flush to the disk, and their
 * promises resolve after it. A verb that fails is undone alone. The price is one turn of waiting, which a flush dwarfs.
 */
import type { DatabaseSync } from 'node:sqlite';

type Kind = {
  /** Of one statement, which SQLite undoes by itself when it fails. */
  readonly single: boolean;
  /** Whether the answer waits until the disk has it. */
  readonly flush: boolean;
};

type Job = Kind & {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

export type CommitQueue = {
  readonly add: <T>(run: () => T, kind: Kind) => Promise<T>;
  /** Keeps the connection for work that waits; what arrives meanwhile is written afterwards. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>;
  /** Writes what is waiting, at once. */
  readonly drain: () => void;
};

export function commitQueue(db: DatabaseSync): CommitQueue {
  let jobs: Job[] = [];
  let scheduled = false;
  let held = 0;
  const flush = () => {
    scheduled = false;
    if (held > 0 || jobs.length === 0) return;
    const batch = jobs;
    jobs = [];
    commit(db, batch);
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  return {
    add: <T>(run: () => T, kind: Kind) =>
      new Promise<T>((resolve, reject) => {
        jobs.push({ ...kind, run, resolve: resolve as (value: unknown) => void, reject });
        schedule();
      }),
    hold: async (work) => {
      held += 1;
      try {
        return await work();
      } finally {
        held -= 1;
        schedule();
      }
    },
    drain: flush,
  };
}

function commit(db: DatabaseSync, batch: readonly Job[]): void {
  const [only, ...others] = batch;
  const relaxed = !batch.some((job) => job.flush);
  try {
    if (relaxed) db.exec('pragma synchronous = normal');
    if (only?.single === true && others.length === 0) only.resolve(only.run());
    else inTransaction(db, batch);
  } catch (error) {
    if (db.isOpen && db.isTransaction) db.exec('rollback');
    for (const job of batch) job.reject(error);
  } finally {
    if (relaxed && db.isOpen) db.exec('pragma synchronous = full');
  }
}

/** Throws, with nothing written, when the transaction as a whole fails. */
function inTransaction(db: DatabaseSync, batch: readonly Job[]): void {
  db.exec('begin immediate');
  const settled = batch.map((job) => attempt(db, job));
  db.exec('commit');
  for (const settle of settled) settle();
}

/** Answers how to tell the caller, which must wait until the commit. */
function attempt(db: DatabaseSync, job: Job): () => void {
  if (!job.single) db.exec('savepoint verb');
  try {
    const value = job.run();
    if (!job.single) db.exec('release verb');
    return () => job.resolve(value);
  } catch (error) {
    // Some errors (a full disk) take the whole transaction with them.
    if (!db.isTransaction) throw error;
    if (!job.single) db.exec('rollback to verb; release verb');
    return () => job.reject(error);
  }
}
