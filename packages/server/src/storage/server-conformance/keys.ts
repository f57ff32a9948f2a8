/** Promises of `Keys`. */
import assert from 'node:assert/strict';
import { now, sampleKey, type Test } from './frame.ts';

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

  test('F20: a key is followed once, whoever rotates at the same time; the follower is listed as it was added', async ({
    storage,
    second,
  }) => {
    const { keys } = storage.tenant('main');
    await keys.addFirst(sampleKey('old'));
    const followers = Array.from({ length: 8 }, (_, index) => ({
      ...sampleKey(`next-${index}`, { createdAt: now + 1, usedFrom: now + 90_000 }),
      follows: 'old',
    }));
    const added = await Promise.all(followers.map((key, index) => (index % 2 === 0 ? keys : second.tenant('main').keys).addNext(key)));
    assert.equal(added.filter(Boolean).length, 1);
    assert.deepEqual((await keys.list())[1], followers[added.indexOf(true)]);
    const other = storage.tenant('other').keys;
    await other.addFirst(sampleKey('old'));
    assert.equal(await other.addNext({ ...sampleKey('next'), follows: 'old' }), true);
  });

  test('a key is removed once, and only from its own tenant', async ({ storage, second }) => {
    const { keys } = storage.tenant('main');
    await keys.addFirst(sampleKey('gone'));
    assert.equal(await second.tenant('other').keys.remove('gone'), false);
    const removed = await Promise.all([keys.remove('gone'), second.tenant('main').keys.remove('gone')]);
    assert.deepEqual(removed.sort(), [false, true]);
    assert.deepEqual(await keys.list(), []);
  });
}
