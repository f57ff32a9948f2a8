/**
 * Refresh tokens: a random family (24 bytes, of which the store keeps a hash), a generation, and a MAC over both. One row per family
 * does for all its generations; a retry inside the grace time gets the same successor without any token having been kept; and what is
 * not ours is refused before the store is asked. To forge one, a thief needs the database, the tenant's secret and the family itself.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Client } from '../client.ts';
import type { Vault } from '../keys.ts';
import type { Provider } from '../op.ts';
import { sha256 } from '../wire/hashes.ts';

const familyBytes = 24;
const macBytes = 16;
const form = /^[A-Za-z0-9_-]{59}$/;

export type RefreshToken = { readonly family: string; readonly familyHash: string; readonly generation: number };

/** The token of a family and generation; the same every time. */
export function writeRefreshToken(vault: Vault, family: string, generation: number): string {
  const bytes = Buffer.alloc(familyBytes + 4 + macBytes);
  bytes.write(family, 'base64url');
  bytes.writeUInt32BE(generation, familyBytes);
  macOf(vault, family, generation).copy(bytes, familyBytes + 4);
  return bytes.toString('base64url');
}

/** Reads a refresh token; undefined unless it is, to the last bit, one that this tenant wrote. */
export function readRefreshToken(vault: Vault, token: string): RefreshToken | undefined {
  if (!form.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.toString('base64url') !== token) return undefined;
  const family = bytes.toString('base64url', 0, familyBytes);
  const generation = bytes.readUInt32BE(familyBytes);
  if (!timingSafeEqual(bytes.subarray(familyBytes + 4), macOf(vault, family, generation))) return undefined;
  return { family, familyHash: familyHashOf(family), generation };
}

export function newFamily(op: Provider): string {
  return op.random(familyBytes);
}

export function familyHashOf(family: string): string {
  return sha256(family);
}

/** Whether a grant with these scopes comes with a refresh token for this client (OpenID Connect Core section 11; policy `refreshToken`). */
export function wantsRefreshToken(client: Client, scopes: readonly string[]): boolean {
  if (!client.grant_types.includes('refresh_token')) return false;
  if (client.policy.refreshToken === 'offline_access') return scopes.includes('offline_access');
  return client.policy.refreshToken === 'always';
}

function macOf(vault: Vault, family: string, generation: number): Buffer {
  return vault.mac('refresh-token', `${family}.${generation}`).subarray(0, macBytes);
}
