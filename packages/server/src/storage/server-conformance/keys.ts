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
}
