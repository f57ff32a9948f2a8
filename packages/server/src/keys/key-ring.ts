/**
 * A tenant's keys: those that sign, those that others encrypt to it with, and the secret of its vault, made at the first start, kept sealed by the master key, held in
 * memory while the process lives. Processes starting at once keep the keys of whoever was first.
 */
import type { KeyObject } from 'node:crypto';
import {
  type AsymmetricAlgorithm,
  asymmetricAlgorithms,
  type EncryptionKey,
  encryptionKinds,
  type KeyRing,
  type SigningKey,
  type Vault,
} from '@symbolon/provider';
import type { Keys, StoredKey } from '../store.ts';
import { type EncryptionKind, makeEncryptionKey, openingWith, publicEncryptionJwk, readEncryptionKey } from './encryption-keys.ts';
import { open, seal } from './seal.ts';
import { makeSigningKey, publicJwk, readSigningKey, writePrivateKey } from './signing-keys.ts';
import { createVault } from './vault.ts';

export type TenantKeysDeps = {
  readonly store: Keys;
  readonly masterKey: KeyObject;
  /** Algorithms the tenant offers; each gets a key. */
  readonly signing: readonly AsymmetricAlgorithm[];
  /** Epoch seconds. */
  readonly now: () => number;
  /** Unpredictable bytes, base64url. */
  readonly random: (bytes: number) => string;
};

export type TenantKeys = { readonly keyRing: KeyRing; readonly vault: Vault };

type Named = Omit<StoredKey, 'sealed'>;
type Opened = Named & { readonly plain: string };

const secretAlg = 'HKDF-SHA256';
const secretLength = 32;

/**
 * All keys of a tenant, those that were missing made first. Throws, and makes nothing, when a key in the store was sealed by another
 * master key; the message says what to do.
 */
export async function loadTenantKeys(deps: TenantKeysDeps): Promise<TenantKeys> {
  const found = await openAll(deps);
  const added = await Promise.all(missing(deps, found).map((make) => make()));
  const keys = added.length === 0 ? found : await openAll(deps);
  const secret = keys.find((key) => key.use === 'secret' && key.alg === secretAlg);
  if (!secret) throw new Error('the store did not keep the tenant secret it was given');
  return { keyRing: keyRing(deps.signing, keys), vault: createVault(Buffer.from(secret.plain, 'base64url')) };
}

async function openAll({ store, masterKey }: TenantKeysDeps): Promise<readonly Opened[]> {
  return (await store.list()).map((key) => ({ ...key, plain: opened(masterKey, key) }));
}

function opened(masterKey: KeyObject, key: StoredKey): string {
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

function missing(
  { store, masterKey, signing, now, random }: TenantKeysDeps,
  found: readonly Opened[],
): readonly (() => Promise<boolean>)[] {
  const lacks = (use: StoredKey['use'], alg: string) => !found.some((key) => key.use === use && key.alg === alg);
  const add = (named: Named, plain: string) => store.addFirst({ ...named, sealed: seal(masterKey, purpose(named), plain) });
  const addSecret = () => add({ use: 'secret', alg: secretAlg, kid: random(16), createdAt: now() }, random(secretLength));
  const addSigning = (alg: AsymmetricAlgorithm) => async () => {
    const key = await makeSigningKey(alg);
    return add({ use: 'signing', alg, kid: key.kid, createdAt: now() }, writePrivateKey(key));
  };
  const addEncryption = (kind: EncryptionKind) => async () => {
    const key = await makeEncryptionKey(kind);
    return add({ use: 'encryption', alg: kind, kid: key.kid, createdAt: now() }, writePrivateKey(key));
  };
  const pairs = [
    ...signing.filter((alg) => lacks('signing', alg)).map(addSigning),
    ...encryptionKinds.filter((kind) => lacks('encryption', kind)).map(addEncryption),
  ];
  return lacks('secret', secretAlg) ? [addSecret, ...pairs] : pairs;
}

/** Bound to its place, so that a key cannot be passed off as another by who can write to the database. */
function purpose({ use, alg, kid }: Named): string {
  return `${use} ${alg} ${kid}`;
}

/** The newest key of an algorithm signs; all are published, those of algorithms no longer offered too, until they are removed. */
function keyRing(offered: readonly AsymmetricAlgorithm[], opened: readonly Opened[]): KeyRing {
  const rank = (alg: AsymmetricAlgorithm) => (offered.includes(alg) ? offered.indexOf(alg) : offered.length);
  const keys: readonly SigningKey[] = opened
    .flatMap((key) => signingKeyOf(key))
    .sort((a, b) => rank(a.key.alg) - rank(b.key.alg) || b.createdAt - a.createdAt || (a.key.kid < b.key.kid ? -1 : 1))
    .map(({ key }) => key);
  const byKid = new Map(keys.map((key) => [key.kid, key]));
  const signing = new Map(offered.map((alg) => [alg, keys.find((key) => key.alg === alg)]));
  const encryption = opened.flatMap((key) => encryptionKeyOf(key)).reverse();
  // Behind those that sign: there are clients that take the first key of a kind, whatever it is for.
  const jwks = { keys: [...keys.map(publicJwk), ...encryption.map(publicEncryptionJwk)] };
  return { signing: (alg) => signing.get(alg), find: (kid) => byKid.get(kid), opening: openingWith(encryption), jwks: () => jwks };
}

/** Listed oldest first. */
function encryptionKeyOf({ use, alg, plain }: Opened): readonly EncryptionKey[] {
  const key = use === 'encryption' ? readEncryptionKey(alg, plain) : undefined;
  return key === undefined ? [] : [key];
}

/** Nothing for an algorithm of a later version, which may share the database while processes are being replaced. */
function signingKeyOf({ use, alg, plain, createdAt }: Opened): readonly { readonly key: SigningKey; readonly createdAt: number }[] {
  const known = asymmetricAlgorithms.find((name) => name === alg);
  return use === 'signing' && known ? [{ key: readSigningKey(known, plain), createdAt }] : [];
}
