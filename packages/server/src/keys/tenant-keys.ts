/**
 * A tenant's keys: those that sign, those that others encrypt to it with, and the secret of its vault, made at the first start, kept sealed by the master key, held in
 * memory while the process lives and read again when another process changed them. Processes starting at once keep the keys of whoever was
 * first.
 */
import type { KeyObject } from 'node:crypto';
import {
  type AsymmetricAlgorithm,
  asymmetricAlgorithms,
  type EncryptionKey,
  encryptionKinds,
  type KeyRing,
  type Vault,
} from '@symbolon/provider';
import type { Keys, StoredKey } from '../store.ts';
import { type EncryptionKind, makeEncryptionKey, readEncryptionKey } from './encryption-keys.ts';
import { makeKeyRing, type UsableKey } from './key-ring.ts';
import { open, seal } from './seal.ts';
import { makeSigningKey, readSigningKey, writePrivateKey } from './signing-keys.ts';
import { createVault } from './vault.ts';

export type TenantKeysDeps = {
  readonly store: Keys;
  /** Makes the store say what other processes changed. */
  readonly look: () => void;
  readonly masterKey: KeyObject;
  /** Algorithms the tenant offers; each gets a key. */
  readonly signing: readonly AsymmetricAlgorithm[];
  /** Epoch seconds. */
  readonly now: () => number;
  /** Unpredictable bytes, base64url. */
  readonly random: (bytes: number) => string;
};

export type TenantKeys = {
  readonly keyRing: KeyRing;
  readonly vault: Vault;
  /** Takes over what was added or removed in the store. */
  readonly reload: () => Promise<void>;
  /** Makes the key that follows another of its algorithm and is used from that time on (epoch seconds); false when it is followed already. */
  readonly follow: (kid: string, alg: AsymmetricAlgorithm, usedFrom: number) => Promise<boolean>;
};

type Named = Omit<StoredKey, 'sealed'>;
type Opened = StoredKey & { readonly plain: string };

const secretAlg = 'HKDF-SHA256';
const secretLength = 32;

/**
 * All keys of a tenant, those that were missing made first. Throws, and makes nothing, when a key in the store was sealed by another
 * master key; the message says what to do.
 */
export async function loadTenantKeys(deps: TenantKeysDeps): Promise<TenantKeys> {
  const found = await openAll(deps);
  const added = await Promise.all(missing(deps, found).map((make) => make()));
  let keys = added.length === 0 ? found : await openAll(deps);
  const secret = keys.find((key) => key.use === 'secret' && key.alg === secretAlg);
  if (!secret) throw new Error('the store did not keep the tenant secret it was given');
  const ringOf = (opened: readonly Opened[]) =>
    makeKeyRing(deps.signing, opened.flatMap(usable), opened.flatMap(opening).reverse(), deps.now);
  let ring = ringOf(keys);
  return {
    keyRing: {
      signing: (alg) => ring.signing(alg),
      find: (kid) => ring.find(kid),
      opening: (alg, kid) => ring.opening(alg, kid),
      // An operator rotates beside this process: whoever asks for the keys makes it notice.
      jwks: () => {
        deps.look();
        return ring.jwks();
      },
    },
    vault: createVault(Buffer.from(secret.plain, 'base64url')),
    reload: async () => {
      const stored = await deps.store.list();
      if (sameKeys(stored, keys)) return;
      keys = stored.map((key) => opened(deps, key));
      ring = ringOf(keys);
    },
    follow: async (follows, alg, usedFrom) => {
      const { named, plain } = await newSigningKey(deps, alg, usedFrom);
      return deps.store.addNext({ ...named, follows, sealed: sealKey(deps.masterKey, named, plain) });
    },
  };
}

async function openAll(deps: TenantKeysDeps): Promise<readonly Opened[]> {
  return (await deps.store.list()).map((key) => opened(deps, key));
}

function sameKeys(one: readonly StoredKey[], other: readonly StoredKey[]): boolean {
  return one.length === other.length && one.every(({ kid }, index) => kid === other[index]?.kid);
}

function opened({ masterKey }: TenantKeysDeps, key: StoredKey): Opened {
  return { ...key, plain: openKey(masterKey, key) };
}

/** What `sealKey` sealed. Throws, saying what to do, when it was sealed by another master key. */
export function openKey(masterKey: KeyObject, key: StoredKey): string {
  try {
    return open(masterKey, purpose(key), key.sealed);
  } catch (cause) {
    throw new Error(
      `the key ${key.alg} ${key.kid} in the database cannot be opened: it was sealed with another master key. Give the master key this database ` +
        'was used with: in server.masterKey, in SYMBOLON_MASTER_KEY, or the .key file that was beside the database, from the backup of that time',
      { cause },
    );
  }
}

function missing(deps: TenantKeysDeps, found: readonly Opened[]): readonly (() => Promise<boolean>)[] {
  const { store, masterKey, signing, now, random } = deps;
  const lacks = (use: StoredKey['use'], alg: string) => !found.some((key) => key.use === use && key.alg === alg);
  const add = (named: Named, plain: string) => store.addFirst({ ...named, sealed: sealKey(masterKey, named, plain) });
  const addSecret = () => add({ use: 'secret', alg: secretAlg, kid: random(16), createdAt: now(), usedFrom: now() }, random(secretLength));
  const addSigning = (alg: AsymmetricAlgorithm) => async () => {
    const { named, plain } = await newSigningKey(deps, alg, now());
    return add(named, plain);
  };
  const addEncryption = (kind: EncryptionKind) => async () => {
    const key = await makeEncryptionKey(kind);
    return add({ use: 'encryption', alg: kind, kid: key.kid, createdAt: now(), usedFrom: now() }, writePrivateKey(key));
  };
  const pairs = [
    ...signing.filter((alg) => lacks('signing', alg)).map(addSigning),
    ...encryptionKinds.filter((kind) => lacks('encryption', kind)).map(addEncryption),
  ];
  return lacks('secret', secretAlg) ? [addSecret, ...pairs] : pairs;
}

async function newSigningKey({ now }: TenantKeysDeps, alg: AsymmetricAlgorithm, usedFrom: number) {
  let key = await makeSigningKey(alg);
  // One in 64 would be taken for an option by every command it is given to.
  while (key.kid.startsWith('-')) key = await makeSigningKey(alg);
  return { named: { use: 'signing', alg, kid: key.kid, createdAt: now(), usedFrom }, plain: writePrivateKey(key) } as const;
}

/** A key as the store keeps it, by the installation's master key. */
export function sealKey(masterKey: KeyObject, named: Pick<StoredKey, 'use' | 'alg' | 'kid'>, plain: string): string {
  return seal(masterKey, purpose(named), plain);
}

/** Bound to its place, so that a key cannot be passed off as another by who can write to the database. */
function purpose({ use, alg, kid }: Pick<StoredKey, 'use' | 'alg' | 'kid'>): string {
  return `${use} ${alg} ${kid}`;
}

function opening({ use, alg, plain }: Opened): readonly EncryptionKey[] {
  const key = use === 'encryption' ? readEncryptionKey(alg, plain) : undefined;
  return key === undefined ? [] : [key];
}

/** Nothing for an algorithm of a later version, which may share the database while processes are being replaced. */
function usable({ use, alg, plain, usedFrom, createdAt }: Opened): readonly UsableKey[] {
  const known = asymmetricAlgorithms.find((name) => name === alg);
  return use === 'signing' && known ? [{ key: readSigningKey(known, plain), usedFrom, createdAt }] : [];
}
