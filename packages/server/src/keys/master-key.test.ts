import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isMasterKey, loadMasterKey } from './master-key.ts';

const octets = randomBytes(32);
let root: string;
let folder: string;
let database: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'symbolon-master-key-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  database = `sqlite:${join(folder, 'symbolon.db')}`;
});

const load = async (configured: string | undefined, from = database) => (await loadMasterKey({ configured, database: from })).export();

describe('a given master key', () => {
  it('is the same in base64, base64url and hex, and makes no file', async () => {
    for (const text of [
      octets.toString('base64'),
      octets.toString('base64url'),
      octets.toString('hex'),
      `${octets.toString('base64')}\n`,
    ]) {
      expect(await load(text)).toEqual(octets);
      expect(isMasterKey(text)).toBe(true);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('works for PostgreSQL, where a missing one is refused with the settings to give', async () => {
    const postgres = 'postgres://symbolon@127.0.0.1/symbolon';
    expect(await load(octets.toString('base64'), postgres)).toEqual(octets);
    for (const none of [undefined, '']) {
      await expect(load(none, postgres)).rejects.toThrow(/server\.masterKey or SYMBOLON_MASTER_KEY.*openssl rand -base64 32/);
    }
  });

  it('is refused when it is short, long or a passphrase, and the message does not repeat it', async () => {
    const bad = [
      'short',
      octets.toString('hex').slice(1),
      `${octets.toString('base64')}AAAA`,
      'correct horse battery staple correct horse battery',
    ];
    for (const text of bad) {
      expect(isMasterKey(text)).toBe(false);
      const error: Error = await load(text).then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      expect(error.message).toContain('32 octets in base64 or hex');
      expect(error.message).not.toContain(text);
    }
  });
});

describe('a master key of our own', () => {
  it('F19: is made once beside the database, readable by its owner only, and stays', async () => {
    const first = await load(undefined);
    expect(first).toHaveLength(32);
    expect(await readdir(folder)).toEqual(['symbolon.db.key']);
    const path = join(folder, 'symbolon.db.key');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await load(undefined)).toEqual(first);
    expect(Buffer.from((await readFile(path, 'utf8')).trim(), 'base64url')).toEqual(first);
  });

  it('F19: another installation makes another', async () => {
    const other = `sqlite:${join(await mkdtemp(join(root, 'other-')), 'symbolon.db')}`;
    expect(await load(undefined)).not.toEqual(await load(undefined, other));
  });

  it('starts at once, and a little after each other, agree on one key and leave nothing else behind', async () => {
    for (let round = 0; round < 25; round++) {
      const home = await mkdtemp(join(folder, 'round-'));
      const start = async (after: number) => {
        for (let turn = 0; turn < after; turn++) await stat(home);
        return load(undefined, `sqlite:${join(home, 'symbolon.db')}`);
      };
      const keys = await Promise.all(Array.from({ length: 24 }, (_, nth) => start(nth)));
      expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
      expect(await readdir(home)).toEqual(['symbolon.db.key']);
    }
  });

  it.skipIf(process.platform === 'win32')('a file that others can read is refused with the command that mends it', async () => {
    await load(undefined);
    const path = join(folder, 'symbolon.db.key');
    for (const mode of [0o644, 0o640, 0o604, 0o660]) {
      await chmod(path, mode);
      await expect(load(undefined)).rejects.toThrow(`chmod 600 ${path}`);
    }
    await chmod(path, 0o400);
    expect(await load(undefined)).toHaveLength(32);
  });

  it('a damaged file is refused and left as it is', async () => {
    const path = join(folder, 'symbolon.db.key');
    for (const content of ['', 'half a ke', `${'A'.repeat(60)}\n`]) {
      await writeFile(path, content, { mode: 0o600 });
      await expect(load(undefined)).rejects.toThrow('damaged');
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });

  it('a folder that is not there, or a folder in place of the file, is told with the remedy', async () => {
    await expect(load(undefined, `sqlite:${join(folder, 'missing', 'symbolon.db')}`)).rejects.toThrow('set server.masterKey');
    await mkdir(join(folder, 'symbolon.db.key'), { mode: 0o700 });
    await expect(load(undefined)).rejects.toThrow();
  });

  it('a database in memory has a key in memory, another each time', async () => {
    expect(await load(undefined, 'sqlite::memory:')).not.toEqual(await load(undefined, 'sqlite::memory:'));
  });
});
