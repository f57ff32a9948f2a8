/** Keys and secrets as the core needs them. Both are answered from memory: no verb here waits. */
import type { KeyObject } from 'node:crypto';
import type { Json } from './accounts.ts';
import type { AsymmetricAlgorithm } from './wire/algorithms.ts';

export type SigningKey = {
  readonly kid: string;
  readonly alg: AsymmetricAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
};

export type Jwk = Readonly<Record<string, Json>>;

export type KeyRing = {
  /** The key that signs with this algorithm today, if the tenant offers it. */
  readonly signing: (alg: AsymmetricAlgorithm) => SigningKey | undefined;
  /** Any key still published, to verify what we signed earlier. */
  readonly find: (kid: string) => SigningKey | undefined;
  /** Public halves only, each with `kid`, `alg` and `use` (RFC 7517). */
  readonly jwks: () => { readonly keys: readonly Jwk[] };
};

/** Keyed operations under the tenant's own secret, which the core never sees. */
export type Vault = {
  /** HMAC-SHA256 of the data under a key of its own for each purpose, 32 bytes. */
  readonly mac: (purpose: string, data: string) => Buffer;
  readonly seal: (plain: string) => string;
  /** Throws when the text was not sealed by this vault. */
  readonly open: (sealed: string) => string;
};
