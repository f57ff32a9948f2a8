/** Promises of `Attempts`. */
import assert from 'node:assert/strict';
import { now, type Test } from './frame.ts';

const window = 60;

export function attemptsConformance(test: Test): void {
  test('failures are counted in a window, which begins with its first one and begins anew when it is over', async ({ storage }) => {
    const { attempts } = storage.tenant('main');
    assert.equal(await attempts.count('alice', window, now), 0);
    const counted: number[] = [];
    for (const at of [now, now + 1, now + 59, now + 60, now + 119]) counted.push(await attempts.failed('alice', window, at));
    assert.deepEqual(counted, [1, 2, 3, 1, 2]);
    assert.deepEqual([await attempts.count('alice', window, now + 119), await attempts.count('alice', window, now + 120)], [2, 0]);
  });

  test('another bucket and another tenant count by themselves, and one is cleared alone', async ({ storage }) => {
    const { attempts } = storage.tenant('main');
    const other = storage.tenant('other').attempts;
    for (const bucket of ['alice', 'alice', 'bob']) await attempts.failed(bucket, window, now);
    assert.equal(await other.failed('alice', window, now), 1);
    await other.clear('alice');
    await attempts.clear('bob');
    assert.deepEqual([await attempts.count('alice', window, now), await attempts.count('bob', window, now)], [2, 0]);
    assert.equal(await attempts.failed('bob', window, now), 1);
  });

  test('J7: 1000 failures at once on two processes are counted one by one, none twice and none lost', async ({ storage, second }) => {
    const handles = [storage.tenant('main').attempts, second.tenant('main').attempts] as const;
    const failures = Array.from({ length: 1000 }, (_, index) => handles[index % 2 === 0 ? 0 : 1].failed('alice', window, now));
    const counted = (await Promise.all(failures)).sort((a, b) => a - b);
    assert.deepEqual(
      counted,
      Array.from({ length: 1000 }, (_, index) => index + 1),
    );
    for (const handle of handles) assert.equal(await handle.count('alice', window, now), 1000);
  });

  test('J11: what was counted is there after closing and opening', async ({ storage, reopen }) => {
    const before = await reopen();
    for (let index = 0; index < 3; index += 1) await before.tenant('main').attempts.failed('alice', window, now);
    await before.close();
    const after = await reopen();
    const { attempts } = after.tenant('main');
    assert.equal(await attempts.count('alice', window, now), 3);
    assert.equal(await attempts.failed('alice', window, now), 4);
    await after.close();
    assert.equal(await storage.tenant('main').attempts.count('alice', window, now), 4);
  });

  test('a bucket is swept when its window is over', async ({ storage }) => {
    const { attempts } = storage.tenant('main');
    await attempts.failed('alice', window, now);
    await attempts.failed('alice', window, now + 30);
    assert.equal(await storage.sweep(now + 59, 10), 0);
    assert.equal(await attempts.count('alice', window, now + 59), 2);
    assert.equal(await storage.sweep(now + 60, 10), 1);
  });
}
