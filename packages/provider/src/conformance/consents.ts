/** Promises of `Consents`. */
import assert from 'node:assert/strict';
import { now } from './samples.ts';
import { race, type Test } from './suite.ts';

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
    assert.equal(await store.consents.forget('alice', 'web'), true);
    assert.equal(await store.consents.forget('alice', 'web'), false);
    assert.deepEqual(await store.consents.list('alice'), []);
    assert.equal((await store.consents.list('bob')).length, 1);
  });
}
