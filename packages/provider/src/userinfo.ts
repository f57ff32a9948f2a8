/** Userinfo (OpenID Connect Core section 5.3): the claims of the token's scopes, and those asked for by name. One store statement. */
import { activeClient } from './active-client.ts';
import { bearerToken, challenge } from './bearer.ts';
import { claimsOf, requestedClaims } from './claims.ts';
import { type CoreRequest, type CoreResponse, json } from './exchange.ts';
import type { Provider } from './op.ts';
import type { AccessToken } from './store.ts';
import { accessTokenHash } from './token/access-token.ts';
import { OAuthError } from './wire/error.ts';
import { intersect } from './wire/scope.ts';

export async function userinfo(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const value = bearerToken(request);
  if (value === undefined) return challenge(op, undefined);
  const hash = accessTokenHash(op, value);
  const token = hash === undefined ? undefined : await op.store.tokens.findAccess(hash, op.now());
  return json(200, await claims(op, token));
}

async function claims(op: Provider, token: AccessToken | undefined) {
  const client = token === undefined ? undefined : await activeClient(op, token.client_id);
  if (token === undefined || client === undefined) throw new OAuthError('invalid_token', 'the access token is unknown, expired or revoked');
  if (token.grant === undefined) throw new OAuthError('insufficient_scope', 'the access token does not speak for a person');
  if (token.account?.active !== true)
    throw new OAuthError('invalid_token', 'the access token is unknown, expired or revoked', { diagnostic: 'account gone' });
  const scopes = intersect(token.scopes ?? token.grant.scopes, client.scopes);
  if (!scopes.includes('openid') && !client.policy.userinfoWithoutOpenid)
    throw new OAuthError('insufficient_scope', 'the access token was not granted the scope openid');
  const released = claimsOf(token.account, scopes, op.settings.scopes);
  // A token narrowed to fewer scopes has nothing beyond them.
  const named = token.scopes === undefined ? token.grant.claims?.userinfo : undefined;
  return { ...released, ...requestedClaims(token.account, named, client.scopes, op.settings.scopes) };
}
