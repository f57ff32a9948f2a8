/** Promises of `InitialTokens`. */
import assert from 'node:assert/strict';
import { now } from './samples.ts';
import { count, race, type Test } from './suite.ts';

export function initialTokensConformance(test: Test): void {
  test('a token is taken exactly as often as it has uses, also when 64 ask at once', async (backend) => {
    await backend.store.initialTokens.add('a', 3, now + 60);
    assert.equal(await backend.store.initialTokens.alive('a', now), true);
    const answers = await race(backend, 64, (store) => store.initialTokens.take('a', now));
    assert.equal(count(answers, true), 3);
    assert.equal(await backend.store.initialTokens.alive('a', now), false);
  });

  test('a token is dead at its expiry, and an unknown one always', async ({ store }) => {
    await store.initialTokens.add('a', 2, now + 60);
    assert.equal(await store.initialTokens.take('a', now + 59), true);
    assert.deepEqual([await store.initialTokens.alive('a', now + 60), await store.initialTokens.take('a', now + 60)], [false, false]);
    assert.deepEqual([await store.initialTokens.alive('b', now), await store.initialTokens.take('b', now)], [false, false]);
  });
}
