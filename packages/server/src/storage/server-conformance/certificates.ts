/** Promises of `Certificates`. */
import assert from 'node:assert/strict';
import { sampleClient } from '@symbolon/provider/conformance';
import type { IssuedCertificate, Storage } from '../../store.ts';
import { now, type Test } from './frame.ts';

const day = 86_400;

function sample(serial: string, changes: Partial<IssuedCertificate> = {}): IssuedCertificate {
  return { serial, client_id: 'web', pem: `pem of ${serial}`, issuedAt: now, expiresAt: now + day, ...changes };
}

async function withClient(storage: Storage, tenant = 'main') {
  const store = storage.tenant(tenant);
  await store.clients.register(sampleClient(), now);
  return store;
}

export function certificatesConformance(test: Test): void {
  test('a certificate is found as it was kept, until it expires', async ({ storage, second }) => {
    const { certificates } = await withClient(storage);
    assert.equal(await certificates.add(sample('A1')), true);
    assert.equal(await certificates.add(sample('A1', { pem: 'another' })), false);
    const other = second.tenant('main').certificates;
    assert.deepEqual(await other.find('A1', now + day - 1), sample('A1'));
    assert.equal(await other.find('A1', now + day), undefined);
    assert.equal(await other.find('A2', now), undefined);
  });

  test('G7: a revoked certificate is not found by any process from then on, and stays in the list', async ({ storage, second }) => {
    const { certificates } = await withClient(storage);
    for (const serial of ['A1', 'A2']) await certificates.add(sample(serial));
    const other = second.tenant('main').certificates;
    assert.equal(await other.revoke('A1', now + 5), true);
    assert.equal(await certificates.revoke('A1', now + 6), false);
    assert.equal(await certificates.find('A1', now + 5), undefined);
    assert.notEqual(await certificates.find('A2', now + 5), undefined);
    assert.deepEqual(await certificates.list('web'), [sample('A1', { revokedAt: now + 5 }), sample('A2')]);
    assert.equal(await certificates.revoke('A2', now + day), false);
  });

  test('none is kept for a client that is not there, and they go with the client', async ({ storage, second }) => {
    const store = await withClient(storage);
    assert.equal(await store.certificates.add(sample('A1', { client_id: 'nobody' })), false);
    await store.certificates.add(sample('A1'));
    assert.equal(await second.tenant('main').clients.remove('web', now), true);
    await store.clients.register(sampleClient(), now);
    assert.equal(await store.certificates.find('A1', now), undefined);
    assert.deepEqual(await store.certificates.list(undefined), []);
  });

  test('of a removal and a certificate at the same moment none is left behind', async ({ storage, second }) => {
    for (let round = 0; round < 10; round += 1) {
      const store = await withClient(storage);
      const serials = Array.from({ length: 8 }, (_, index) => `R${round}N${index}`);
      const adding = serials.map((serial) => store.certificates.add(sample(serial)));
      await Promise.all([...adding, second.tenant('main').clients.remove('web', now)]);
      assert.deepEqual(await store.certificates.list(undefined), []);
    }
  });

  test('L3: another tenant neither finds, lists nor revokes it', async ({ storage }) => {
    const { certificates } = await withClient(storage);
    const other = (await withClient(storage, 'other')).certificates;
    await certificates.add(sample('A1'));
    assert.deepEqual([await other.find('A1', now), await other.list(undefined), await other.list('web')], [undefined, [], []]);
    assert.equal(await other.revoke('A1', now), false);
    assert.equal(await other.add(sample('A1', { pem: 'theirs' })), true);
    assert.equal((await certificates.find('A1', now))?.pem, 'pem of A1');
  });

  test('an expired certificate can be seen for 90 days', async ({ storage }) => {
    const { certificates } = await withClient(storage);
    await certificates.add(sample('A1'));
    assert.equal(await storage.sweep(now + 91 * day - 1, 10), 0);
    assert.equal((await certificates.list('web')).length, 1);
    assert.equal(await storage.sweep(now + 91 * day, 10), 1);
    assert.deepEqual(await certificates.list('web'), []);
  });
}
