/**
 * What happens at the same time on PostgreSQL, forced into every order: while another transaction holds a row, the first verb stops at it with
 * the locks it has, and the second is begun. Whoever comes later must see the one before.
 */
import assert from 'node:assert/strict';
import { sampleAccess, sampleApproval, sampleGrant, sampleRefresh, sampleRequest } from '@symbolon/provider/conformance';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject, it, vi } from 'vitest';
import { createDatabase } from '../../../../test/support/postgres.ts';
import type { Storage, TenantStore } from '../store.ts';
import { openStorage } from './open-storage.ts';
import { authentication, now, sampleUser } from './server-conformance/frame.ts';
import { changes, liveSessions } from './server-conformance/sign-in.ts';

const server = inject('postgres');
const approval = sampleApproval({ sid: 'sid' });

describe.skipIf(server === undefined)('PostgreSQL, at the same time', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let storage: Storage;
  let second: Storage;
  let tenants = 0;

  beforeAll(async () => {
    database = await createDatabase(server ?? '');
    [storage, second] = await Promise.all([openStorage(database.url), openStorage(database.url)]);
    await storage.migrate();
  });
  afterAll(async () => {
    await Promise.all([storage.close(), second.close()]);
    await database.drop();
  });

  /** Alice, signed in in `browser`, in a tenant of her own; `other` is the same through another process's handle. */
  async function signedIn() {
    const tenant = `tenant-${++tenants}`;
    const store = storage.tenant(tenant);
    await store.users.add(sampleUser(), 'hash');
    await store.sessions.authenticate(undefined, 'browser', authentication, now);
    return { ...store, tenant, other: second.tenant(tenant) };
  }

  it('B3: a grant being opened while its code is marked as replayed waits for the mark and is born revoked', async () => {
    const { tenant, requests, grants, tokens } = await signedIn();
    await requests.push(sampleRequest(), approval);
    await requests.redeem('code', 600, now);
    const mark = { text: "update requests set stage = 'replayed' where tenant = $1", values: [tenant] };
    await whileLocked(mark, 'commit', [() => grants.open(sampleGrant(), sampleAccess(), sampleRefresh())]);
    assert.equal(await tokens.findAccess('access', now), undefined);
    assert.equal(await tokens.findRefresh('family', 0, 60, now), undefined);
  });

  it('B3: a second use of a code waits for the grant that is being opened, and revokes it', async () => {
    const { tenant, requests, grants, tokens } = await signedIn();
    await requests.push(sampleRequest(), approval);
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

  const endings = {
    ...changes,
    'the end of the session': (store: TenantStore) => store.sessions.end('browser', 'sid', now),
    'the end of all her sessions': (store: TenantStore) => store.sessions.endAll('alice', now),
  };
  const approvals = {
    push: (store: TenantStore) => store.requests.push(sampleRequest('late'), { ...approval, codeHash: 'late' }),
    approve: (store: TenantStore) => store.requests.approve('stored', 'browser', { ...approval, codeHash: 'late' }, now),
  };
  for (const [ending, end] of Object.entries(endings))
    for (const [how, approve] of Object.entries(approvals)) {
      it(`F6, K2: ${how} waits for ${ending} and is refused`, async () => {
        const { tenant, other, ...store } = await signedIn();
        await store.requests.push(sampleRequest('stored'));
        await store.requests.push(sampleRequest('first'), approval);
        // Stops the ending at the codes, when it has removed the session.
        const itsCode = { text: "select 1 from requests where tenant = $1 and id = 'first' for update", values: [tenant] };
        const [, approved] = await whileLocked(itsCode, 'rollback', [() => end(other), () => approve(store)]);
        assert.equal(approved, false);
        for (const code of ['code', 'late']) assert.equal((await store.requests.redeem(code, 600, now)).outcome, 'unknown');
      });

      it(`F6, K2: ${ending} waits for ${how} and takes its code back`, async () => {
        const { tenant, other, ...store } = await signedIn();
        await store.requests.push(sampleRequest('stored'));
        // Stops the approval where it writes, when it has seen the session.
        const [approved] = await whileLocked(sameCode(tenant), 'rollback', [() => approve(store), () => end(other)]);
        assert.equal(approved, true);
        assert.equal((await store.requests.redeem('late', 600, now)).outcome, 'unknown');
      });
    }

  it('K2: an approval that waits for another change of its request keeps its session from ending meanwhile', async () => {
    const { tenant, requests, sessions } = await signedIn();
    await requests.push(sampleRequest('stored'));
    const fact = { text: "update requests set facts = '{}' where tenant = $1", values: [tenant] };
    const approve = () => requests.approve('stored', 'browser', approval, now);
    const outcomes = await whileLocked(fact, 'commit', [approve, () => sessions.end('browser', 'sid', now)]);
    assert.equal(outcomes[0], true);
    assert.equal((await requests.redeem('code', 600, now)).outcome, 'unknown');
  });

  for (const [how, change] of Object.entries(changes)) {
    const proof = { ...authentication, sid: 'late', credential: 'hash' };

    it(`K3: a sign-in waits for ${how} and is refused`, async () => {
      const { tenant, other, ...store } = await signedIn();
      const herSession = { text: 'select 1 from sessions where tenant = $1 for update', values: [tenant] };
      const signIn = () => store.sessions.authenticate(undefined, 'late', proof, now);
      const [, sid] = await whileLocked(herSession, 'rollback', [() => change(other), signIn]);
      assert.equal(sid, undefined);
      assert.deepEqual(await liveSessions(store, 'late'), []);
    });

    it(`K3: ${how} waits for a sign-in and ends it`, async () => {
      const { tenant, other, ...store } = await signedIn();
      // Stops the sign-in at the session it moves, when it has seen the person.
      const herSession = { text: 'select 1 from sessions where tenant = $1 for update', values: [tenant] };
      const signIn = () => store.sessions.authenticate('browser', 'late', proof, now);
      const [sid] = await whileLocked(herSession, 'rollback', [signIn, () => change(other)]);
      assert.equal(sid, 'sid');
      assert.deepEqual(await liveSessions(store, 'late'), []);
    });
  }

  it('K1: a request approved while its browser is given a new secret does not move with the others', async () => {
    const { tenant, requests, sessions } = await signedIn();
    for (const id of ['approved', 'pending']) await requests.push(sampleRequest(id));
    const approving = "update requests set stage = 'approved', browser = null where tenant = $1 and id = 'approved'";
    const signIn = () => sessions.authenticate('browser', 'next', authentication, now);
    await whileLocked({ text: approving, values: [tenant] }, 'commit', [signIn]);
    const { rows } = await onDatabase((client) => client.query("select id from requests where tenant = $1 and browser = 'next'", [tenant]));
    assert.deepEqual(rows, [{ id: 'pending' }]);
  });

  /** Makes a request with the code `late`, which another one must wait for. */
  function sameCode(tenant: string): pg.QueryConfig {
    const columns = 'tenant, id, client_id, stage, parameters, facts, opened_at, expires_at, dies_at, code_hash';
    return { text: `insert into requests (${columns}) values ($1, 'same', '', 'denied', '{}', '{}', 0, 0, 0, 'late')`, values: [tenant] };
  }

  /** Starts the acts one after the other while another transaction holds its locks, each when those before it wait; then lets them go. */
  async function whileLocked(lock: pg.QueryConfig, end: 'commit' | 'rollback', acts: readonly (() => Promise<unknown>)[]) {
    return onDatabase(async (client) => {
      await client.query('begin');
      await client.query(lock);
      const begun: Promise<unknown>[] = [];
      for (const act of acts) {
        begun.push(act());
        await waiting(client, begun.length);
      }
      await client.query(end);
      return Promise.all(begun);
    });
  }

  async function onDatabase<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  }
});

/** Until so many connections of this database wait for a lock. */
async function waiting(client: pg.Client, connections: number): Promise<void> {
  const count = "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  const look = async () => {
    // Within one transaction the view would stand still, without connections made meanwhile.
    await client.query('select pg_stat_clear_snapshot()');
    return (await client.query(count)).rows[0].n >= connections;
  };
  await vi.waitUntil(look, { timeout: 5000, interval: 5 });
}
