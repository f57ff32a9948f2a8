/** Promises of `Choices`: the newest, in time, of one visitor of one tenant. */
import assert from 'node:assert/strict';
import { now, type Test } from './frame.ts';

export function choicesConformance(test: Test): void {
  test('IP-2: a choice is found by the next process, and the newest one replaces it', async ({ storage, second }) => {
    await storage.tenant('main').choices.remember('visitor', 'acme', now + 10);
    assert.equal(await second.tenant('main').choices.find('visitor', now), 'acme');
    await second.tenant('main').choices.remember('visitor', 'zeta', now + 20);
    assert.equal(await storage.tenant('main').choices.find('visitor', now + 10), 'zeta');
  });

  test('another visitor and another tenant neither find nor forget it', async ({ storage }) => {
    const { choices } = storage.tenant('main');
    await choices.remember('visitor', 'acme', now + 10);
    assert.equal(await choices.find('other', now), undefined);
    assert.equal(await storage.tenant('other').choices.find('visitor', now), undefined);
    await choices.forget('other');
    await storage.tenant('other').choices.forget('visitor');
    assert.equal(await choices.find('visitor', now), 'acme');
    await choices.forget('visitor');
    assert.equal(await choices.find('visitor', now), undefined);
  });

  test('of 16 that are made at once one stays, whole', async ({ storage, second }) => {
    await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 === 0 ? storage : second).tenant('main').choices.remember('visitor', `bank-${index}`, now + 10),
      ),
    );
    assert.match((await storage.tenant('main').choices.find('visitor', now)) ?? '', /^bank-\d+$/);
    assert.equal(await storage.sweep(now + 10, 100), 1);
  });

  test('it is dead at its time, and swept', async ({ storage }) => {
    const { choices } = storage.tenant('main');
    await choices.remember('visitor', 'acme', now + 10);
    assert.equal(await choices.find('visitor', now + 9), 'acme');
    assert.equal(await choices.find('visitor', now + 10), undefined);
    assert.equal(await storage.sweep(now + 9, 10), 0);
    assert.equal(await storage.sweep(now + 10, 10), 1);
  });
}
