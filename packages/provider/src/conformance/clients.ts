/** Promises of `Clients`. */
import assert from 'node:assert/strict';
import { now, sampleAccess, sampleAccount, sampleApproval, sampleClient, sampleGrant, sampleRefresh, sampleRequest } from './samples.ts';
import { count, race, signedIn, type Test } from './suite.ts';

export function clientsConformance(test: Test): void {
  test('a registered client is found whole, a disabled one too, an unknown one not', async ({ store }) => {
    const client = sampleClient('web', { disabled: true });
    assert.equal(await store.clients.register(client, now), true);
    assert.deepEqual(await store.clients.find('web'), client);
    assert.equal(await store.clients.find('Web'), undefined);
  });

  test('list answers every client', async ({ store }) => {
    await store.clients.register(sampleClient('web'), now);
    await store.clients.register(sampleClient('app'), now);
    assert.deepEqual(await store.clients.list(), [sampleClient('app'), sampleClient('web')]);
  });

  test('register answers false when the id is taken and changes nothing', async ({ store }) => {
    await store.clients.register(sampleClient('web'), now);
    assert.equal(await store.clients.register(sampleClient('web', { client_name: 'Other' }), now), false);
    assert.deepEqual(await store.clients.find('web'), sampleClient('web'));
  });

  test('of concurrent registrations of one id one wins', async (backend) => {
    const won = await race(backend, 16, (store, index) => store.clients.register(sampleClient('web', { client_name: `${index}` }), now));
    assert.equal(count(won, true), 1);
    assert.equal((await backend.store.clients.find('web'))?.client_name, `${won.indexOf(true)}`);
  });

  test('replace changes a known client only', async ({ store }) => {
    const changed = sampleClient('web', { client_name: 'Changed' });
    assert.equal(await store.clients.replace(changed, now), false);
    assert.equal(await store.clients.find('web'), undefined);
    await store.clients.register(sampleClient('web'), now);
    assert.equal(await store.clients.replace(changed, now), true);
    assert.deepEqual(await store.clients.find('web'), changed);
  });

  test('revise changes a client that is still what was read, and no other', async ({ store }) => {
    const [read, changed] = [sampleClient('web'), sampleClient('web', { client_name: 'Changed' })];
    assert.equal(await store.clients.revise(read, changed, now), false);
    assert.equal(await store.clients.find('web'), undefined);
    await store.clients.register(read, now);
    assert.equal(await store.clients.revise((await store.clients.find('web')) ?? read, changed, now), true);
    assert.deepEqual(await store.clients.find('web'), changed);
    assert.equal(await store.clients.revise(read, sampleClient('web', { disabled: true }), now), false);
    assert.deepEqual(await store.clients.find('web'), changed);
  });

  test('of concurrent revisions of what all of them read one wins', async (backend) => {
    const read = sampleClient('web');
    await backend.store.clients.register(read, now);
    const won = await race(backend, 16, (store, index) =>
      store.clients.revise(read, sampleClient('web', { client_name: `${index}` }), now),
    );
    assert.equal(count(won, true), 1);
    assert.equal((await backend.store.clients.find('web'))?.client_name, `${won.indexOf(true)}`);
  });

  test('remove takes the client with its grants, tokens and consents, and no other', async ({ store, addAccount }) => {
    await addAccount(sampleAccount());
    for (const id of ['web', 'app']) {
      await store.clients.register(sampleClient(id), now);
      await store.grants.open(
        sampleGrant(id, { client_id: id }),
        sampleAccess(`a-${id}`, { grantId: id, client_id: id }),
        sampleRefresh(`f-${id}`),
      );
      await store.tokens.add(sampleAccess(`own-${id}`, { grantId: undefined, client_id: id, scopes: ['reports'] }));
      await store.consents.remember('alice', id, ['openid'], now);
    }
    assert.equal(await store.clients.remove('web', now), true);
    assert.equal(await store.clients.remove('web', now), false);
    assert.equal(await store.clients.find('web'), undefined);
    for (const hash of ['a-web', 'own-web']) assert.equal(await store.tokens.findAccess(hash, now), undefined);
    for (const hash of ['a-app', 'own-app']) assert.equal((await store.tokens.findAccess(hash, now))?.client_id, 'app');
    assert.equal(await store.tokens.findRefresh('f-web', 0, 60, now), undefined);
    assert.deepEqual(
      (await store.grants.list('alice', now)).map((grant) => grant.id),
      ['app'],
    );
    assert.deepEqual(
      (await store.consents.list('alice')).map((consent) => consent.client_id),
      ['app'],
    );
  });

  test('a code of a removed client redeems nothing', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.clients.register(sampleClient('web'), now);
    assert.equal(await store.requests.push(sampleRequest(), sampleApproval()), true);
    await store.clients.remove('web', now);
    assert.deepEqual(await store.requests.redeem('code', 600, now), { outcome: 'unknown' });
  });
}
