/** Promises of `AuthorizationRequests`, up to the approval: one browser, one outcome. */
import assert from 'node:assert/strict';
import type { Facts } from '../store.ts';
import { approvalConformance } from './approval.ts';
import { now, sampleApproval, sampleAuthentication, sampleRequest } from './samples.ts';
import { count, race, signedIn, type Test } from './suite.ts';

export function requestsConformance(test: Test): void {
  test('a pushed request is found whole until the second it expires', async ({ store }) => {
    assert.equal(await store.requests.push(sampleRequest('request', { facts: { sid: 's', login: 's' } })), true);
    assert.deepEqual(await store.requests.find('request', now), sampleRequest('request', { facts: { sid: 's', login: 's' } }));
    assert.notEqual(await store.requests.find('request', now + 3599), undefined);
    assert.equal(await store.requests.find('request', now + 3600), undefined);
    assert.equal(await store.requests.find('other', now), undefined);
  });

  test('a request pushed with an approval is not pending', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    assert.equal(await store.requests.push(sampleRequest(), sampleApproval()), true);
    assert.equal(await store.requests.find('request', now), undefined);
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval(), now), false);
    assert.equal(await store.requests.deny('request', 'browser', now), false);
  });

  test('claim binds an unopened request to the one browser that wins', async (backend) => {
    await backend.store.requests.push(sampleRequest('request', { browser: undefined }));
    const won = await race(backend, 16, (store, index) => store.requests.claim('request', `browser-${index}`, now + 3600, now));
    assert.equal(count(won, true), 1);
    assert.equal((await backend.store.requests.find('request', now))?.browser, `browser-${won.indexOf(true)}`);
  });

  test('claim leaves a bound, an expired and an unknown request alone', async ({ store }) => {
    await store.requests.push(sampleRequest('bound'));
    await store.requests.push(sampleRequest('old', { browser: undefined, expiresAt: now + 1 }));
    assert.equal(await store.requests.claim('bound', 'browser', now + 3600, now), false);
    assert.equal(await store.requests.claim('old', 'thief', now + 3600, now + 1), false);
    assert.equal(await store.requests.claim('none', 'thief', now + 3600, now), false);
  });

  test('F12: from its claim on a request lives as long as the claim says, whatever it had before', async ({ store }) => {
    await store.requests.push(sampleRequest('request', { browser: undefined, expiresAt: now + 60 }));
    assert.equal(await store.requests.claim('request', 'browser', now + 3600, now + 59), true);
    assert.equal((await store.requests.find('request', now + 3599))?.expiresAt, now + 3600);
    assert.equal(await store.requests.record('request', 'browser', { login: 's' }, now + 3599), true);
    assert.equal(await store.requests.find('request', now + 3600), undefined);
  });

  test('record adds facts and keeps the earlier ones', async ({ store }) => {
    await store.requests.push(sampleRequest());
    assert.equal(await store.requests.record('request', 'browser', { sid: 'a', login: 's' }, now), true);
    assert.equal(await store.requests.record('request', 'browser', { sid: 'b', consent: 's' }, now), true);
    assert.deepEqual((await store.requests.find('request', now))?.facts, { sid: 'b', login: 's', consent: 's' });
  });

  test('concurrent facts are all kept', async (backend) => {
    await backend.store.requests.push(sampleRequest());
    const facts: readonly Facts[] = [{ login: 's' }, { selected: 's' }, { consent: 's' }, { sid: 'a' }];
    await race(backend, 4, (store, index) => store.requests.record('request', 'browser', facts[index] ?? {}, now));
    assert.deepEqual((await backend.store.requests.find('request', now))?.facts, { login: 's', selected: 's', consent: 's', sid: 'a' });
  });

  test('B6: only the browser that opened a request records, approves and denies', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest('request'));
    assert.equal(await store.requests.record('request', 'thief', { login: 's' }, now), false);
    assert.equal(await store.requests.approve('request', 'thief', sampleApproval(), now), false);
    assert.equal(await store.requests.deny('request', 'thief', now), false);
    assert.deepEqual(await store.requests.find('request', now), sampleRequest('request'));
  });

  test('a request that no browser has opened takes no facts, and the first to approve or deny it has opened it', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    for (const id of ['one', 'two', 'old'])
      await store.requests.push(sampleRequest(id, { browser: undefined, expiresAt: now + (id === 'old' ? 1 : 60) }));
    assert.equal(await store.requests.record('one', 'browser', { login: 's' }, now), false);
    assert.equal(await store.requests.approve('one', 'browser', sampleApproval(), now), true);
    assert.equal(await store.requests.claim('one', 'late', now + 60, now), false);
    assert.equal(await store.requests.deny('two', 'browser', now), true);
    assert.equal(await store.requests.approve('two', 'late', sampleApproval({ codeHash: 'late' }), now), false);
    assert.equal(await store.requests.approve('old', 'late', sampleApproval({ codeHash: 'late' }), now + 1), false);
    assert.equal((await store.requests.redeem('code', 600, now)).outcome, 'redeemed');
  });

  test('of a claim and approvals by other browsers one wins', async (backend) => {
    await signedIn(backend);
    await backend.store.requests.push(sampleRequest('request', { browser: undefined }));
    const won = await race(backend, 32, (store, index) =>
      index % 2 === 0
        ? store.requests.claim('request', `browser-${index}`, now + 3600, now)
        : store.requests.approve('request', `browser-${index}`, sampleApproval({ codeHash: `code-${index}` }), now),
    );
    assert.equal(count(won, true), 1);
  });

  test('an expired request is neither recorded, approved nor denied', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest('request', { expiresAt: now + 5 }));
    assert.equal(await store.requests.record('request', 'browser', { login: 's' }, now + 5), false);
    assert.equal(await store.requests.approve('request', 'browser', sampleApproval(), now + 5), false);
    assert.equal(await store.requests.deny('request', 'browser', now + 5), false);
  });

  test('approve or deny happens once, also when 64 try at once', async (backend) => {
    await signedIn(backend);
    await backend.store.requests.push(sampleRequest());
    const won = await race(backend, 64, (store, index) =>
      index % 3 === 0
        ? store.requests.deny('request', 'browser', now)
        : store.requests.approve('request', 'browser', sampleApproval({ codeHash: `code-${index}` }), now),
    );
    assert.equal(count(won, true), 1);
    assert.equal(await backend.store.requests.find('request', now), undefined);
  });

  test('a denied request has no code and takes no more facts', async ({ store }) => {
    await store.requests.push(sampleRequest());
    assert.equal(await store.requests.deny('request', 'browser', now), true);
    assert.equal(await store.requests.find('request', now), undefined);
    assert.equal(await store.requests.record('request', 'browser', { login: 's' }, now), false);
    assert.equal(await store.requests.claim('request', 'browser', now + 3600, now), false);
  });

  test('K1: after a sign-in its requests belong to the new secret of the browser', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest('mine', { browser: 'old' }));
    await store.requests.push(sampleRequest('foreign', { browser: 'elsewhere' }));
    await store.sessions.authenticate('old', 'new', sampleAuthentication('alice', { sid: 'new' }), now);
    assert.equal(await store.requests.approve('mine', 'old', sampleApproval(), now), false);
    assert.equal(await store.requests.approve('foreign', 'new', sampleApproval(), now), false);
    assert.equal((await store.requests.find('mine', now))?.browser, 'new');
    assert.equal((await store.requests.find('foreign', now))?.browser, 'elsewhere');
    assert.equal(await store.requests.approve('mine', 'new', sampleApproval(), now), true);
  });

  test('K1: of more than 50 requests the newest 50 follow the browser to its new secret, the rest dies with the old one', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    // Not in the order of their age.
    for (let index = 0; index < 60; index += 1) {
      const age = (index * 7) % 60;
      await store.requests.push(sampleRequest(`aged-${age}`, { openedAt: now - age }));
    }
    await store.requests.push(sampleRequest('foreign', { browser: 'elsewhere', openedAt: now - 100 }));
    await store.sessions.authenticate('browser', 'new', sampleAuthentication(), now);
    const ofNew = async (id: string) => (await store.requests.find(id, now))?.browser === 'new';
    const moved = await Promise.all(Array.from({ length: 60 }, (_, age) => ofNew(`aged-${age}`)));
    assert.deepEqual(
      moved,
      moved.map((_, age) => age < 50),
    );
    assert.equal(await store.requests.approve('aged-49', 'new', sampleApproval(), now), true);
    assert.equal(await store.requests.approve('aged-50', 'new', sampleApproval({ codeHash: 'late' }), now), false);
    assert.equal((await store.requests.find('foreign', now))?.browser, 'elsewhere');
  });

  approvalConformance(test);
}
