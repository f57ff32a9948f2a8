/** The minter: turns what a grant decided, and the store already keeps, into the token response (RFC 6749 section 5.1). Nobody else signs. */
import { tokenTypeOf } from '../confirmation.ts';
import type { Provider } from '../op.ts';
import { writeAccessToken } from './access-token.ts';
import { idToken } from './id-token.ts';
import type { Issuance } from './issuance.ts';

export type TokenResponse = {
  readonly access_token: string;
  readonly token_type: 'Bearer' | 'DPoP';
  readonly expires_in: number;
  readonly scope: string;
  refresh_token?: string;
  id_token?: string;
};

export async function issue(op: Provider, issuance: Issuance): Promise<TokenResponse> {
  const { client, access, scopes, person } = issuance;
  const access_token = await writeAccessToken(op, issuance);
  const response: TokenResponse = {
    access_token,
    token_type: tokenTypeOf(access.row.confirmation),
    expires_in: access.row.expiresAt - access.row.issuedAt,
    scope: scopes.join(' '),
  };
  if (issuance.refreshToken !== undefined) response.refresh_token = issuance.refreshToken;
  if (person !== undefined && scopes.includes('openid'))
    response.id_token = await idToken(op, client, { ...person, nonce: person.nonce, scopes, accessToken: access_token });
  return response;
}
