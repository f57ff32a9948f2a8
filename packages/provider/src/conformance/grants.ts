/** Promises of `Grants`: all or nothing, and revoking kills all that hangs on it. */
import assert from 'node:assert/strict';
import {
  now,
  sampleAccess,
  sampleAccount,
  sampleApproval,
  sampleAuthentication,
  sampleGrant,
  sampleRefresh,
  sampleRequest,
} from './samples.ts';
import { count, race, type Test } from './suite.ts';

export function grantsConformance(test: Test): void {
  test('a grant is listed whole, newest first, for its person only', async ({ store }) => {
    await store.grants.open(sampleGrant('old'), sampleAccess('a1', { grantId: 'old' }));
    await store.grants.open(sampleGrant('new', { createdAt: now + 5 }), sampleAccess('a2', { grantId: 'new' }));
    await store.grants.open(sampleGrant('bobs', { sub: 'bob' }), sampleAccess('a3', { grantId: 'bobs' }));
    assert.deepEqual(await store.grants.list('alice', now), [sampleGrant('new', { createdAt: now + 5 }), sampleGrant('old')]);
  });

  test('optional fields that were left out stay left out', async ({ store }) => {
    const { sid: _sid, acr: _acr, ...bare } = sampleGrant();
    await store.grants.open(bare, sampleAccess());
    assert.deepEqual(await store.grants.list('alice', now), [bare]);
  });

  test('a grant is dead from the second it expires, with the tokens on it', async ({ store }) => {
    await store.grants.open(sampleGrant('request', { expiresAt: now + 50 }), sampleAccess(), sampleRefresh());
    assert.equal((await store.grants.list('alice', now + 49)).length, 1);
    assert.deepEqual(await store.grants.list('alice', now + 50), []);
    assert.equal(await store.grants.revoke('request', now + 50), false);
    assert.equal(await store.tokens.findAccess('access', now + 50), undefined);
    assert.equal(await store.tokens.findRefresh('family', 0, 60, now + 50), undefined);
  });

  test('revoke ends the grant and every token on it, once', async (backend) => {
    const { store } = backend;
    await backend.addAccount(sampleAccount());
    await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh());
    await store.grants.open(sampleGrant('other'), sampleAccess('b', { grantId: 'other' }));
    const won = await race(backend, 8, (handle) => handle.grants.revoke('request', now));
    assert.equal(count(won, true), 1);
    assert.equal(await store.tokens.findAccess('access', now), undefined);
    assert.equal(await store.tokens.findRefresh('family', 0, 60, now), undefined);
    assert.equal((await store.tokens.findAccess('b', now))?.grantId, 'other');
    assert.deepEqual(await store.grants.list('alice', now), [sampleGrant('other')]);
  });

  test('a grant of a request answered without a code is born revoked when the session ended before', async ({ store, addAccount }) => {
    await addAccount(sampleAccount());
    await store.sessions.authenticate(undefined, 'browser', sampleAuthentication(), now);
    const open = (id: string, request: string) =>
      store.grants.open(sampleGrant(id, { request, sid: 'sid-alice' }), sampleAccess(`of ${id}`, { grantId: id }));
    assert.equal(await store.requests.push(sampleRequest('r1'), sampleApproval({ codeHash: 'c1' })), true);
    assert.equal(await store.requests.push(sampleRequest('r2'), sampleApproval({ codeHash: 'c2' })), true);
    await open('before', 'r1');
    await store.sessions.end('browser', undefined, now);
    await open('after', 'r2');
    assert.equal((await store.tokens.findAccess('of before', now))?.grant?.request, 'r1');
    assert.equal(await store.tokens.findAccess('of after', now), undefined);
  });

  test('revoke of an unknown grant answers false', async ({ store }) => {
    assert.equal(await store.grants.revoke('none', now), false);
  });

  test('open writes all or nothing', async ({ store }) => {
    await store.grants.open(sampleGrant('first'), sampleAccess('access', { grantId: 'first' }));
    await assert.rejects(store.grants.open(sampleGrant('first', { sub: 'bob' }), sampleAccess('fresh', { grantId: 'first' })));
    assert.equal(await store.tokens.findAccess('fresh', now), undefined);
    assert.deepEqual(await store.grants.list('bob', now), []);
    assert.deepEqual(await store.grants.list('alice', now), [sampleGrant('first')]);
  });
}
