/** Promises of `Consents`. */
import assert from 'node:assert/strict';
import { now, sampleAccess, sampleApproval, sampleGrant, sampleRefresh, sampleRequest } from './samples.ts';
import { race, signedIn, type Test } from './suite.ts';

export function consentsConformance(test: Test): void {
  test('remember adds scopes to those already allowed', async ({ store }) => {
    await store.consents.remember('alice', 'web', ['openid', 'email'], now);
    await store.consents.remember('alice', 'web', ['openid', 'profile'], now + 5);
    const [consent, ...others] = await store.consents.list('alice');
    assert.deepEqual([consent?.client_id, consent?.at, others.length], ['web', now + 5, 0]);
    assert.deepEqual([...(consent?.scopes ?? [])].sort(), ['email', 'openid', 'profile']);
  });

  test('concurrent consents are all kept', async (backend) => {
    await race(backend, 16, (store, index) => store.consents.remember('alice', 'web', [`scope-${index}`], now));
    assert.equal((await backend.store.consents.list('alice'))[0]?.scopes.length, 16);
  });

  test('list answers a person her own consents only', async ({ store }) => {
    await store.consents.remember('alice', 'web', ['openid'], now);
    await store.consents.remember('alice', 'app', ['email'], now);
    await store.consents.remember('bob', 'web', ['profile'], now);
    assert.deepEqual(await store.consents.list('alice'), [
      { client_id: 'app', scopes: ['email'], at: now },
      { client_id: 'web', scopes: ['openid'], at: now },
    ]);
  });

  test('forget takes one consent, once', async ({ store }) => {
    await store.consents.remember('alice', 'web', ['openid'], now);
    await store.consents.remember('bob', 'web', ['openid'], now);
    assert.equal(await store.consents.forget('alice', 'web', now), true);
    assert.equal(await store.consents.forget('alice', 'web', now), false);
    assert.deepEqual(await store.consents.list('alice'), []);
    assert.equal((await store.consents.list('bob')).length, 1);
  });

  test('AG-29: forget ends codes and grants of this client too, and nothing of another client or person', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    for (const [id, changes] of [
      ['mine', {}],
      ['other', { client_id: 'app' }],
      ['bobs', { sub: 'bob' }],
    ] as const)
      await store.grants.open(sampleGrant(id, changes), sampleAccess(id, { grantId: id }), sampleRefresh(id));
    await store.requests.push(sampleRequest('unused'), sampleApproval({ codeHash: 'unused' }));
    await store.requests.push(sampleRequest('late'), sampleApproval({ codeHash: 'late' }));
    await store.requests.redeem('late', 600, now);
    assert.equal(await store.consents.forget('alice', 'web', now), true);
    assert.equal(await store.consents.forget('alice', 'web', now), false);
    await store.grants.open(sampleGrant('late'), sampleAccess('late', { grantId: 'late' }));
    const alive = async (hash: string) => (await store.tokens.findAccess(hash, now)) !== undefined;
    assert.deepEqual([await alive('mine'), await alive('late'), await alive('other'), await alive('bobs')], [false, false, true, true]);
    assert.equal(await store.tokens.findRefresh('mine', 0, 60, now), undefined);
    assert.equal((await store.requests.redeem('unused', 600, now)).outcome, 'unknown');
  });
}
