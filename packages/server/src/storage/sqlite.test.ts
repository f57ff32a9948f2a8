/** The storage over SQLite keeps every promise of both ports. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeConformance } from '@symbolon/provider/conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { migrationNames } from './migrations/migrate.ts';
import { openStorage } from './open-storage.ts';
import { withTenant } from './server-conformance/frame.ts';
import { serverConformance } from './server-conformance.ts';

let folder = '';
let files = 0;
const newUrl = () => `sqlite:${join(folder, `${++files}.db`)}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'symbolon-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function openPair() {
  const url = newUrl();
  const [storage, second] = [await openStorage(url), await openStorage(url)];
  await storage.migrate();
  const close = async () => {
    await Promise.all([storage.close(), second.close()]);
  };
  return { storage, second, reopen: () => openStorage(url), refuse: (...what: Refused) => refuse(url, ...what), close };
}

type Refused = [table: string, column: string, value: string];

async function refuse(url: string, ...[table, column, value]: Refused) {
  const db = new DatabaseSync(url.slice('sqlite:'.length));
  const condition = `before update on ${table} when new.${column} = '${value}'`;
  db.exec(`create trigger refused ${condition} begin select raise(abort, 'refused'); end`);
  return async () => {
    db.exec('drop trigger refused');
    db.close();
  };
}

describe('SQLite', () => {
  storeConformance({
    describe,
    it,
    open: async () => {
      const { storage, second, close } = await openPair();
      return { ...withTenant(storage, second, 'main'), close };
    },
  });
  serverConformance({ describe, it, open: openPair });

  it('in memory works the same', async () => {
    const storage = await openStorage('sqlite::memory:');
    assert.deepEqual(await storage.migrate(), migrationNames);
    const { replay } = storage.tenant('main');
    assert.deepEqual(await Promise.all([replay.once('a', 'b', 9, 1), replay.once('a', 'b', 9, 1)]), [true, false]);
    await storage.close();
  });

  it('two processes that start on a new file at once migrate it once', async () => {
    const url = newUrl();
    const handles = await Promise.all([openStorage(url), openStorage(url), openStorage(url)]);
    const ran = await Promise.all(handles.map((handle) => handle.migrate()));
    assert.deepEqual(ran.flat(), migrationNames);
    await Promise.all(handles.map((handle) => handle.close()));
  });

  it('F19: the file is readable by its owner only', async () => {
    const url = newUrl();
    await (await openStorage(url)).close();
    assert.equal((await stat(url.slice('sqlite:'.length))).mode & 0o077, 0);
  });

  it('any other URL is refused', async () => {
    for (const url of ['sqlite:', 'mysql://x', 'file.db']) await assert.rejects(openStorage(url));
  });
});
