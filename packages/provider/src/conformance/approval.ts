/** Promises about an approval and the session it comes from: it begins only while the session lives, and what ends the session ends the code. */
import assert from 'node:assert/strict';
import type { Store } from '../store.ts';
import { now, sampleAccess, sampleApproval, sampleAuthentication, sampleGrant, sampleRequest } from './samples.ts';
import { signedIn, type Test } from './suite.ts';

const redeemed = async (store: Store, code = 'code') => (await store.requests.redeem(code, 600, now)).outcome;

export function approvalConformance(test: Test): void {
  test('K2: nothing is pushed as approved for a session that ended, never was, or whose life is over', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    assert.equal(await store.requests.push(sampleRequest(), sampleApproval({ sid: 'never' })), false);
    assert.equal(await store.requests.push(sampleRequest('request', { openedAt: now + 1000 }), sampleApproval()), false);
    await store.sessions.end('browser', 'sid-alice', now);
    assert.equal(await store.requests.push(sampleRequest(), sampleApproval()), false);
    assert.equal(await redeemed(store), 'unknown');
    assert.equal(await store.requests.push(sampleRequest()), true);
  });

  test('K2: a request is not approved for a session that ended, and stays pending', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest());
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval({ sid: 'never' }), now), false);
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval(), now + 1000), false);
    await store.sessions.end('browser', 'sid-alice', now);
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval(), now), false);
    assert.equal(await redeemed(store), 'unknown');
    assert.deepEqual(await store.requests.find('request', now), sampleRequest());
  });

  test('an approval is possible until the last second of its session', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest());
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval(), now + 999), true);
    const last = sampleRequest('last', { openedAt: now + 999 });
    assert.equal(await store.requests.push(last, sampleApproval({ codeHash: 'last' })), true);
  });

  test('K2: a code not redeemed yet ends with its session, and no other code', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.sessions.authenticate(undefined, 'phone', sampleAuthentication('alice', { sid: 'phone' }), now);
    await store.requests.push(sampleRequest('pushed'), sampleApproval({ codeHash: 'pushed' }));
    await store.requests.push(sampleRequest('approved'));
    await store.requests.approve('approved', 'browser', sampleApproval({ codeHash: 'approved' }), now);
    for (const code of ['phone', 'phone-2'])
      await store.requests.push(sampleRequest(code), sampleApproval({ sid: 'phone', codeHash: code }));
    await store.sessions.end('browser', undefined, now);
    assert.deepEqual([await redeemed(store, 'pushed'), await redeemed(store, 'approved')], ['unknown', 'unknown']);
    assert.equal(await redeemed(store, 'phone'), 'redeemed');
    await store.sessions.endAll('alice', now);
    assert.equal(await redeemed(store, 'phone-2'), 'unknown');
  });

  test('the end of a session leaves alone a grant opened before that outlives it', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    assert.equal(await redeemed(store), 'redeemed');
    await store.grants.open(sampleGrant(), sampleAccess());
    await store.sessions.end('browser', undefined, now);
    assert.notEqual(await store.tokens.findAccess('access', now), undefined);
    assert.equal(await redeemed(store), 'replayed');
  });

  const endings = {
    end: (store: Store, id: string) => store.sessions.end(id, id, now),
    endAll: (store: Store) => store.sessions.endAll('alice', now),
  };
  const approvals = {
    pushed: (store: Store, id: string) => store.requests.push(sampleRequest(`p-${id}`), sampleApproval({ sid: id, codeHash: id })),
    approved: (store: Store, id: string) => store.requests.approve(id, id, sampleApproval({ sid: id, codeHash: id }), now),
  };
  for (const [ending, end] of Object.entries(endings))
    for (const [how, approve] of Object.entries(approvals))
      test(`K2: no code ${how} while ${ending} is at work is worth anything after it`, async (backend) => {
        const { store, second = store } = backend;
        await signedIn(backend);
        for (let round = 0; round < 12; round += 1) {
          const id = `round-${round}`;
          await store.sessions.authenticate(undefined, id, sampleAuthentication('alice', { sid: id }), now);
          await store.requests.push(sampleRequest(id, { browser: id }));
          const acts = [() => approve(store, id), () => end(second, id)];
          await Promise.all((round % 2 === 0 ? acts : acts.reverse()).map((act) => act()));
          assert.equal(await redeemed(store, id), 'unknown');
        }
      });
}
