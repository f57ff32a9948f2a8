/**
 * What only the client may read is encrypted with its public key, where it registered how (OpenID Connect Registration section 2, RFC 9701 section 6,
 * JARM section 3). Something signed is signed first: a nested JWT.
 */
import type { Client, EncryptedAnswer } from './client.ts';
import { encryptionKey } from './client-keys.ts';
import type { Provider } from './op.ts';
import { type ContentEncryption, contentEncryptions } from './wire/algorithms.ts';
import { OAuthError } from './wire/error.ts';
import { encrypt } from './wire/jwe.ts';

const defaultContentEncryption: ContentEncryption = contentEncryptions[0];

/**
 * The signed answer as this client wants it: as it is, or encrypted. Throws temporarily_unavailable when the client's keys cannot be had, and
 * server_error when none of them is for this.
 */
export function encryptedFor(op: Provider, client: Client, answer: EncryptedAnswer, signed: string): Promise<string> {
  return encryptText(op, client, answer, signed, { cty: 'JWT' });
}

/** The same for JSON that is not signed. */
export function encryptedJsonFor(op: Provider, client: Client, answer: EncryptedAnswer, body: unknown): Promise<string> {
  return encryptText(op, client, answer, JSON.stringify(body), {});
}

/** Whether the client wants this encrypted. */
export function wantsEncrypted(client: Client, answer: EncryptedAnswer): boolean {
  return client[`${answer}_encrypted_response_alg`] !== undefined;
}

async function encryptText(op: Provider, client: Client, answer: EncryptedAnswer, text: string, nested: { readonly cty?: 'JWT' }) {
  const alg = client[`${answer}_encrypted_response_alg`];
  if (alg === undefined) return text;
  const found = await encryptionKey(op, client, alg);
  if (found === undefined)
    throw new OAuthError('server_error', 'the client has no key to encrypt to', {
      diagnostic: `${client.client_id} has no key for ${alg}`,
    });
  const enc = client[`${answer}_encrypted_response_enc`] ?? defaultContentEncryption;
  return encrypt(text, { key: found.key, kid: found.kid, alg, enc }, nested);
}
