import { describe, expect, it } from 'vitest';
import { hashingLimits, hashingQueue } from './hashing-queue.ts';
import { verifyPassword } from './password.ts';

/** Work that ends when the test says so, and tells how much of it runs. */
function workshop() {
  const ends: (() => void)[] = [];
  const seen = { running: 0, most: 0, order: [] as number[] };
  const work = (id: number) => async () => {
    seen.most = Math.max(seen.most, ++seen.running);
    seen.order.push(id);
    await new Promise<void>((resolve) => ends.push(resolve));
    seen.running--;
    return id;
  };
  return { ends, seen, work };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('hashingQueue', () => {
  it('J17: 200 at once: only so many run, only so many wait, the rest is told to come back at once', async () => {
    const { run } = hashingQueue({ concurrency: 2, waiting: 64 });
    const { ends, seen, work } = workshop();
    const answers = Array.from({ length: 200 }, (_, id) => run(work(id)));
    await turn();
    expect(seen).toEqual({ running: 2, most: 2, order: [0, 1] });
    expect(await Promise.race(answers.slice(66))).toEqual({ outcome: 'busy', retryAfter: 1 });
    for (let ended = 0; ended < 66; ended++) {
      ends.shift()?.();
      await turn();
    }
    const outcomes = await Promise.all(answers);
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(66);
    expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(134);
    expect(seen.most).toBe(2);
    expect(seen.order).toEqual(Array.from({ length: 66 }, (_, id) => id));
  });

  it('takes new work after it was full and after work that failed', async () => {
    const { run } = hashingQueue({ concurrency: 1, waiting: 1 });
    const failing = () => run(() => Promise.reject(new Error('out of memory')));
    const [first, second, third] = await Promise.allSettled([failing(), failing(), failing()]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    expect(third).toEqual({ status: 'fulfilled', value: { outcome: 'busy', retryAfter: 1 } });
    expect(await run(async () => 'fine')).toEqual({ outcome: 'done', value: 'fine' });
    expect(await run(async () => 'again')).toEqual({ outcome: 'done', value: 'again' });
  });

  it('J17: while real hashing runs with a full queue, the event loop keeps turning', async () => {
    const { run } = hashingQueue({ concurrency: 1, waiting: 19 });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => run(() => verifyPassword('x', undefined))));
    clearInterval(timer);
    expect(outcomes.filter(({ outcome }) => outcome === 'done')).toHaveLength(20);
    expect(turns).toBeGreaterThan(20);
  });

  it('limits leave a core and a thread of the pool to the rest, and never come to nothing', () => {
    const concurrency = (cores: number, threads: number) => hashingLimits(cores, threads).concurrency;
    expect([concurrency(1, 4), concurrency(2, 4), concurrency(4, 4), concurrency(64, 4), concurrency(64, 16), concurrency(8, 1)]).toEqual([
      1, 1, 3, 3, 4, 1,
    ]);
  });
});
