/** The storage over PostgreSQL keeps every promise of both ports, in as few statements as were promised. */
import assert from 'node:assert/strict';
import {
  sampleAccess,
  sampleApproval,
  sampleClient,
  sampleGrant,
  sampleRefresh,
  sampleRequest,
  storeConformance,
} from '@symbolon/provider/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject, it, vi } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Storage } from '../store.ts';
import { openStorage } from './open-storage.ts';
import { withTenant } from './server-conformance/frame.ts';
import { serverConformance } from './server-conformance.ts';

const server = inject('postgres');
const now = 1_800_000_000;

describe.skipIf(server === undefined)('PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let storage: Storage;
  let second: Storage;
  let tenants = 0;
  const nothing = async () => {};

  beforeAll(async () => {
    database = await createDatabase(server ?? '');
    [storage, second] = await Promise.all([openStorage(database.url), openStorage(database.url)]);
    await storage.migrate();
  });
  afterAll(async () => {
    await Promise.all([storage.close(), second.close()]);
    await database.drop();
  });

  // A tenant of its own for every test.
  storeConformance({
    describe,
    it,
    open: async () => ({ ...withTenant(storage, second, `tenant-${++tenants}`), close: nothing }),
  });

  // This suite looks at a whole database, which is emptied for every test: making one takes longer than the test.
  serverConformance({
    describe,
    it,
    open: async () => {
      await empty(database.url);
      return { storage, second, reopen: () => openStorage(database.url), close: nothing };
    },
  });

  it('goal 4: a code flow on a live session is read, write, gate, write; a refresh, userinfo and introspection are one statement', async () => {
    const { sessions, requests, grants, tokens } = storage.tenant(`tenant-${++tenants}`);
    const access = { hash: 'refreshed', client_id: 'web', issuedAt: now, expiresAt: now + 60 };
    const use = { familyHash: 'family', generation: 0, client_id: 'web', grace: 60, expiresAt: now + 60, access };
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const statements = async (act: () => Promise<unknown>) => {
      query.mockClear();
      await act();
      return query.mock.calls.length;
    };
    try {
      assert.equal(await statements(() => sessions.find('browser', 'web', 100, now)), 1);
      assert.equal(await statements(() => requests.push(sampleRequest(), sampleApproval())), 1);
      assert.equal(await statements(() => requests.redeem('code', 600, now)), 1);
      assert.equal(await statements(() => grants.open(sampleGrant(), sampleAccess(), sampleRefresh())), 1);
      assert.equal(await statements(() => tokens.rotate(use, now)), 1);
      assert.equal(await statements(() => tokens.findAccess('refreshed', now)), 1);
      assert.equal(await statements(() => tokens.add(sampleAccess('own', { grantId: undefined }))), 1);
    } finally {
      query.mockRestore();
    }
    assert.equal((await tokens.findAccess('refreshed', now))?.grantId, 'request');
  });

  it('B3: a grant being opened while its code is marked as replayed waits for the mark and is born revoked', async () => {
    const tenant = `tenant-${++tenants}`;
    const { requests, grants, tokens } = storage.tenant(tenant);
    await requests.push(sampleRequest(), sampleApproval());
    await requests.redeem('code', 600, now);
    const mark = { text: "update requests set stage = 'replayed' where tenant = $1", values: [tenant] };
    await whileLocked(mark, 'commit', [() => grants.open(sampleGrant(), sampleAccess(), sampleRefresh())]);
    assert.equal(await tokens.findAccess('access', now), undefined);
    assert.equal(await tokens.findRefresh('family', 0, 60, now), undefined);
  });

  it('B3: a second use of a code waits for the grant that is being opened, and revokes it', async () => {
    const tenant = `tenant-${++tenants}`;
    const { requests, grants, tokens } = storage.tenant(tenant);
    await requests.push(sampleRequest(), sampleApproval());
    await requests.redeem('code', 600, now);
    // Stops `open` where it writes the grant, when it has read the request.
    const columns = 'tenant, id, client_id, sub, data, expires_at, generation';
    const sameGrant = { text: `insert into grants (${columns}) values ($1, 'request', '', '', '', 0, 0)`, values: [tenant] };
    const outcomes = await whileLocked(sameGrant, 'rollback', [
      () => grants.open(sampleGrant(), sampleAccess(), sampleRefresh()),
      async () => (await requests.redeem('code', 600, now)).outcome,
    ]);
    assert.equal(outcomes[1], 'replayed');
    assert.equal(await tokens.findAccess('access', now), undefined);
    assert.deepEqual(await grants.list('alice', now), []);
  });

  it('a watcher whose connection broke connects again and reports everything as changed', async () => {
    const told: (string | undefined)[] = [];
    const stop = second.watch((tenant) => told.push(tenant));
    await vi.waitUntil(() => told.length === 1, { timeout: 5000 });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const listeners =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen symbolon'";
    assert.equal((await client.query(listeners)).rowCount, 1);
    await vi.waitUntil(() => told.length === 2, { timeout: 5000 });
    assert.equal(told[1], undefined);
    await storage.tenant('heard').clients.register(sampleClient(`client-${++tenants}`), now);
    await vi.waitUntil(() => told.some((tenant) => tenant === 'heard'), { timeout: 5000 });
    stop();
    await client.end();
  });

  /** Starts the acts one after the other while another transaction holds its locks, each when those before it wait; then lets them go. */
  async function whileLocked(lock: pg.QueryConfig, end: 'commit' | 'rollback', acts: readonly (() => Promise<unknown>)[]) {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('begin');
    await client.query(lock);
    const begun: Promise<unknown>[] = [];
    try {
      for (const act of acts) {
        begun.push(act());
        await waiting(client, begun.length);
      }
      await client.query(end);
    } finally {
      await client.end();
    }
    return Promise.all(begun);
  }

  it('several processes that start on a new database at once migrate it once', async () => {
    const own = await createDatabase(server ?? '');
    const handles = await Promise.all(Array.from({ length: 4 }, () => openStorage(own.url)));
    const ran = await Promise.all(handles.map((handle) => handle.migrate()));
    assert.deepEqual(ran.flat(), ['0001-first-tables']);
    await Promise.all(handles.map((handle) => handle.close()));
    await own.drop();
  });
});

/** Until so many connections of this database wait for a lock. */
async function waiting(client: pg.Client, connections: number): Promise<void> {
  const count = "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await vi.waitUntil(async () => (await client.query(count)).rows[0].n >= connections, { timeout: 5000, interval: 5 });
}

async function empty(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%'");
  await client.query(rows.map(({ tablename }) => `delete from ${tablename};`).join(''));
  await client.end();
}
