/**
 * JSON Web Encryption (RFC 7516): for a client with its public key, and what clients encrypted to us. What is not of the few forms we take is
 * refused by its header, before anything is computed.
 */
import type { KeyObject } from 'node:crypto';
// By their own paths: the whole of jose would cost every start some ten milliseconds.
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import type { KeyRing } from '../keys.ts';
import { type ContentEncryption, contentEncryptions, type KeyEncryption, keyEncryptions } from './algorithms.ts';
import { headerOf, maximumTokenLength } from './jwt.ts';

/** Whom a text is encrypted for, and how. */
export type Recipient = {
  readonly key: KeyObject;
  readonly kid?: string | undefined;
  readonly alg: KeyEncryption;
  readonly enc: ContentEncryption;
};

/** The text in compact form, encrypted; one that is a JWT itself says so, as a nested one must (RFC 7519 section 5.2). */
export function encrypt(text: string, { key, kid, alg, enc }: Recipient, nested: { readonly cty?: 'JWT' } = {}): Promise<string> {
  const header = { alg, enc, ...nested, ...(kid === undefined ? undefined : { kid }) };
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(key);
}

/** Whether a token has the five parts of an encrypted one. */
export function isEncrypted(token: string): boolean {
  return token.split('.', 6).length === 5;
}

/**
 * The text that somebody encrypted to us, or undefined when it was not encrypted in a way and to a key of ours. Compressed ones are refused: a
 * few octets can swell to gigabytes (RFC 8725 section 3.6). The price is at most one private operation.
 */
export async function decrypt(keys: KeyRing, token: string): Promise<string | undefined> {
  const header = token.length > maximumTokenLength ? undefined : headerOf(token);
  const alg = keyEncryptions.find((name) => name === header?.alg);
  if (header === undefined || alg === undefined || header.zip !== undefined || header.crit !== undefined) return undefined;
  const { kid } = header;
  const key = kid === undefined || typeof kid === 'string' ? keys.opening(alg, kid) : undefined;
  if (key === undefined) return undefined;
  try {
    const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [...contentEncryptions] };
    const { plaintext } = await compactDecrypt(token, key.privateKey, options);
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
  } catch {
    // Why it failed is for nobody: the sender could be asking us about the key.
    return undefined;
  }
}
