/** Keys and secrets as the core needs them. Both are answered from memory: no verb here waits. */
import type { KeyObject } from 'node:crypto';
import type { Json } from './accounts.ts';
import type { AsymmetricAlgorithm, KeyEncryption } from './wire/algorithms.ts';

export type SigningKey = {
  readonly kid: string;
  readonly alg: AsymmetricAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
};

/** What others encrypt to us with: one key of each kind, good for every algorithm of its kind. */
export const encryptionKinds = ['RSA', 'EC'] as const;

export type EncryptionKey = {
  readonly kid: string;
  readonly kind: (typeof encryptionKinds)[number];
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
};

export type Jwk = Readonly<Record<string, Json>>;

export type KeyRing = {
  /** The key that signs with this algorithm today, if the tenant offers it. */
  readonly signing: (alg: AsymmetricAlgorithm) => SigningKey | undefined;
  /** Any key still published, to verify what we signed earlier. */
  readonly find: (kid: string) => SigningKey | undefined;
  /** The key that opens what was encrypted to us in this way, under this `kid` if one is named. */
  readonly opening: (alg: KeyEncryption, kid: string | undefined) => EncryptionKey | undefined;
  /** Public halves only, each with `kid` and `use`, and those that sign with their one `alg` (RFC 7517). */
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
