/**
 * A value that is fetched and then kept a while: one fetch at a time, the last good value when a later fetch fails, and a failure kept for
 * a moment, so that a provider that is down is not asked by everybody who waits for it.
 */
import { RelyingPartyError } from './error.ts';

/** Seconds. */
export type Lifetimes = { readonly fresh: number; readonly lastGood: number; readonly failure: number };

export type Kept<T> = {
  /** The value, fetched when there is none, or none that is fresh. Rejects as `load` does. */
  readonly get: (load: () => Promise<T>) => Promise<T>;
  /** The value, fetched again even when there is a fresh one. */
  readonly refresh: (load: () => Promise<T>) => Promise<T>;
  /** The value at hand, with the second it was fetched in. */
  readonly peek: () => { readonly value: T; readonly at: number } | undefined;
};

export function kept<T>(lifetimes: Lifetimes, now: () => number): Kept<T> {
  let good: { readonly value: T; readonly at: number } | undefined;
  let failed: { readonly error: unknown; readonly at: number } | undefined;
  let pending: Promise<T> | undefined;

  const fetched = async (load: () => Promise<T>): Promise<T> => {
    try {
      const value = await load();
      good = { value, at: now() };
      failed = undefined;
      return value;
    } catch (error) {
      failed = { error, at: now() };
      return lastGood(error);
    }
  };
  const lastGood = (error: unknown): T => {
    // Only silence is bridged. A provider that answers, and answers wrongly, is believed to have changed.
    const silent = error instanceof RelyingPartyError && error.kind === 'provider_unavailable';
    if (silent && good && now() < good.at + lifetimes.lastGood) return good.value;
    throw error;
  };

  const refresh = async (load: () => Promise<T>): Promise<T> => {
    if (failed && now() < failed.at + lifetimes.failure) return lastGood(failed.error);
    pending ??= fetched(load).finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return {
    get: async (load) => (good && now() < good.at + lifetimes.fresh ? good.value : refresh(load)),
    refresh,
    peek: () => good,
  };
}
