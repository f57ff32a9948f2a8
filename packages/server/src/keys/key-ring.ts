/** The keys of a tenant in memory: which one signs now, which opens what was encrypted to us, and which are published. Time alone moves a key from waiting to signing to retired. */
import type { AsymmetricAlgorithm, EncryptionKey, KeyRing, SigningKey } from '@symbolon/provider';
import { openingWith, publicEncryptionJwk } from './encryption-keys.ts';
import { publicJwk } from './signing-keys.ts';

export type UsableKey = {
  readonly key: SigningKey;
  /** Epoch seconds. */
  readonly usedFrom: number;
  readonly createdAt: number;
};

/**
 * Of the keys of an algorithm the one that began last signs; all are published, those not yet begun too, so that clients know a key before
 * they meet it, and those of algorithms no longer offered. `encryption`: newest first. `now` is epoch seconds.
 */
export function makeKeyRing(
  offered: readonly AsymmetricAlgorithm[],
  usable: readonly UsableKey[],
  encryption: readonly EncryptionKey[],
  now: () => number,
): KeyRing {
  const rank = ({ key }: UsableKey) => (offered.includes(key.alg) ? offered.indexOf(key.alg) : offered.length);
  const newestFirst = usable.toSorted((a, b) => b.usedFrom - a.usedFrom || b.createdAt - a.createdAt || (a.key.kid < b.key.kid ? -1 : 1));
  const byKid = new Map(usable.map(({ key }) => [key.kid, key]));
  const byAlg = new Map(offered.map((alg) => [alg, newestFirst.filter(({ key }) => key.alg === alg)]));
  const signing = newestFirst.toSorted((a, b) => rank(a) - rank(b)).map(({ key }) => publicJwk(key));
  // Behind those that sign: there are clients that take the first key of a kind, whatever it is for.
  const jwks = { keys: [...signing, ...encryption.map(publicEncryptionJwk)] };
  return {
    signing: (alg) => inUse(byAlg.get(alg) ?? [], now()),
    find: (kid) => byKid.get(kid),
    opening: openingWith(encryption),
    jwks: () => jwks,
  };
}

/** A clock that was set back finds no key begun: the oldest will do. */
function inUse(newestFirst: readonly UsableKey[], now: number): SigningKey | undefined {
  return (newestFirst.find(({ usedFrom }) => usedFrom <= now) ?? newestFirst.at(-1))?.key;
}
