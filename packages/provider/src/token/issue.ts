/** The minter: turns what a grant decided, and the store already keeps, into the token response (RFC 6749 section 5.1). Nobody else signs. */
import type { Account } from '../accounts.ts';
import type { Client } from '../client.ts';
import type { Provider } from '../op.ts';
import type { Grant } from '../store.ts';
import type { DraftAccessToken } from './access-token.ts';
import { idToken } from './id-token.ts';

/** What every grant ends in. All of it is durable before it gets here. */
export type Issuance = {
  readonly client: Client;
  readonly access: DraftAccessToken;
  readonly scopes: readonly string[];
  readonly refreshToken?: string;
  /** Who it is about; absent for a client acting for itself. An ID token is given when `openid` is among the scopes. */
  readonly person?: { readonly grant: Grant; readonly account: Account; readonly nonce?: string };
};

export type TokenResponse = {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  refresh_token?: string;
  id_token?: string;
};

export async function issue(op: Provider, issuance: Issuance): Promise<TokenResponse> {
  const { client, access, scopes, person } = issuance;
  const response: TokenResponse = {
    access_token: access.value,
    token_type: 'Bearer',
    expires_in: access.row.expiresAt - access.row.issuedAt,
    scope: scopes.join(' '),
  };
  if (issuance.refreshToken !== undefined) response.refresh_token = issuance.refreshToken;
  if (person !== undefined && scopes.includes('openid'))
    response.id_token = await idToken(op, client, { ...person, nonce: person.nonce, scopes, accessToken: access.value });
  return response;
}
