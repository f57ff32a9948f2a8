/**
 * Sealed text: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, written `s1.<nonce, ciphertext, tag in base64url>`. The
 * purpose is authenticated, so that what was sealed for one place cannot be put into another. Random nonces are good for 2^32
 * texts a key; the keys here seal some thousands.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

const version = 's1';
const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Seals a text for a purpose; never the same twice. The key has 256 bits. */
export function seal(key: KeyObject, purpose: string, plain: string): string {
  const nonce = randomBytes(nonceLength);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagLength }).setAAD(associated(purpose));
  const parts = [nonce, sealing.update(plain, 'utf8'), sealing.final(), sealing.getAuthTag()];
  return `${version}.${Buffer.concat(parts).toString('base64url')}`;
}

/** The text that was sealed with this key for this purpose. Throws when it was another key or purpose, or the text was changed. */
export function open(key: KeyObject, purpose: string, sealed: string): string {
  const [, encoded = ''] = /^s1\.([A-Za-z0-9_-]+)$/.exec(sealed) ?? [];
  const octets = Buffer.from(encoded, 'base64url');
  if (octets.length < nonceLength + tagLength) throw new Error(`not a sealed text of version ${version}`);
  const opening = createDecipheriv(cipher, key, octets.subarray(0, nonceLength), { authTagLength: tagLength });
  opening.setAAD(associated(purpose)).setAuthTag(octets.subarray(-tagLength));
  const plain = opening.update(octets.subarray(nonceLength, -tagLength));
  return Buffer.concat([plain, opening.final()]).toString('utf8');
}

function associated(purpose: string): Buffer {
  return Buffer.from(`symbolon ${version} ${purpose}`);
}
