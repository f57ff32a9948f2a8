/** Connections to PostgreSQL that are lost, or dead without anybody knowing: verbs say so, the process lives, and the next verb works. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { sampleClient } from '@symbolon/provider/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject, it, vi } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Storage } from '../store.ts';
import { openStorage } from './open-storage.ts';
import { postgresWatch } from './postgres-watch.ts';

const server = inject('postgres');
const now = 1_800_000_000;

describe.skipIf(server === undefined)('PostgreSQL, connections', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let storage: Storage;
  let admin: pg.Client;

  beforeAll(async () => {
    database = await createDatabase(server ?? '');
    storage = await openStorage(database.url);
    await storage.migrate();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await storage.close();
    await database.drop();
  });

  it('connections lost inside an act reject its verb and nothing else: the process lives, verbs that waited and later ones work', async () => {
    const { consents } = storage.tenant('main');
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note);
    await consents.remember('alice', 'web', ['openid'], now);
    await admin.query('begin');
    await admin.query('select 1 from consents for update');
    const verbs = Array.from({ length: 40 }, (_, index) => consents.remember('alice', 'web', [`scope-${index}`], now));
    const settled = Promise.allSettled(verbs);
    await waitingForLocks(10);
    const lost = (await admin.query(`select pg_terminate_backend(pid) ${others} and wait_event_type = 'Lock'`)).rowCount;
    await admin.query('commit');
    const rejected = (await settled).filter((verb) => verb.status === 'rejected');
    // A turn for the sockets that close after their verbs were told.
    await storage.ready();
    process.off('uncaughtException', note);
    assert.deepEqual(uncaught, []);
    assert.deepEqual([rejected.length, lost], [10, 10]);
    await consents.remember('alice', 'web', ['later'], now);
    assert.equal((await consents.list('alice'))[0]?.scopes.length, 1 + 30 + 1);
  });

  it('a watcher whose connection broke reports everything as changed, connects again and reports it again', async () => {
    const told: (string | undefined)[] = [];
    const stop = storage.watch((tenant) => told.push(tenant));
    await vi.waitUntil(() => told.length === 1, { timeout: 5000 });
    assert.equal((await admin.query(`select pg_terminate_backend(pid) ${others} and query = 'listen symbolon'`)).rowCount, 1);
    await vi.waitUntil(() => told.length === 3, { timeout: 5000 });
    assert.deepEqual(told, [undefined, undefined, undefined]);
    await storage.tenant('heard').clients.register(sampleClient(), now);
    await vi.waitUntil(() => told.some((tenant) => tenant === 'heard'), { timeout: 5000 });
    stop();
  });

  it('a watcher whose connection is dead without a word finds out, reports everything as changed at once, and again when it has another', async () => {
    const line = await breakableLine(database.url);
    const watch = postgresWatch(line.url, { every: 50, patience: 100 });
    const told: (string | undefined)[] = [];
    watch.add((tenant) => told.push(tenant));
    await vi.waitUntil(() => told.length === 1, { timeout: 5000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(told, [undefined]);
    line.freeze();
    await vi.waitUntil(() => told.length === 3, { timeout: 5000 });
    assert.deepEqual(told, [undefined, undefined, undefined]);
    await storage.tenant('again').clients.register(sampleClient(), now);
    await vi.waitUntil(() => told.some((tenant) => tenant === 'again'), { timeout: 5000 });
    await watch.stop();
    await line.close();
  });

  it('a watcher that finds no way to the database reports everything as changed at every attempt, and none after it stopped', async () => {
    const line = await breakableLine(database.url);
    const watch = postgresWatch(line.url, { every: 50, patience: 100 });
    const told: (string | undefined)[] = [];
    watch.add((tenant) => told.push(tenant));
    await vi.waitUntil(() => told.length === 1, { timeout: 5000 });
    await line.close();
    await vi.waitUntil(() => told.length >= 4, { timeout: 5000 });
    await watch.stop();
    const before = told.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(told, Array(before).fill(undefined));
  });

  const others = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

  async function waitingForLocks(connections: number): Promise<void> {
    const count = `select count(*)::int as n ${others} and wait_event_type = 'Lock'`;
    // Within one transaction the view would stand still.
    const look = async () => {
      await admin.query('select pg_stat_clear_snapshot()');
      return (await admin.query(count)).rows[0].n >= connections;
    };
    await vi.waitUntil(look, { timeout: 5000, interval: 5 });
  }
});

/** A way to the database that can fall silent, as when a firewall forgets a connection: nobody is told. New connections pass. */
async function breakableLine(url: string) {
  const { hostname, port } = new URL(url);
  let open: (readonly [Socket, Socket])[] = [];
  const all = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(port), hostname);
    open.push([near, far]);
    for (const socket of [near, far]) all.add(socket.on('error', () => {}));
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const through = new URL(url);
  through.port = String((relay.address() as AddressInfo).port);
  const freeze = () => {
    for (const [near, far] of open) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
    open = [];
  };
  const close = async () => {
    for (const socket of all) socket.destroy();
    relay.close();
    await once(relay, 'close');
  };
  return { url: through.href, freeze, close };
}
