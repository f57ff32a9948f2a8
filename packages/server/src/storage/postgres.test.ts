/** The storage over PostgreSQL keeps every promise of both ports, in as few statements as were promised. */
import assert from 'node:assert/strict';
import { sampleAccess, sampleApproval, sampleGrant, sampleRefresh, sampleRequest, storeConformance } from '@symbolon/provider/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject, it, vi } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Storage } from '../store.ts';
import { openStorage } from './open-storage.ts';
import { serverConformance, withTenant } from './server-conformance.ts';

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

  // A tenant of its own for every test: making a database takes longer than the test.
  storeConformance({
    describe,
    it,
    open: async () => ({ ...withTenant(storage, second, `tenant-${++tenants}`), close: nothing }),
  });

  // This suite looks at whole databases.
  serverConformance({
    describe,
    it,
    open: async () => {
      const own = await createDatabase(server ?? '');
      const [first, other] = await Promise.all([openStorage(own.url), openStorage(own.url)]);
      await first.migrate();
      const close = async () => {
        await Promise.all([first.close(), other.close()]);
        await own.drop();
      };
      return { storage: first, second: other, reopen: () => openStorage(own.url), close };
    },
  });

  it('goal 4: a code flow on a live session is read, write, gate, write; a refresh, userinfo and introspection are one statement', async () => {
    const { sessions, requests, grants, tokens } = storage.tenant(`tenant-${++tenants}`);
    const now = 1_800_000_000;
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

  it('several processes that start on a new database at once migrate it once', async () => {
    const own = await createDatabase(server ?? '');
    const handles = await Promise.all(Array.from({ length: 4 }, () => openStorage(own.url)));
    const ran = await Promise.all(handles.map((handle) => handle.migrate()));
    assert.deepEqual(ran.flat(), ['0001-first-tables']);
    await Promise.all(handles.map((handle) => handle.close()));
    await own.drop();
  });
});
