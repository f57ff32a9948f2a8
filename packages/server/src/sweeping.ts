/** Expired rows leave in small batches, off the path of requests. */
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from './store.ts';

const everyMilliseconds = 30_000;
const batch = 500;

/** Sweeps now and then until stopped; stopping waits for the batch under way. `now` is epoch seconds. */
export function startSweeping(storage: Pick<Storage, 'sweep'>, logger: FastifyBaseLogger, now: () => number): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const sweep = async () => {
    try {
      while (!stopped && (await storage.sweep(now(), batch)) >= batch) await new Promise((next) => setImmediate(next));
    } catch (error) {
      logger.warn({ err: error }, 'sweeping failed; it is tried again later');
    }
  };
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, everyMilliseconds);
  timer.unref();
  return async () => {
    stopped = true;
    clearInterval(timer);
    await running;
  };
}
