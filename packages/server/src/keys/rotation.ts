/**
 * The rotation of signing keys by schedule (NIST SP 800-57 calls the parts cryptoperiod and publication). A key is published a day before it
 * signs, longer than clients keep a key set, and stays published after its successor took over for as long as anything it signed counts.
 */
import type { AsymmetricAlgorithm } from '@symbolon/provider';
import type { StoredKey } from '../store.ts';

const day = 86_400;

/** Seconds: how long a key signs, how long before that it is published, how long after that it is. */
export const schedule = { signs: 90 * day, publishedBefore: day + 3600, publishedAfter: 35 * day } as const;

export type DueRotations = {
  readonly follow: readonly { readonly kid: string; readonly alg: AsymmetricAlgorithm; readonly usedFrom: number }[];
  readonly remove: readonly string[];
};

/** What the schedule asks for at this time: which keys need a successor now, and which nothing counts any more. `now` is epoch seconds. */
export function dueRotations(keys: readonly StoredKey[], offered: readonly AsymmetricAlgorithm[], now: number): DueRotations {
  const follow = offered.flatMap((alg) => {
    const chain = keysOf(keys, alg);
    const last = chain.at(-1);
    const tail = unfollowed(chain);
    if (last === undefined || tail === undefined || last.usedFrom + schedule.signs - schedule.publishedBefore > now) return [];
    return [{ kid: tail.kid, alg, usedFrom: Math.max(last.usedFrom + schedule.signs, now + schedule.publishedBefore) }];
  });
  const spent = ({ alg, usedFrom }: StoredKey) =>
    keysOf(keys, alg).some((other) => other.usedFrom > usedFrom && other.usedFrom + schedule.publishedAfter <= now);
  return { follow, remove: keys.filter((key) => key.use === 'signing' && spent(key)).map(({ kid }) => kid) };
}

/** The signing keys of an algorithm in the order in which they are used. */
export function keysOf(keys: readonly StoredKey[], alg: string): readonly StoredKey[] {
  return keys.filter((key) => key.use === 'signing' && key.alg === alg).toSorted((a, b) => a.usedFrom - b.usedFrom);
}

/** The one that the next has to follow. Not always the one used last: a key made in a hurry is used before the one that was waiting. */
export function unfollowed(chain: readonly StoredKey[]): StoredKey | undefined {
  return chain.find(({ kid }) => !chain.some(({ follows }) => follows === kid));
}
