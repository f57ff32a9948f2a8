/** Promises of `Tokens.rotate` (RFC 9700 section 4.14.2): one chain, a lost answer is given again, a stolen token ends it all. */
import assert from 'node:assert/strict';
import type { RefreshUse, Store } from '../store.ts';
import { now, sampleAccess, sampleAccount, sampleGrant, sampleRefresh } from './samples.ts';
import { type Backend, count, race, signedIn, type Test } from './suite.ts';

function use(generation: number, changes: Partial<RefreshUse> = {}): RefreshUse {
  const access = { hash: `access-of-${generation}`, client_id: 'web', issuedAt: now, expiresAt: now + 600 };
  return { familyHash: 'family', generation, client_id: 'web', proven: {}, grace: 60, expiresAt: now + 7200, access, ...changes };
}

const withHash = (generation: number, hash: string): RefreshUse => use(generation, { access: { ...use(generation).access, hash } });

async function opened({ store, addAccount }: Backend): Promise<Store> {
  await addAccount(sampleAccount());
  await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh());
  return store;
}

async function dead(store: Store, hashes: readonly string[], at: number): Promise<void> {
  for (const hash of hashes) assert.equal(await store.tokens.findAccess(hash, at), undefined);
  assert.deepEqual(await store.grants.list('alice', at), []);
  for (const generation of [0, 1, 2, 3]) {
    assert.equal(await store.tokens.findRefresh('family', generation, 60, at), undefined);
    assert.equal((await store.tokens.rotate(withHash(generation, 'late'), at)).outcome, 'unknown');
  }
  assert.equal(await store.tokens.findAccess('late', at), undefined);
}

export function rotationConformance(test: Test): void {
  test('rotated: the family advances, the access token is there, family and grant live longer', async (backend) => {
    const store = await opened(backend);
    const grant = sampleGrant('request', { expiresAt: now + 7200 });
    assert.deepEqual(await store.tokens.rotate(use(0), now), { outcome: 'rotated', grant, account: sampleAccount() });
    assert.deepEqual(await store.tokens.findAccess('access-of-0', now), {
      ...use(0).access,
      grantId: 'request',
      grant,
      account: sampleAccount(),
    });
    assert.notEqual(await store.tokens.findAccess('access', now), undefined);
    assert.deepEqual(await store.tokens.findRefresh('family', 1, 60, now + 7199), grant);
    assert.equal(await store.tokens.findRefresh('family', 1, 60, now + 7200), undefined);
  });

  test('narrower scopes and audience asked for in a rotation belong to that access token only', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0, { access: { ...use(0).access, scopes: ['openid'], audience: ['https://a.example'] } }), now);
    const found = await store.tokens.findAccess('access-of-0', now);
    assert.deepEqual(found?.scopes, ['openid']);
    assert.deepEqual(found?.audience, ['https://a.example']);
    assert.deepEqual(found?.grant?.scopes, sampleGrant().scopes);
  });

  test('a refresh token shorter than the access tokens does not shorten them', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0, { expiresAt: now + 10 }), now);
    assert.notEqual(await store.tokens.findAccess('access-of-0', now + 599), undefined);
    assert.equal(await store.tokens.findRefresh('family', 1, 60, now + 10), undefined);
    assert.equal((await store.tokens.rotate(withHash(1, 'late'), now + 10)).outcome, 'unknown');
  });

  test('again: inside the grace time the same successor, and an access token that works', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0), now);
    const again = await store.tokens.rotate(withHash(0, 'second'), now + 59);
    assert.equal(again.outcome, 'again');
    assert.deepEqual(again.outcome === 'again' && again.account, sampleAccount());
    assert.equal((await store.tokens.findAccess('second', now + 59))?.grantId, 'request');
    assert.notEqual(await store.tokens.findRefresh('family', 0, 60, now + 59), undefined);
    assert.equal((await store.tokens.rotate(use(1), now + 59)).outcome, 'rotated');
  });

  test('reused: from the end of the grace time the grant dies with all its tokens', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0), now);
    assert.equal(await store.tokens.findRefresh('family', 0, 60, now + 60), undefined);
    const reused = await store.tokens.rotate(withHash(0, 'stolen'), now + 60);
    assert.equal(reused.outcome, 'reused');
    assert.equal(reused.outcome === 'reused' && reused.grant.id, 'request');
    await dead(store, ['access', 'access-of-0', 'stolen'], now + 60);
  });

  test('reused: a generation before the previous one, even inside the grace time', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0), now);
    await store.tokens.rotate(use(1), now + 1);
    assert.equal(await store.tokens.findRefresh('family', 0, 60, now + 2), undefined);
    assert.equal((await store.tokens.rotate(withHash(0, 'stolen'), now + 2)).outcome, 'reused');
    await dead(store, ['access', 'access-of-0', 'access-of-1', 'stolen'], now + 2);
  });

  test('without grace the second use is reuse', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0, { grace: 0 }), now);
    assert.equal((await store.tokens.rotate(use(0, { grace: 0 }), now)).outcome, 'reused');
  });

  test('unknown: another client, another family, a generation never given, and nothing changes', async (backend) => {
    const store = await opened(backend);
    await store.tokens.rotate(use(0), now);
    const thief = { client_id: 'thief', access: { ...use(0).access, client_id: 'thief', hash: 'thief' } };
    for (const generation of [0, 1, 5]) {
      assert.deepEqual(await store.tokens.rotate(use(generation, thief), now + 100), { outcome: 'unknown' });
    }
    assert.deepEqual(await store.tokens.rotate(use(0, { familyHash: 'none' }), now + 100), { outcome: 'unknown' });
    assert.deepEqual(await store.tokens.rotate(use(2), now + 100), { outcome: 'unknown' });
    assert.equal(await store.tokens.findAccess('thief', now), undefined);
    assert.equal((await store.tokens.rotate(use(1), now + 100)).outcome, 'rotated');
  });

  test('unknown: an expired family, at exactly the second it expires', async (backend) => {
    const store = await opened(backend);
    assert.deepEqual(await store.tokens.rotate(use(0), now + 3600), { outcome: 'unknown' });
  });

  test('F10: a revoked grant rotates no more', async (backend) => {
    const store = await opened(backend);
    await store.grants.revoke('request', now);
    assert.deepEqual(await store.tokens.rotate(use(0), now), { outcome: 'unknown' });
    await dead(store, ['access', 'access-of-0'], now);
  });

  test('F10: revoked while being rotated, no token lives after revoke answered', async (backend) => {
    const store = await opened(backend);
    const [, revoked] = await Promise.all([
      race(backend, 8, (handle, index) => handle.tokens.rotate(withHash(0, `racer-${index}`), now)),
      (backend.second ?? store).grants.revoke('request', now),
    ]);
    assert.equal(revoked, true);
    await dead(store, ['access', ...Array.from({ length: 8 }, (_, index) => `racer-${index}`)], now);
  });

  test('F10: its session ended while being rotated, no token lives after the end answered', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.grants.open(sampleGrant('request', { endsWithSession: true }), sampleAccess(), sampleRefresh());
    const [, ended] = await Promise.all([
      race(backend, 8, (handle, index) => handle.tokens.rotate(withHash(0, `racer-${index}`), now)),
      (backend.second ?? store).sessions.endAll('alice', now),
    ]);
    assert.deepEqual(ended, [{ sid: 'sid-alice', sub: 'alice', clients: ['web'] }]);
    await dead(store, ['access', ...Array.from({ length: 8 }, (_, index) => `racer-${index}`)], now);
  });

  test('F8: 64 concurrent uses of one generation give one chain', async (backend) => {
    const store = await opened(backend);
    const all = await race(backend, 64, (handle, index) => handle.tokens.rotate(withHash(0, `racer-${index}`), now));
    const outcomes = all.map((rotation) => rotation.outcome);
    assert.equal(count(outcomes, 'rotated'), 1);
    assert.equal(count(outcomes, 'again'), 63);
    for (let index = 0; index < 64; index += 1) {
      assert.equal((await store.tokens.findAccess(`racer-${index}`, now))?.grantId, 'request');
    }
    assert.equal((await store.tokens.rotate(use(1), now)).outcome, 'rotated');
    assert.equal((await store.tokens.rotate(use(3), now)).outcome, 'unknown');
  });

  test('G3: a family bound to a key is rotated by who proves it, and by nobody else', async ({ store, addAccount }) => {
    await addAccount(sampleAccount());
    const grant = sampleGrant('request', { confirmation: { jkt: 'key' } });
    await store.grants.open(grant, sampleAccess(), sampleRefresh());
    for (const proven of [{}, { jkt: 'other' }, { 'x5t#S256': 'key' }])
      assert.deepEqual(await store.tokens.rotate({ ...withHash(0, 'stolen'), proven }, now), { outcome: 'otherKey', grant });
    assert.equal(await store.tokens.findAccess('stolen', now), undefined);
    const proven = { jkt: 'key', 'x5t#S256': 'any' };
    const rotated = await store.tokens.rotate(use(0, { proven }), now);
    assert.deepEqual(rotated, { outcome: 'rotated', grant: { ...grant, expiresAt: now + 7200 }, account: sampleAccount() });
    assert.equal((await store.tokens.rotate({ ...withHash(0, 'second'), proven }, now + 59)).outcome, 'again');
  });

  test('G3, G5: every key of a grant must be proven, and who proves none cannot end it by an old token', async ({ store }) => {
    const confirmation = { jkt: 'key', 'x5t#S256': 'certificate' };
    await store.grants.open(sampleGrant('request', { confirmation }), sampleAccess(), sampleRefresh());
    for (const proven of [{ jkt: 'key' }, { 'x5t#S256': 'certificate' }])
      assert.equal((await store.tokens.rotate(use(0, { proven }), now)).outcome, 'otherKey');
    assert.equal((await store.tokens.rotate(use(0, { proven: confirmation }), now)).outcome, 'rotated');
    assert.equal((await store.tokens.rotate(withHash(0, 'stolen'), now + 100)).outcome, 'otherKey');
    assert.equal((await store.tokens.rotate(use(1, { proven: confirmation }), now + 100)).outcome, 'rotated');
  });

  test('G3: 64 concurrent uses of a bound family, half of them with the key, give one chain', async (backend) => {
    const { store } = backend;
    await store.grants.open(sampleGrant('request', { confirmation: { jkt: 'key' } }), sampleAccess(), sampleRefresh());
    const all = await race(backend, 64, (handle, index) =>
      handle.tokens.rotate({ ...withHash(0, `racer-${index}`), proven: index % 4 < 2 ? { jkt: 'key' } : {} }, now),
    );
    const outcomes = all.map((rotation) => rotation.outcome);
    assert.deepEqual([count(outcomes, 'rotated'), count(outcomes, 'again'), count(outcomes, 'otherKey')], [1, 31, 32]);
  });

  test('the access token of a rotation is bound to the key of its own request', async (backend) => {
    const store = await opened(backend);
    const bound = { ...use(0).access, confirmation: { jkt: 'new key' } };
    await store.tokens.rotate(use(0, { access: bound, proven: { jkt: 'new key' } }), now);
    assert.deepEqual((await store.tokens.findAccess('access-of-0', now))?.confirmation, { jkt: 'new key' });
    assert.deepEqual((await store.tokens.rotate(use(1), now)).outcome, 'rotated');
    assert.equal((await store.tokens.findAccess('access-of-1', now))?.confirmation, undefined);
  });

  test('F6: a rotation shows the account disabled, or is refused with its grant', async (backend) => {
    const store = await opened(backend);
    await backend.setActive('alice', false);
    const rotation = await store.tokens.rotate(use(0), now);
    if (rotation.outcome === 'rotated') assert.equal(rotation.account?.active, false);
    else assert.deepEqual(rotation, { outcome: 'unknown' });
  });
}
