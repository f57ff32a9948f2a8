/** What every grant type ends in, and the minter begins with. All of it is durable before it gets there. */
import type { Account } from '../accounts.ts';
import type { Client } from '../client.ts';
import type { Grant, NewAccessToken } from '../store.ts';

/** A new access token, and what the store keeps of it. */
export type DraftAccessToken = { readonly id: string; readonly row: Omit<NewAccessToken, 'grantId'> };

export type Issuance = {
  readonly client: Client;
  readonly access: DraftAccessToken;
  readonly scopes: readonly string[];
  readonly refreshToken?: string;
  /** Who it is about; absent for a client acting for itself. An ID token is given when `openid` is among the scopes. */
  readonly person?: { readonly grant: Grant; readonly account: Account; readonly nonce?: string };
};
