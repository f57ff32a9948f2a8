/** Expired rows leave in small batches, off the path of requests. */
import type { FastifyBaseLogger } from 'fastify';
import type { Storage } from './store.ts';
import { systemClock } from './tenant-runtime.ts';

const everyMilliseconds = 30_000;
const batch = 500;

/** Sweeps now and then until stopped; stopping waits for the batch under way. */
export function startSweeping(storage: Storage, logger: FastifyBaseLogger): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const sweep = async () => {
    try {
      while (!stopped && (await storage.sweep(systemClock(), batch)) >= batch) await new Promise((next) => setImmediate(next));
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
