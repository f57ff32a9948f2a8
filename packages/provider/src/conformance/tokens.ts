/** Promises of `Tokens` about access tokens, and about looking at a refresh token without using it. */
import assert from 'node:assert/strict';
import { now, sampleAccess, sampleAccount, sampleGrant, sampleRefresh } from './samples.ts';
import type { Test } from './suite.ts';

const own = sampleAccess('own', { grantId: undefined, client_id: 'machine', scopes: ['reports'] });

export function tokensConformance(test: Test): void {
  test('an access token comes with its grant and the account', async ({ store, addAccount }) => {
    await addAccount(sampleAccount());
    await store.grants.open(sampleGrant(), sampleAccess());
    assert.deepEqual(await store.tokens.findAccess('access', now), {
      ...sampleAccess(),
      grant: sampleGrant(),
      account: sampleAccount(),
    });
  });

  test('narrower scopes of an access token are kept', async ({ store }) => {
    await store.grants.open(sampleGrant(), sampleAccess('access', { scopes: [] }));
    assert.deepEqual((await store.tokens.findAccess('access', now))?.scopes, []);
  });

  test('the audience of an access token is kept, with a grant and without', async ({ store }) => {
    const resources = ['https://a.example', 'https://b.example'];
    await store.grants.open(sampleGrant('request', { resources }), sampleAccess('access', { audience: ['https://a.example'] }));
    await store.tokens.add({ ...own, audience: resources });
    const found = await store.tokens.findAccess('access', now);
    assert.deepEqual(found?.audience, ['https://a.example']);
    assert.deepEqual(found?.grant?.resources, resources);
    assert.deepEqual((await store.tokens.findAccess('own', now))?.audience, resources);
  });

  test('G5: the keys of an access token are kept, with a grant and without; those of its grant are another matter', async ({ store }) => {
    const confirmation = { jkt: 'key', 'x5t#S256': 'certificate' };
    await store.grants.open(sampleGrant('request', { confirmation: { jkt: 'of the grant' } }), sampleAccess());
    await store.tokens.add(sampleAccess('bound', { confirmation }));
    await store.tokens.add({ ...own, confirmation: { 'x5t#S256': 'certificate' } });
    const bearer = await store.tokens.findAccess('access', now);
    assert.equal(bearer !== undefined && 'confirmation' in bearer, false);
    assert.deepEqual(bearer?.grant?.confirmation, { jkt: 'of the grant' });
    assert.deepEqual((await store.tokens.findAccess('bound', now))?.confirmation, confirmation);
    assert.deepEqual((await store.tokens.findAccess('own', now))?.confirmation, { 'x5t#S256': 'certificate' });
  });

  test('F6: findAccess shows at once that the account was disabled', async ({ store, addAccount, setActive }) => {
    await addAccount(sampleAccount());
    await store.grants.open(sampleGrant(), sampleAccess());
    await setActive('alice', false);
    const found = await store.tokens.findAccess('access', now);
    assert.notEqual(found?.account?.active, true);
  });

  test('an access token is dead from the second it expires', async ({ store }) => {
    await store.grants.open(sampleGrant(), sampleAccess('access', { expiresAt: now + 30 }));
    assert.notEqual(await store.tokens.findAccess('access', now + 29), undefined);
    assert.equal(await store.tokens.findAccess('access', now + 30), undefined);
    assert.equal(await store.tokens.findAccess('unknown', now), undefined);
  });

  test('a token whose grant is not there is dead', async ({ store }) => {
    await store.tokens.add(sampleAccess('stray', { grantId: 'nowhere' }));
    assert.equal(await store.tokens.findAccess('stray', now), undefined);
  });

  test('a client acting for itself has a token without grant and account', async ({ store }) => {
    await store.tokens.add(own);
    assert.deepEqual(await store.tokens.findAccess('own', now), { ...own, grant: undefined, account: undefined });
  });

  test('revokeAccess ends one live token of this client and leaves the others', async ({ store }) => {
    await store.grants.open(sampleGrant(), sampleAccess('a', { expiresAt: now + 10 }), sampleRefresh());
    await store.tokens.add(sampleAccess('b'));
    await store.tokens.add(own);
    assert.equal(await store.tokens.revokeAccess('a', 'other', now), false);
    assert.equal(await store.tokens.revokeAccess('a', 'web', now + 10), false);
    assert.notEqual(await store.tokens.findAccess('a', now), undefined);
    assert.equal(await store.tokens.revokeAccess('a', 'web', now), true);
    assert.equal(await store.tokens.revokeAccess('a', 'web', now), false);
    assert.equal(await store.tokens.findAccess('a', now), undefined);
    assert.notEqual(await store.tokens.findAccess('b', now), undefined);
    assert.equal(await store.tokens.revokeAccess('own', 'machine', now), true);
    assert.notEqual(await store.tokens.findRefresh('family', 0, 60, now), undefined);
  });

  test('revokeAccess answers false for a token on a dead grant', async ({ store }) => {
    await store.grants.open(sampleGrant(), sampleAccess());
    await store.grants.revoke('request', now);
    assert.equal(await store.tokens.revokeAccess('access', 'web', now), false);
  });

  test('findRefresh reads only: the token can still be used', async ({ store }) => {
    await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh('family', { expiresAt: now + 100 }));
    assert.deepEqual(await store.tokens.findRefresh('family', 0, 60, now), sampleGrant());
    assert.deepEqual(await store.tokens.findRefresh('family', 0, 60, now + 99), sampleGrant());
    assert.equal(await store.tokens.findRefresh('family', 0, 60, now + 100), undefined);
    assert.equal(await store.tokens.findRefresh('family', 1, 60, now), undefined);
    assert.equal(await store.tokens.findRefresh('other', 0, 60, now), undefined);
  });
}
