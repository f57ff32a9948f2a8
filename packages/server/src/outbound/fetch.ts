/**
 * The guarded fetch: the only way this server makes requests of its own. The way of a request: is the URL one we may ask, and at which
 * checked addresses (way.ts); connect there and nowhere else, and read the answer whole, within limits of time and size (ask.ts).
 */
import type { Event, Fetch } from '@symbolon/provider';
import type { Judge } from './address.ts';
import { ask, type Partner, tlsFor } from './ask.ts';
import { type Resolve, resolveName, wayTo } from './way.ts';

export type OutboundOptions = {
  readonly judge: Judge;
  readonly emit: (event: Event) => void;
  readonly resolve?: Resolve;
  readonly partner?: Partner;
  readonly limits?: Partial<Limits>;
};

/** `time` in milliseconds, from the call to the last byte of the answer; `size` in bytes, of its body. */
export type Limits = { readonly time: number; readonly size: number };

const usual: Limits = { time: 5000, size: 1024 * 1024 };

/**
 * A fetch with these limits. Its callers, and whoever they answer to, learn that there was no usable answer and nothing else, so that nobody
 * can look around behind us; the log has the reason, as `outbound.refused` (no connection was opened) or `outbound.failed`.
 */
export function createFetch({ judge, emit, resolve = resolveName, partner, limits }: OutboundOptions): Fetch {
  const { time, size } = { ...usual, ...limits };
  const tls = tlsFor(partner);
  return async (url, init = {}) => {
    using limit = timeLimit(time, init.signal);
    try {
      const stopped = aborted(limit.signal);
      const way = await Promise.race([wayTo(url, judge, resolve), stopped]);
      if (!('refused' in way)) return await Promise.race([ask(way, init, { tls, size, signal: limit.signal }), stopped]);
      emit({ type: 'outbound.refused', url: loggable(url), reason: way.refused });
    } catch (error) {
      emit({ type: 'outbound.failed', url: loggable(url), reason: limit.signal.aborted ? String(limit.signal.reason) : reasonOf(error) });
    }
    throw new TypeError('the request got no usable answer');
  };
}

/** A signal that aborts after so many milliseconds, or with another one; disposed of when the request is over. */
function timeLimit(time: number, other: AbortSignal | undefined): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(`no whole answer within ${time} ms`), time);
  const follow = () => stop.abort('the caller gave up');
  other?.addEventListener('abort', follow, { once: true });
  if (other?.aborted === true) follow();
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      other?.removeEventListener('abort', follow);
    },
  };
}

/** Rejects when the time is over: looking up a name cannot be stopped, waiting for it can. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Queries hold secrets, and a long URL fills the log. */
function loggable(url: string | URL): string {
  if (!URL.canParse(String(url))) return 'not a URL';
  const { protocol, host, pathname } = new URL(String(url));
  return `${protocol}//${host}${pathname}`.slice(0, 256);
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
