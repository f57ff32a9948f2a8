/** Promises of `Keys` and `Applied`. */
import assert from 'node:assert/strict';
import { sampleClient } from '@symbolon/provider/conformance';
import { now, sampleKey, sampleUser, type Test } from './frame.ts';

export function keysConformance(test: Test): void {
  test('of the first keys that several processes make at once one of each kind stays', async ({ storage, second }) => {
    const kinds = [{ alg: 'ES256' }, { alg: 'RS256' }, { use: 'secret', alg: 'HS256' }] as const;
    const added = await Promise.all(
      Array.from({ length: 24 }, (_, index) => {
        const { keys } = (index % 2 === 0 ? storage : second).tenant('main');
        return keys.addFirst(sampleKey(`kid-${index}`, kinds[index % 3]));
      }),
    );
    assert.equal(added.filter(Boolean).length, 3);
    const listed = await second.tenant('main').keys.list();
    assert.deepEqual(listed.map((key) => key.alg).sort(), ['ES256', 'HS256', 'RS256']);
    for (const key of listed) assert.equal(added[Number(key.kid.slice(4))], true);
  });

  test('a key is listed as it was added, oldest first', async ({ storage }) => {
    const { keys } = storage.tenant('main');
    await keys.addFirst(sampleKey('later', { alg: 'EdDSA', createdAt: now + 1 }));
    await keys.addFirst(sampleKey('earlier'));
    assert.equal(await keys.addFirst(sampleKey('second')), false);
    assert.deepEqual(await keys.list(), [sampleKey('earlier'), sampleKey('later', { alg: 'EdDSA', createdAt: now + 1 })]);
  });
}

export function appliedConformance(test: Test): void {
  test('a client is changed since the file was applied when it was replaced or removed, and not before', async ({ storage }) => {
    const { applied, clients } = storage.tenant('main');
    assert.equal(await applied.find('client', 'web'), undefined);
    await clients.register(sampleClient(), now);
    await applied.remember('client', 'web', 'digest', now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'digest', changedSince: false });
    await clients.replace(sampleClient(), now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'digest', changedSince: true });
    await applied.remember('client', 'web', 'second', now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'second', changedSince: false });
    await clients.remove('web', now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'second', changedSince: true });
    await clients.register(sampleClient(), now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'second', changedSince: true });
  });

  test('a person, named by sub or username, is changed by a new profile, password or disabling', async ({ storage }) => {
    const { applied, users } = storage.tenant('main');
    await users.add(sampleUser(), 'hash');
    const acts = [
      () => users.replace(sampleUser()),
      () => users.setPassword('alice', 'new', now),
      () => users.setActive('alice', true, now),
    ];
    for (const id of ['alice', 'alice@example.test']) {
      for (const act of acts) {
        await applied.remember('user', id, 'digest', now);
        assert.equal((await applied.find('user', id))?.changedSince, false);
        await act();
        assert.equal((await applied.find('user', id))?.changedSince, true);
      }
    }
    assert.equal(await applied.find('client', 'alice'), undefined);
  });
}
