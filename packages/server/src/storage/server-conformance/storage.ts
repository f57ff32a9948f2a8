/** Promises of `Storage` as a whole: tenants apart, sweeping, watching, migrating, closing. */
import assert from 'node:assert/strict';
import { type Policy, strictPolicy } from '@symbolon/provider';
import { sampleAccess, sampleApproval, sampleClient, sampleGrant, sampleRefresh, sampleRequest } from '@symbolon/provider/conformance';
import type { Storage } from '../../store.ts';
import { authentication, now, sampleKey, sampleUser, type Test, withEverything } from './frame.ts';

export function tenantConformance(test: Test): void {
  test('L3: nothing of one tenant is seen, used or ended in another', async ({ storage }) => {
    const a = await withEverything(storage);
    const b = storage.tenant('other');
    await a.clients.register(sampleClient(), now);
    await a.consents.remember('alice', 'web', ['openid'], now);
    await a.keys.addFirst(sampleKey('kid'));
    await a.requests.push(sampleRequest('pending'));
    assert.equal(await b.clients.find('web'), undefined);
    assert.deepEqual([await b.clients.list(), await b.keys.list(), await b.users.list(undefined, 9)], [[], [], []]);
    assert.equal(await b.clients.remove('web', now), false);
    assert.equal(await b.requests.find('pending', now), undefined);
    assert.equal(await b.requests.deny('pending', 'browser', now), false);
    assert.equal((await b.requests.redeem('approved', 600, now)).outcome, 'unknown');
    assert.equal((await b.requests.redeem('redeemed', 600, now)).outcome, 'unknown');
    assert.equal(await b.tokens.findAccess('a', now), undefined);
    assert.equal(await b.tokens.findRefresh('f', 0, 60, now), undefined);
    assert.equal(await b.tokens.revokeAccess('a', 'web', now), false);
    assert.equal(await b.grants.revoke('g', now), false);
    assert.deepEqual([await b.grants.list('alice', now), await b.consents.list('alice')], [[], []]);
    assert.deepEqual(await b.sessions.find('browser2', 'web', 100, now), []);
    assert.equal(await b.sessions.authenticate('browser2', 'stolen', { ...authentication, sid: 'fresh' }, now), undefined);
    assert.equal(await b.requests.push(sampleRequest('foreign'), sampleApproval({ sid: 'sid' })), false);
    await b.users.add(sampleUser('eve'), 'hash');
    assert.equal(await b.sessions.authenticate('browser2', 'stolen', { ...authentication, sub: 'eve', sid: 'fresh' }, now), 'fresh');
    assert.deepEqual(await b.sessions.end('browser2', undefined, now), []);
    assert.deepEqual(
      (await b.sessions.find('stolen', 'web', 100, now)).map((session) => session.sid),
      ['fresh'],
    );
    assert.equal(await b.users.setActive('alice', false, now), false);
    assert.equal((await b.sessions.endAll('bob', now)).length, 0);
    assert.equal((await a.sessions.find('browser2', 'web', 100, now)).length, 2);
    assert.notEqual(await a.tokens.findAccess('a', now), undefined);
    assert.notEqual(await a.requests.find('pending', now), undefined);
  });

  test('L3: the same ids live side by side in two tenants', async ({ storage }) => {
    for (const id of ['main', 'other']) {
      const store = await withEverything({ ...storage, tenant: () => storage.tenant(id) });
      assert.equal(await store.replay.once('jti', 'x', now + 60, now), true);
      assert.equal(await store.keys.addFirst(sampleKey('kid')), true);
      assert.equal(await store.clients.register(sampleClient(), now), true);
    }
    await storage.tenant('other').users.setActive('alice', false, now);
    assert.equal((await storage.tenant('main').tokens.findAccess('a', now))?.account?.active, true);
    assert.equal(await storage.tenant('other').tokens.findAccess('a', now), undefined);
  });
}

export function storageConformance(test: Test): void {
  test('a client kept by a version with fewer switches is strict in those it has no position of', async ({ storage }) => {
    const { clients } = storage.tenant('main');
    await clients.register(sampleClient('old', { policy: { consent: 'implicit' } as Policy }), now);
    const expected = { ...strictPolicy, consent: 'implicit' };
    assert.deepEqual((await clients.find('old'))?.policy, expected);
    assert.deepEqual(
      (await clients.list()).map(({ policy }) => policy),
      [expected],
    );
  });

  test('sweep takes the dead only, at most so many of a kind at a time', async ({ storage }) => {
    const store = storage.tenant('main');
    await store.users.add(sampleUser(), undefined);
    for (let index = 0; index < 5; index += 1) {
      const id = `r${index}`;
      await store.requests.push(sampleRequest(id, { expiresAt: now + index }));
      await store.grants.open(sampleGrant(id, { expiresAt: now + index }), sampleAccess(id, { grantId: id, expiresAt: now + index }));
      await store.sessions.authenticate(undefined, id, { ...authentication, sid: id, expiresAt: now + index }, now);
      await store.replay.once('jti', id, now + index, now);
    }
    assert.equal(await storage.sweep(now - 1, 100), 0);
    assert.equal(await storage.sweep(now + 2, 2), 10);
    assert.equal(await storage.sweep(now + 2, 2), 5);
    assert.equal(await storage.sweep(now + 2, 2), 0);
    assert.notEqual(await store.requests.find('r3', now), undefined);
    assert.notEqual(await store.tokens.findAccess('r3', now), undefined);
    assert.equal(await store.replay.once('jti', 'r3', now + 9, now), false);
  });

  test('two sweepers at once take every dead row once', async ({ storage, second }) => {
    const store = storage.tenant('main');
    for (let index = 0; index < 40; index += 1) await store.replay.once('jti', `${index}`, now, now);
    const gone = await Promise.all([storage.sweep(now, 30), second.sweep(now, 30), storage.sweep(now, 30), second.sweep(now, 30)]);
    assert.equal(gone.reduce((sum, some) => sum + some) + (await storage.sweep(now, 30)), 40);
  });

  test('a change of clients or keys is told to this process at once and to the other soon, with its tenant', async (backend) => {
    const { storage, second } = backend;
    const own: (string | undefined)[] = [];
    const other: (string | undefined)[] = [];
    const stops = [storage.watch((tenant) => own.push(tenant)), second.watch((tenant) => other.push(tenant))];
    assert.equal(await storage.tenant('main').clients.register(sampleClient(), now), true);
    assert.equal(own.includes('main'), true);
    // Repeated, because the other one may not have begun to listen when the first change is made.
    await repeatUntil(
      () => storage.tenant('again').clients.register(sampleClient(`client-${other.length}-${own.length}`), now),
      () => looked(second) && other.includes('again'),
    );
    await second.tenant('two').keys.addFirst(sampleKey('kid'));
    await repeatUntil(
      () => second.tenant('back').clients.register(sampleClient(`client-${other.length}-${own.length}`), now),
      () => looked(storage) && own.includes('back'),
    );
    assert.equal(other.includes('two'), true);
    await second.tenant('three').clients.replace(sampleClient(), now);
    storage.look();
    for (const stop of stops) stop();
    await second.tenant('four').clients.register(sampleClient(), now);
    assert.deepEqual([own.includes('three'), other.includes('three'), other.includes('four')], [false, false, false]);
  });

  test('migrating again does nothing, also from two processes at once', async ({ storage, second }) => {
    await storage.tenant('main').clients.register(sampleClient(), now);
    assert.deepEqual(await Promise.all([storage.migrate(), second.migrate(), storage.migrate()]), [[], [], []]);
    assert.deepEqual(await second.tenant('main').clients.find('web'), sampleClient());
  });

  test('what was answered is there after closing and opening, and close waits for what was begun', async ({ storage, reopen }) => {
    const opened = await reopen();
    const store = opened.tenant('main');
    await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh());
    const begun = [store.tokens.add(sampleAccess('begun')), store.clients.register(sampleClient(), now)];
    await opened.close();
    await Promise.all(begun);
    const { tokens, clients } = storage.tenant('main');
    assert.notEqual(await tokens.findAccess('access', now), undefined);
    assert.notEqual(await tokens.findAccess('begun', now), undefined);
    assert.notEqual(await clients.find('web'), undefined);
  });

  test('ready is silent while the database answers and throws after closing', async ({ reopen }) => {
    const opened = await reopen();
    await opened.ready();
    await opened.close();
    await assert.rejects(opened.ready());
  });

  test('a verb that fails in a batch fails alone', async ({ storage }) => {
    const { tokens, grants } = storage.tenant('main');
    await grants.open(sampleGrant('taken'), sampleAccess('first', { grantId: 'taken' }));
    const results = await Promise.allSettled([
      tokens.add(sampleAccess('one', { grantId: undefined, scopes: [] })),
      grants.open(sampleGrant('taken'), sampleAccess('half', { grantId: 'taken' })),
      tokens.add(sampleAccess('first')),
      tokens.add(sampleAccess('two', { grantId: undefined, scopes: [] })),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    for (const hash of ['one', 'two', 'first']) assert.notEqual(await tokens.findAccess(hash, now), undefined);
    assert.equal(await tokens.findAccess('half', now), undefined);
  });
}

async function repeatUntil(act: () => Promise<unknown>, condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error('it did not happen within five seconds');
    await act();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function looked(storage: Storage): true {
  storage.look();
  return true;
}
