/** Expired rows leave in small batches, off the path of requests. */

import type { Storage } from '../store.ts';
import type { Log } from './log.ts';
import { repeat } from './repeat.ts';

const everyMilliseconds = 30_000;
const batch = 500;

/** Sweeps now and then until stopped; stopping waits for the batch under way. `now` is epoch seconds. */
export function startSweeping(storage: Pick<Storage, 'sweep'>, logger: Log, now: () => number): () => Promise<void> {
  return repeat(everyMilliseconds, async (stopped) => {
    try {
      while (!stopped() && (await storage.sweep(now(), batch)) >= batch) await new Promise((next) => setImmediate(next));
    } catch (error) {
      logger.warn({ err: error }, 'sweeping failed; it is tried again later');
    }
  });
}
