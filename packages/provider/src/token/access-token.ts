/** Opaque access tokens: 256 random bits, of which the store keeps a hash. */
import { hash } from 'node:crypto';
import type { Client } from '../client.ts';
import type { Provider } from '../op.ts';
import type { NewAccessToken } from '../store.ts';

export type DraftAccessToken = { readonly value: string; readonly row: Omit<NewAccessToken, 'grantId'> };

/** How long this client's access tokens live, in seconds. */
export function accessLifetime(op: Provider, client: Client): number {
  return client.lifetimes.accessToken ?? op.settings.lifetimes.accessToken;
}

/** A new access token and what the store is to keep of it; nothing is written yet. */
export function draftAccessToken(op: Provider, client: Client, scopes?: readonly string[]): DraftAccessToken {
  const value = op.random(32);
  const issuedAt = op.now();
  const row = { hash: accessTokenHash(value), client_id: client.client_id, issuedAt, expiresAt: issuedAt + accessLifetime(op, client) };
  return { value, row: scopes === undefined ? row : { ...row, scopes } };
}

export function accessTokenHash(value: string): string {
  return hash('sha256', value, 'base64url');
}
