/**
 * Password hashing in measured portions: a few at a time, a bounded queue behind them, and a plain "busy" for who does not fit.
 * Hashing shares the thread pool with RSA signatures; unbounded, two hundred sign-ins would hold up everybody's tokens.
 */

export type Hashed<T> =
  | { readonly outcome: 'done'; readonly value: T }
  /** Nothing was done; `retryAfter` in seconds, for a 503 with Retry-After (RFC 9110 section 10.2.3). */
  | { readonly outcome: 'busy'; readonly retryAfter: number };

export type Hashing = {
  /** Does the work when its turn comes, or answers `busy` at once. What the work throws comes out here and frees its place. */
  readonly run: <T>(work: () => Promise<T>) => Promise<Hashed<T>>;
};

export type HashingLimits = { readonly concurrency: number; readonly waiting: number };

/** A full queue of 64 is worked off in half a second by one core. */
const retryAfter = 1;
const defaultWaiting = 64;

/** Limits for a machine: one core and one thread of the pool stay free for everything else, where there is more than one. */
export function hashingLimits(cores: number, poolThreads: number): HashingLimits {
  return { concurrency: Math.max(1, Math.min(cores - 1, poolThreads - 1, 4)), waiting: defaultWaiting };
}

/** A queue of its own; one per process, whatever the number of tenants. */
export function hashingQueue({ concurrency, waiting }: HashingLimits): Hashing {
  const queue: (() => void)[] = [];
  let running = 0;

  /** A place freed goes to the next in line without being counted down, so that nobody can come between. */
  const release = () => {
    const next = queue.shift();
    if (next) next();
    else running--;
  };
  const enter = () => {
    if (running < concurrency) running++;
    else return new Promise<void>((resolve) => queue.push(resolve));
  };

  return {
    run: async (work) => {
      if (running >= concurrency && queue.length >= waiting) return { outcome: 'busy', retryAfter };
      await enter();
      try {
        return { outcome: 'done', value: await work() };
      } finally {
        release();
      }
    },
  };
}
