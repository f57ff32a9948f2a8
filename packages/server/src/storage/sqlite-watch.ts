/**
 * Notices what other processes change in a SQLite file. `data_version` moves when another connection committed anything; only then is
 * the small table of announcements read, which tells the tenant. Whoever is about to believe a copy in memory has it looked at first: a
 * microsecond, and no delay.
 */
import type { DatabaseSync } from 'node:sqlite';
import { watchers } from './watchers.ts';

export type SqliteWatch = {
  readonly add: (changed: (tenant: string | undefined) => void) => () => void;
  /** After a change of this process. */
  readonly tell: () => void;
  /** Tells what other processes changed since the last time. */
  readonly look: () => void;
  readonly stop: () => void;
};

export function sqliteWatch(db: DatabaseSync): SqliteWatch {
  const dataVersion = versionReader(db);
  let version: unknown;
  let known = new Map<string, number>();
  let watching = false;
  const stop = () => {
    watching = false;
  };
  const start = () => {
    watching = true;
    version = dataVersion();
    known = announcements(db);
  };
  const all = watchers(start, stop);
  const tell = () => {
    if (!watching) return;
    const present = announcements(db);
    const changed = [...present].filter(([tenant, revision]) => known.get(tenant) !== revision);
    known = present;
    for (const [tenant] of changed) all.tell(tenant);
  };
  const look = () => {
    if (!watching) return;
    const present = dataVersion();
    if (present === version) return;
    version = present;
    tell();
  };
  return { add: all.add, tell, look, stop };
}

function versionReader(db: DatabaseSync): () => unknown {
  const pragma = db.prepare('pragma data_version');
  return () => pragma.get()?.data_version;
}

/** Empty before the first migration. */
function announcements(db: DatabaseSync): Map<string, number> {
  const there = db.prepare("select 1 from sqlite_master where name = 'announcements'").get();
  if (there === undefined) return new Map();
  const rows = db.prepare('select tenant, revision from announcements').all();
  return new Map(rows.map(({ tenant, revision }) => [String(tenant), Number(revision)]));
}
