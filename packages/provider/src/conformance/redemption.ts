/** Promises of `AuthorizationRequests.redeem`: once, and a second use takes back what the first gave (RFC 6749 section 4.1.2). */
import assert from 'node:assert/strict';
import type { Store } from '../store.ts';
import { now, sampleAccess, sampleAccount, sampleApproval, sampleGrant, sampleRefresh, sampleRequest } from './samples.ts';
import { count, race, signedIn, type Test } from './suite.ts';

const approved = () => {
  const { id, client_id, parameters, openedAt, expiresAt } = sampleRequest();
  return { id, client_id, parameters, openedAt, expiresAt, approval: sampleApproval() };
};

async function revokedEntirely(store: Store, at = now): Promise<void> {
  assert.equal(await store.tokens.findAccess('access', at), undefined);
  assert.equal(await store.tokens.findRefresh('family', 0, 60, at), undefined);
  assert.deepEqual(await store.grants.list('alice', at), []);
  assert.equal(await store.grants.revoke('request', at), false);
}

export function redemptionConformance(test: Test): void {
  test('a code redeems the whole request, with the account', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    assert.deepEqual(await store.requests.redeem('code', 600, now), {
      outcome: 'redeemed',
      request: approved(),
      account: sampleAccount(),
    });
  });

  test('a request approved later redeems the same', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest());
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval(), now), true);
    assert.deepEqual(await store.requests.redeem('code', 600, now), {
      outcome: 'redeemed',
      request: approved(),
      account: sampleAccount(),
    });
  });

  test('F6: a code of somebody who was disabled meanwhile is worth nothing; who does not exist comes as undefined', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    await store.requests.push(sampleRequest('ghost'), sampleApproval({ sub: 'ghost', codeHash: 'ghost' }));
    await backend.setActive('alice', false);
    const disabled = await store.requests.redeem('code', 600, now);
    assert.equal(disabled.outcome === 'redeemed' && disabled.account?.active === true, false);
    const ghost = await store.requests.redeem('ghost', 600, now);
    assert.equal(ghost.outcome === 'redeemed' && ghost.account, undefined);
  });

  test('B2: a code is dead from the second it expires, an unknown or denied one always', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest('a'), sampleApproval({ codeHash: 'a' }));
    await store.requests.push(sampleRequest('b'), sampleApproval({ codeHash: 'b' }));
    assert.equal((await store.requests.redeem('a', 600, now + 59)).outcome, 'redeemed');
    assert.deepEqual(await store.requests.redeem('b', 600, now + 60), { outcome: 'unknown' });
    assert.deepEqual(await store.requests.redeem('c', 600, now), { outcome: 'unknown' });
  });

  test('B5: the id of a request is no code', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    assert.deepEqual(await store.requests.redeem('request', 600, now), { outcome: 'unknown' });
  });

  test('B3: a second use answers replayed and kills the grant with all its tokens', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    await store.requests.redeem('code', 600, now);
    await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh());
    assert.notEqual(await store.tokens.findAccess('access', now), undefined);
    assert.deepEqual(await store.requests.redeem('code', 600, now + 1), { outcome: 'replayed', request: approved() });
    await revokedEntirely(store, now + 1);
    assert.equal((await store.requests.redeem('code', 600, now + 2)).outcome, 'replayed');
  });

  test('a second use is noticed until the replay window ends, also after the code itself expired', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    await store.requests.redeem('code', 600, now + 10);
    assert.equal((await store.requests.redeem('code', 600, now + 609)).outcome, 'replayed');
    assert.deepEqual(await store.requests.redeem('code', 600, now + 610), { outcome: 'unknown' });
  });

  test('B4: 64 concurrent redemptions give exactly one success, the rest is replayed', async (backend) => {
    await signedIn(backend);
    await backend.store.requests.push(sampleRequest(), sampleApproval());
    const all = await race(backend, 64, (store) => store.requests.redeem('code', 600, now));
    const outcomes = all.map((redemption) => redemption.outcome);
    assert.equal(count(outcomes, 'redeemed'), 1);
    assert.equal(count(outcomes, 'replayed'), 63);
  });

  test('B3: a grant written after its code was replayed is born revoked', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    await store.requests.redeem('code', 600, now);
    await store.requests.redeem('code', 600, now);
    await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh());
    await revokedEntirely(store);
  });

  test('B3: replayed while the grant is being written, the grant is dead whoever came first', async (backend) => {
    await signedIn(backend);
    for (let round = 0; round < 24; round += 1) {
      const id = `request-${round}`;
      const code = `code-${round}`;
      await backend.store.requests.push(sampleRequest(id), sampleApproval({ codeHash: code }));
      await backend.store.requests.redeem(code, 600, now);
      const second = backend.second ?? backend.store;
      const open = () => backend.store.grants.open(sampleGrant(id), sampleAccess(`a-${id}`, { grantId: id }), sampleRefresh(`f-${id}`));
      const replay = () => second.requests.redeem(code, 600, now);
      const acts = round % 2 === 0 ? [open, replay, replay] : [replay, open, replay];
      await Promise.all(acts.map((act) => act()));
      assert.equal(await backend.store.tokens.findAccess(`a-${id}`, now), undefined);
      assert.equal(await backend.store.tokens.findRefresh(`f-${id}`, 0, 60, now), undefined);
    }
  });
}
