/** Promises of `Logouts`, the outbox of sign-outs: written with the end of a session, claimed by one of many, in order, kept. */
import assert from 'node:assert/strict';
import type { TenantStore } from '../../store.ts';
import { authentication, now, type StorageBackend, sampleUser, type Test } from './frame.ts';

/** Alice in one browser for each sid, known to the clients. */
async function signedInWith({ storage }: StorageBackend, sids: readonly string[], clients: readonly string[]): Promise<TenantStore> {
  const store = storage.tenant('main');
  await store.users.add(sampleUser(), 'hash');
  for (const sid of sids) {
    await store.sessions.authenticate(undefined, `browser of ${sid}`, { ...authentication, sid }, now);
    for (const client of clients) await store.sessions.join(sid, client, now);
  }
  return store;
}

const keys = (due: readonly { readonly sid: string; readonly client_id: string }[]) =>
  due.map(({ sid, client_id }) => `${sid} ${client_id}`);

const endings = {
  end: (store: TenantStore) => store.sessions.end('browser of one', undefined, now + 1),
  endOne: (store: TenantStore) => store.sessions.endOne('alice', 'one', now + 1),
  endAll: (store: TenantStore) => store.sessions.endAll('alice', now + 1),
  'a new password': (store: TenantStore) => store.users.setPassword('alice', 'new', now + 1),
  disabling: (store: TenantStore) => store.users.setActive('alice', false, now + 1),
} as const;

export function logoutsConformance(test: Test): void {
  for (const [how, end] of Object.entries(endings)) {
    test(`${how} leaves a notice for every client that knew of the session, seen by every process`, async (backend) => {
      const store = await signedInWith(backend, ['one'], ['web', 'app']);
      await end(store);
      const { logouts } = backend.second.tenant('main');
      const waiting = { sid: 'one', sub: 'alice', state: 'waiting', endedAt: now + 1, attempts: 0 };
      const expected = ['app', 'web'].map((client_id) => ({ ...waiting, client_id }));
      assert.deepEqual(await logouts.due(now + 1), expected);
      assert.deepEqual(await logouts.due(now), []);
      assert.deepEqual(await logouts.ofSession('one'), expected);
      assert.deepEqual(await backend.second.tenant('other').logouts.ofSession('one'), []);
    });
  }

  test('of many on two processes who claim a notice one gets it, and the next when he is taken for dead', async (backend) => {
    const store = await signedInWith(backend, ['one'], ['web']);
    await store.sessions.endAll('alice', now);
    const key = { sid: 'one', client_id: 'web' };
    const handles = [store.logouts, backend.second.tenant('main').logouts];
    const claims = await Promise.all(Array.from({ length: 16 }, (_, index) => handles[index % 2]?.claim(key, now + 60, now)));
    assert.equal(claims.filter((claimed) => claimed === true).length, 1);
    assert.deepEqual(await store.logouts.due(now + 59), []);
    assert.equal(await store.logouts.claim(key, now + 120, now + 59), false);
    assert.equal((await store.logouts.due(now + 60))[0]?.attempts, 1);
    assert.equal(await store.logouts.claim(key, now + 120, now + 60), true);
    assert.deepEqual((await store.logouts.ofSession('one'))[0]?.lastAt, now + 60);
  });

  test('a notice settled once stays as it was settled, and is not due again', async (backend) => {
    const store = await signedInWith(backend, ['one'], ['web']);
    await store.sessions.endAll('alice', now);
    const key = { sid: 'one', client_id: 'web' };
    await store.logouts.claim(key, now + 60, now);
    assert.equal(await store.logouts.settle(key, { state: 'told', status: 200 }, now + 1), true);
    assert.equal(await store.logouts.settle(key, { state: 'waiting', status: 0, nextAt: now + 9 }, now + 2), false);
    assert.deepEqual(await store.logouts.due(now + 1000), []);
    const told = { ...key, sub: 'alice', state: 'told', endedAt: now, attempts: 1, lastAt: now, lastStatus: 200, settledAt: now + 1 };
    assert.deepEqual(await store.logouts.ofSession('one'), [told]);
    assert.deepEqual(await store.logouts.list(10), [told]);
  });

  test('a client is told in the order in which sessions ended: the first that waits holds up those behind it, of this client only', async (backend) => {
    const store = await signedInWith(backend, ['b', 'a', 'c'], ['web', 'app']);
    for (const [index, sid] of ['b', 'a', 'c'].entries()) await store.sessions.endOne('alice', sid, now + index);
    assert.deepEqual(keys(await store.logouts.due(now + 9)), ['b app', 'b web']);
    await store.logouts.claim({ sid: 'b', client_id: 'web' }, now + 60, now + 9);
    assert.deepEqual(keys(await store.logouts.due(now + 9)), ['b app'], 'while the first is being sent');
    await store.logouts.settle({ sid: 'b', client_id: 'web' }, { state: 'waiting', status: 503, nextAt: now + 30 }, now + 9);
    assert.deepEqual(keys(await store.logouts.due(now + 10)), ['b app'], 'while the first waits to be tried again');
    await store.logouts.settle({ sid: 'b', client_id: 'web' }, { state: 'told', status: 200 }, now + 30);
    assert.deepEqual(keys(await store.logouts.due(now + 30)), ['b app', 'a web']);
  });

  test('a notice that the client refused is tried again, and holds up nobody', async (backend) => {
    const store = await signedInWith(backend, ['a', 'b'], ['web']);
    for (const [index, sid] of ['a', 'b'].entries()) await store.sessions.endOne('alice', sid, now + index);
    await store.logouts.claim({ sid: 'a', client_id: 'web' }, now + 60, now + 2);
    await store.logouts.settle({ sid: 'a', client_id: 'web' }, { state: 'waiting', status: 400, nextAt: now + 5 }, now + 2);
    assert.deepEqual(keys(await store.logouts.due(now + 2)), ['b web']);
    assert.deepEqual(keys(await store.logouts.due(now + 5)), ['b web', 'a web']);
  });

  test('what became of a notice is kept for a week, and what waits survives closing and opening', async (backend) => {
    const store = await signedInWith(backend, ['one'], ['web']);
    await store.sessions.endAll('alice', now);
    const again = await backend.reopen();
    assert.deepEqual(keys(await again.tenant('main').logouts.due(now)), ['one web']);
    await again.close();
    assert.equal((await store.logouts.ofSession('one')).length, 1);
    await backend.storage.sweep(now + 7 * 86_400 - 1, 10);
    assert.equal((await store.logouts.ofSession('one')).length, 1);
    await backend.storage.sweep(now + 7 * 86_400, 10);
    assert.deepEqual(await store.logouts.ofSession('one'), []);
  });
}
