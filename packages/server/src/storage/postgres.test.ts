/** The storage over PostgreSQL keeps every promise of both ports, in as few statements as were promised. */
import assert from 'node:assert/strict';
import { sampleAccess, sampleApproval, sampleGrant, sampleRefresh, sampleRequest, storeConformance } from '@symbolon/provider/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject, it, vi } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Storage } from '../store.ts';
import { migrationNames } from './migrations/migrate.ts';
import { openStorage } from './open-storage.ts';
import { authentication, now, sampleUser, withTenant } from './server-conformance/frame.ts';
import { serverConformance } from './server-conformance.ts';

const server = inject('postgres');

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
      return { storage, second, reopen: () => openStorage(database.url), refuse, close: nothing };
    },
  });

  it('goal 4: a code flow on a live session is read, write, gate, write; a refresh, userinfo and introspection are one statement', async () => {
    const { users, sessions, requests, grants, tokens } = storage.tenant(`tenant-${++tenants}`);
    await users.add(sampleUser(), undefined);
    await sessions.authenticate(undefined, 'browser', authentication, now);
    const access = { hash: 'refreshed', client_id: 'web', issuedAt: now, expiresAt: now + 60 };
    const use = { familyHash: 'family', generation: 0, proven: {}, client_id: 'web', grace: 60, expiresAt: now + 60, access };
    const later = sampleApproval({ sid: 'sid', codeHash: 'later' });
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const statements = async (act: () => Promise<unknown>) => {
      query.mockClear();
      await act();
      return query.mock.calls.length;
    };
    try {
      assert.equal(await statements(() => sessions.find('browser', 'web', 100, now)), 1);
      assert.equal(await statements(() => requests.push(sampleRequest(), sampleApproval({ sid: 'sid' }))), 1);
      assert.equal(await statements(() => requests.push(sampleRequest('pending'))), 1);
      assert.equal(await statements(() => requests.approve('pending', 'browser', later, now)), 1);
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

  async function refuse(table: string, column: string, value: string) {
    await execute(database.url, `alter table ${table} add constraint refused check (${column} <> '${value}') not valid`);
    return () => execute(database.url, `alter table ${table} drop constraint refused`);
  }

  it('several processes that start on a new database at once migrate it once', async () => {
    const own = await createDatabase(server ?? '');
    const handles = await Promise.all(Array.from({ length: 4 }, () => openStorage(own.url)));
    const ran = await Promise.all(handles.map((handle) => handle.migrate()));
    assert.deepEqual(ran.flat(), migrationNames);
    await Promise.all(handles.map((handle) => handle.close()));
    await own.drop();
  });
});

async function execute(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}

async function empty(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%'");
  await client.query(rows.map(({ tablename }) => `delete from ${tablename};`).join(''));
  await client.end();
}
