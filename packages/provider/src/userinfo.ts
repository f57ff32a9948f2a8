/**
 * Userinfo (OpenID Connect Core section 5.3): the claims of the token's scopes, those asked for by name, and what is mapped, as JSON or, for a client that registered an
 * algorithm, as a JWT, signed, encrypted or both (section 5.3.2). One store statement; two with a DPoP proof,
 * which is used up.
 */
import { mayUse } from './access.ts';
import type { Json } from './accounts.ts';
import { challenge } from './bearer.ts';
import { claimsFor, requestedClaims } from './claims.ts';
import type { Client } from './client.ts';
import { encryptedFor, encryptedJsonFor, wantsEncrypted } from './encrypted-for.ts';
import { type CoreRequest, type CoreResponse, json, jwt } from './exchange.ts';
import type { Provider } from './op.ts';
import { presented } from './presented.ts';
import { signerOf } from './signer.ts';
import type { AccessToken } from './store.ts';
import { OAuthError } from './wire/error.ts';
import { signJwt } from './wire/jwt.ts';
import { intersect } from './wire/scope.ts';

export async function userinfo(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const found = await presented(op, request, 'userinfo');
  if (found === undefined) return challenge(op, undefined, request);
  const { token, client, headers } = found;
  const claims = claimsOf(op, client, token);
  const alg = client.userinfo_signed_response_alg;
  if (alg === undefined)
    return wantsEncrypted(client, 'userinfo')
      ? jwt('application/jwt', await encryptedJsonFor(op, client, 'userinfo', claims), headers)
      : json(200, claims, headers);
  // Without `exp`, so that it never passes for an ID token.
  const signed = await signJwt(signerOf(op, client, alg), { ...claims, iss: op.settings.issuer, aud: client.client_id });
  return jwt('application/jwt', await encryptedFor(op, client, 'userinfo', signed), headers);
}

function claimsOf(op: Provider, client: Client, token: AccessToken): Readonly<Record<string, Json>> {
  if (token.grant === undefined) throw new OAuthError('insufficient_scope', 'the access token does not speak for a person');
  if (!mayUse(client, token.account))
    throw new OAuthError('invalid_token', 'the access token is unknown, expired or revoked', {
      diagnostic: 'account gone, or application not for this person',
    });
  const scopes = intersect(token.scopes ?? token.grant.scopes, client.scopes);
  if (!scopes.includes('openid') && !client.policy.userinfoWithoutOpenid)
    throw new OAuthError('insufficient_scope', 'the access token was not granted the scope openid');
  // A token narrowed to fewer scopes has nothing beyond them.
  const named = token.scopes === undefined ? token.grant.claims?.userinfo : undefined;
  const asked = requestedClaims(token.account, named, client.scopes, op.settings.scopes);
  return { ...asked, ...claimsFor(op, 'userinfo', { client, account: token.account, scopes }) };
}
