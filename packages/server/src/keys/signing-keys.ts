/** Key pairs for signatures: made, named (RFC 7638), written and read, and their public halves as JWKs (RFC 7517, 7518, 8037). */
import { createPrivateKey, createPublicKey, generateKeyPair, hash, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { AsymmetricAlgorithm, Jwk, SigningKey } from '@symbolon/provider';

const pair = promisify(generateKeyPair);

/** On the thread pool: an RSA pair takes 50 to 500 ms. RS256 and PS256 have a key each, so that a key has one algorithm only (RFC 8725 section 3.1). */
const makers: Readonly<Record<AsymmetricAlgorithm, () => Promise<{ readonly privateKey: KeyObject }>>> = {
  RS256: () => pair('rsa', { modulusLength: 2048 }),
  PS256: () => pair('rsa', { modulusLength: 2048 }),
  ES256: () => pair('ec', { namedCurve: 'P-256' }),
  EdDSA: () => pair('ed25519'),
};

/** What names a key, by type, in the order RFC 7638 section 3.2 and RFC 8037 section 2 want it; all of it public. */
const members: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** A new key pair for the algorithm. */
export async function makeSigningKey(alg: AsymmetricAlgorithm): Promise<SigningKey> {
  return signingKey(alg, (await makers[alg]()).privateKey);
}

/** PKCS #8, DER, base64: the private key itself, to be sealed at once. */
export function writePrivateKey({ privateKey }: Pick<SigningKey, 'privateKey'>): string {
  return privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

/** The private key that `writePrivateKey` wrote. Throws when it is none. */
export function readPrivateKey(written: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(written, 'base64'), type: 'pkcs8', format: 'der' });
}

/** The key pair that `writePrivateKey` wrote. Throws when it is none. */
export function readSigningKey(alg: AsymmetricAlgorithm, written: string): SigningKey {
  return signingKey(alg, readPrivateKey(written));
}

function signingKey(alg: AsymmetricAlgorithm, privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  return { kid: thumbprint(publicKey), alg, privateKey, publicKey };
}

/** RFC 7638: the same key has the same name wherever it is computed. */
export function thumbprint(publicKey: KeyObject): string {
  return hash('sha256', JSON.stringify(publicMembers(publicKey)), 'base64url');
}

/** The JWK of the public half, with `kid`, `alg` and `use`. */
export function publicJwk({ publicKey, kid, alg }: SigningKey): Jwk {
  return { ...publicMembers(publicKey), kid, alg, use: 'sig' };
}

/** Named one by one: what is not named here cannot get out. */
export function publicMembers(publicKey: KeyObject): Record<string, string> {
  const jwk: Readonly<Record<string, unknown>> = publicKey.export({ format: 'jwk' });
  return Object.fromEntries((members[String(jwk.kty)] ?? []).map((name) => [name, String(jwk[name])]));
}
