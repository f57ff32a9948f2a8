/** Digests and comparisons: at_hash and c_hash (OpenID Connect Core section 3.1.3.6, 3.3.2.11), hashes of secrets for the store. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Algorithm } from './algorithms.ts';

/** Hash of the algorithm's own signature; Ed25519 signs over SHA-512 (RFC 8032 section 5.1). */
const digestOf: Readonly<Record<Algorithm, 'sha256' | 'sha512'>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  HS256: 'sha256',
  EdDSA: 'sha512',
};

/** SHA-256 of the text's UTF-8 octets, base64url (43 characters). One-shot: half the price of `createHash`. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** The claim at_hash, c_hash or s_hash of a value, for an ID token signed with this algorithm: left half of its digest, base64url. */
export function tokenHash(alg: Algorithm, value: string): string {
  const digest = hash(digestOf[alg], value, 'buffer');
  return digest.toString('base64url', 0, digest.length / 2);
}

/** Whether two texts are equal, in a time that tells neither where they differ nor which lengths they have: digests are compared. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
