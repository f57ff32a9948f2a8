/**
 * Nonces for DPoP proofs (RFC 9449 section 8): a time and a MAC, kept nowhere. One is made for one key of one tenant, so that whoever learns it
 * cannot have a proof made in advance for another key, and no session's nonce passes in another.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Json } from './accounts.ts';
import type { Provider } from './op.ts';

/** Seconds that a nonce may be repeated for. */
const nonceLifetime = 300;

const timeBytes = 6;
const macBytes = 16;
const form = new RegExp(`^[A-Za-z0-9_-]{${Math.ceil(((timeBytes + macBytes) * 4) / 3)}}$`);

/** A nonce for proofs of the key with this thumbprint. */
export function newNonce(op: Provider, jkt: string): string {
  return nonceOf(op, jkt, op.now()).toString('base64url');
}

/** Whether this is a nonce that was made for the key not long ago. */
export function isNonceFor(op: Provider, jkt: string, nonce: Json | undefined): boolean {
  if (typeof nonce !== 'string' || !form.test(nonce)) return false;
  const bytes = Buffer.from(nonce, 'base64url');
  const madeAt = bytes.readUIntBE(0, timeBytes);
  return timingSafeEqual(bytes, nonceOf(op, jkt, madeAt)) && op.now() < madeAt + nonceLifetime;
}

function nonceOf({ vault }: Provider, jkt: string, madeAt: number): Buffer {
  const bytes = Buffer.alloc(timeBytes + macBytes);
  bytes.writeUIntBE(madeAt, 0, timeBytes);
  vault.mac('dpop-nonce', `${madeAt} ${jkt}`).copy(bytes, timeBytes, 0, macBytes);
  return bytes;
}
