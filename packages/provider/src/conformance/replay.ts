/** Promises of `Replay`. */
import assert from 'node:assert/strict';
import { now } from './samples.ts';
import { count, race, type Test } from './suite.ts';

export function replayConformance(test: Test): void {
  test('G9: once is true exactly once, also when 64 ask at once', async (backend) => {
    const answers = await race(backend, 64, (store) => store.replay.once('jti', 'a', now + 60, now));
    assert.equal(count(answers, true), 1);
  });

  test('a key is forgotten at until, and then true exactly once again', async (backend) => {
    const { store } = backend;
    assert.equal(await store.replay.once('jti', 'a', now + 60, now), true);
    assert.equal(await store.replay.once('jti', 'a', now + 900, now + 59), false);
    const answers = await race(backend, 16, (handle) => handle.replay.once('jti', 'a', now + 120, now + 60));
    assert.equal(count(answers, true), 1);
    assert.equal(await store.replay.once('jti', 'a', now + 900, now + 119), false);
  });

  test('kinds and keys are apart', async ({ store }) => {
    assert.equal(await store.replay.once('jti', 'a', now + 60, now), true);
    assert.equal(await store.replay.once('jti', 'b', now + 60, now), true);
    assert.equal(await store.replay.once('proof', 'a', now + 60, now), true);
  });
}
