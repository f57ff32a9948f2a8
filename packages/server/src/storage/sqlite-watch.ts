/**
 * Notices what other processes change in a SQLite file. `data_version` moves when another connection committed anything; only then is
 * the small table of announcements read, which tells the tenant. The price is a pragma five times a second and that much delay.
 */
import type { DatabaseSync } from 'node:sqlite';
import { watchers } from './watchers.ts';

const everyMilliseconds = 200;

export type SqliteWatch = {
  readonly add: (changed: (tenant: string | undefined) => void) => () => void;
  /** Looks now: for changes of this process. */
  readonly look: () => void;
  readonly stop: () => void;
};

export function sqliteWatch(db: DatabaseSync, path: string): SqliteWatch {
  let timer: NodeJS.Timeout | undefined;
  let version: unknown;
  let known = new Map<string, number>();
  let watching = false;
  const stop = () => {
    watching = false;
    clearInterval(timer);
    timer = undefined;
  };
  const start = () => {
    watching = true;
    version = dataVersion(db);
    known = announcements(db);
    if (path !== ':memory:') timer = setInterval(poll, everyMilliseconds).unref();
  };
  const all = watchers(start, stop);
  const look = () => {
    if (!watching) return;
    const present = announcements(db);
    const changed = [...present].filter(([tenant, revision]) => known.get(tenant) !== revision);
    known = present;
    for (const [tenant] of changed) all.tell(tenant);
  };
  const poll = () => {
    const present = dataVersion(db);
    if (present === version) return;
    version = present;
    look();
  };
  return { add: all.add, look, stop };
}

function dataVersion(db: DatabaseSync): unknown {
  const { data_version } = db.prepare('pragma data_version').get() ?? {};
  return data_version;
}

/** Empty before the first migration. */
function announcements(db: DatabaseSync): Map<string, number> {
  const there = db.prepare("select 1 from sqlite_master where name = 'announcements'").get();
  if (there === undefined) return new Map();
  const rows = db.prepare('select tenant, revision from announcements').all();
  return new Map(rows.map(({ tenant, revision }) => [String(tenant), Number(revision)]));
}
