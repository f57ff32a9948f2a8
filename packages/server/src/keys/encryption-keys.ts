/** Key pairs that others encrypt to us with: made, named, written and read, and their public halves as JWKs. */
import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type EncryptionKey, encryptionKinds, type Jwk, type KeyEncryption } from '@symbolon/provider';
import { publicMembers, readPrivateKey, thumbprint } from './signing-keys.ts';

const pair = promisify(generateKeyPair);

export type EncryptionKind = EncryptionKey['kind'];

const makers: Readonly<Record<EncryptionKind, () => Promise<{ readonly privateKey: KeyObject }>>> = {
  RSA: () => pair('rsa', { modulusLength: 2048 }),
  EC: () => pair('ec', { namedCurve: 'P-256' }),
};

/** RSA-OAEP with either hash, and ECDH-ES with and without wrapping, do each other no harm; a key for each would double the time of a first start. */
const kinds: Readonly<Record<KeyEncryption, EncryptionKind>> = {
  'RSA-OAEP': 'RSA',
  'RSA-OAEP-256': 'RSA',
  'ECDH-ES': 'EC',
  'ECDH-ES+A256KW': 'EC',
};

export async function makeEncryptionKey(kind: EncryptionKind): Promise<EncryptionKey> {
  return encryptionKey(kind, (await makers[kind]()).privateKey);
}

/** The key pair that `writePrivateKey` wrote; undefined for a kind of a later version. */
export function readEncryptionKey(kind: string, written: string): EncryptionKey | undefined {
  const known = encryptionKinds.find((name) => name === kind);
  return known && encryptionKey(known, readPrivateKey(written));
}

function encryptionKey(kind: EncryptionKind, privateKey: KeyObject): EncryptionKey {
  const publicKey = createPublicKey(privateKey);
  return { kid: thumbprint(publicKey), kind, privateKey, publicKey };
}

/** The JWK of the public half. Without `alg`: which of those of its kind, whoever encrypts may choose. */
export function publicEncryptionJwk({ publicKey, kid }: EncryptionKey): Jwk {
  return { ...publicMembers(publicKey), kid, use: 'enc' };
}

/** Finds the key for an algorithm: the one of this `kid`, else the first of the kind. */
export function openingWith(keys: readonly EncryptionKey[]) {
  return (alg: KeyEncryption, kid: string | undefined): EncryptionKey | undefined =>
    keys.find((key) => key.kind === kinds[alg] && (kid === undefined || key.kid === kid));
}
