/**
 * Every request to a provider goes through here. What comes back is as hostile as what comes in: it may be endless, late or not come at
 * all, and none of that may cost more than the one sign-in that waits for it.
 */
import { RelyingPartyError } from './error.ts';
import type { Fetch, FetchInit } from './settings.ts';

/** Far above any discovery document, key set or token answer that was ever seen. */
const longestAnswer = 1024 * 1024;

/** The same fetch with a limit in time (seconds) and size. Rejects with `provider_unavailable` when nothing usable comes back. */
export function guarded(provider: string, fetch: Fetch, timeout: number): Fetch {
  return async (url, init) => {
    const signal = AbortSignal.any([AbortSignal.timeout(timeout * 1000), ...(init.signal ? [init.signal] : [])]);
    const unavailable = (why: string) => new RelyingPartyError('provider_unavailable', `${placeOf(url)} ${why}`, { provider });
    // Raced, because a fetch that was brought along need not heed the signal.
    const { response, body } = await Promise.race([answered(fetch, url, { ...init, signal }), aborted(signal)]).catch((error: unknown) => {
      throw unavailable(signal.aborted ? `did not answer within ${timeout} s` : `could not be reached (${reasonOf(error)})`);
    });
    if (body === undefined) throw unavailable(`answered with more than ${longestAnswer} bytes`);
    if (response.status >= 500 || response.status === 429) throw unavailable(`answered ${response.status}`);
    const empty = [204, 205, 304].includes(response.status);
    return new Response(empty ? null : body, { status: response.status, headers: response.headers });
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

async function answered(fetch: Fetch, url: string, init: FetchInit & { readonly signal: AbortSignal }) {
  const response = await fetch(url, init);
  return { response, body: await read(response, init.signal) };
}

/** The body; undefined when it is too long, whatever its Content-Length says. */
async function read(response: Response, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    signal.throwIfAborted();
    length += chunk.length;
    if (length > longestAnswer) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Without the query, in which a provider may have put anything. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`: what the system calls it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return code;
  return error.cause instanceof Error ? reasonOf(error.cause) : error.name;
}
