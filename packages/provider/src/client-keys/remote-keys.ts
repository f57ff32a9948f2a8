/**
 * Key sets that clients publish at their `jwks_uri` (RFC 7517 section 5), kept in memory: fetched when first needed, again when they are old
 * or lack what is asked for, and never more than once a minute, whatever anybody sends. Held by the tenant's runtime, as `op.remoteKeys`.
 */
import type { Event } from '../events.ts';
import type { Fetch } from '../fetch.ts';
import { reasonOf } from '../wire/error.ts';
import { type ClientJwk, type ClientKey, mostKeys, readKey } from './jwk.ts';

export type RemoteKeys = {
  /**
   * The keys at this URI that can be used; newly fetched where the kept ones are not `enough`. A failing fetch leaves the kept ones as they
   * are. Throws an Error with the reason, for the log, when there are none.
   */
  readonly read: (uri: string, enough: (keys: readonly ClientKey[]) => boolean) => Promise<readonly ClientKey[]>;
};

type Means = { readonly fetch: Fetch; readonly now: () => number; readonly emit: (event: Event) => void };

/** Times are epoch seconds. */
type Kept = {
  keys: readonly ClientKey[];
  fetchedAt: number;
  askedAt: number;
  asking: Promise<void> | undefined;
  reason: string;
};

/** All in seconds: between two fetches; until kept keys are looked up again; until they are forgotten because nobody confirmed them. */
const pause = 60;
const old = 600;
const dead = 86_400;
const mostSets = 1000;
/** Characters of a set: fifty large keys with a certificate each. All that are kept must not fill the memory, and one client can name many addresses. */
const longestSet = 131_072;

export function createRemoteKeys({ fetch, now, emit }: Means): RemoteKeys {
  const sets = new Map<string, Kept>();

  async function refresh(uri: string, kept: Kept): Promise<void> {
    kept.askedAt = now();
    try {
      kept.keys = await fetchKeys(fetch, uri);
      kept.fetchedAt = now();
    } catch (error) {
      kept.reason = reasonOf(error);
      emit({ type: 'client_keys.failed', uri, reason: kept.reason });
    } finally {
      kept.asking = undefined;
    }
  }

  return {
    read: async (uri, enough) => {
      const kept = sets.get(uri) ?? never();
      remember(sets, uri, kept);
      if (now() - kept.fetchedAt < old && enough(kept.keys)) return kept.keys;
      // Who comes while an answer is on its way waits for that one.
      if (kept.asking === undefined && now() - kept.askedAt >= pause) kept.asking = refresh(uri, kept);
      await kept.asking;
      if (now() - kept.fetchedAt < dead) return kept.keys;
      throw new Error(kept.reason);
    },
  };
}

function never(): Kept {
  return { keys: [], fetchedAt: Number.NEGATIVE_INFINITY, askedAt: Number.NEGATIVE_INFINITY, asking: undefined, reason: '' };
}

/** The set that came first goes when there are too many: clients that register themselves choose how many there are. */
function remember(sets: Map<string, Kept>, uri: string, kept: Kept): void {
  const [first] = sets.keys();
  if (!sets.has(uri) && sets.size >= mostSets && first !== undefined) sets.delete(first);
  sets.set(uri, kept);
}

async function fetchKeys(fetch: Fetch, uri: string): Promise<readonly ClientKey[]> {
  const response = await fetch(uri, { headers: { accept: 'application/jwk-set+json, application/json' } });
  if (response.status !== 200) throw new Error(`the key set was answered with ${response.status}`);
  const text = await response.text();
  if (text.length > longestSet) throw new Error(`the key set is longer than ${longestSet} characters`);
  const body: unknown = JSON.parse(text);
  const keys = typeof body === 'object' && body !== null && 'keys' in body ? body.keys : undefined;
  if (!Array.isArray(keys)) throw new Error('the answer is no key set: it has no list `keys`');
  if (keys.length > mostKeys) throw new Error(`the key set has more than ${mostKeys} keys`);
  return keys.flatMap((jwk) => usable(jwk));
}

function usable(jwk: unknown): readonly ClientKey[] {
  if (typeof jwk !== 'object' || jwk === null) return [];
  const read = readKey(jwk as ClientJwk);
  return 'fault' in read ? [] : [read];
}
