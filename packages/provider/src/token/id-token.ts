/** ID tokens (OpenID Connect Core section 2), signed with the algorithm the client registered. */
import type { Account, Json } from '../accounts.ts';
import { lifetimeOf, sharedSecret } from '../active-client.ts';
import { claimsOf, requestedClaims } from '../claims.ts';
import type { Client } from '../client.ts';
import type { Provider } from '../op.ts';
import type { Grant } from '../store.ts';
import { isAsymmetric } from '../wire/algorithms.ts';
import type { ClaimsParameter } from '../wire/claims-parameter.ts';
import { OAuthError } from '../wire/error.ts';
import { tokenHash } from '../wire/hashes.ts';
import { type JwtSigner, signJwt } from '../wire/jwt.ts';

export type IdTokenFacts = {
  readonly grant: Pick<Grant, 'authTime' | 'amr' | 'acr' | 'sid'> & { readonly claims?: ClaimsParameter | undefined };
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  /** What is given with it, of which it carries the hashes. */
  readonly accessToken: string | undefined;
  readonly code?: string | undefined;
};

/** A signed ID token. Throws server_error when the tenant has no key for the client's algorithm. */
export function idToken(op: Provider, client: Client, facts: IdTokenFacts): Promise<string> {
  const alg = client.id_token_signed_response_alg;
  const iat = op.now();
  const claims: Record<string, Json> = {
    iss: op.settings.issuer,
    ...(client.policy.scopeClaims === 'id_token' || standsAlone(facts)
      ? claimsOf(facts.account, facts.scopes, op.settings.scopes)
      : undefined),
    ...requestedClaims(facts.account, facts.grant.claims?.id_token, client.scopes, op.settings.scopes),
    sub: facts.account.sub,
    aud: client.client_id,
    exp: iat + lifetimeOf(op, client, 'idToken'),
    iat,
    auth_time: facts.grant.authTime,
    amr: facts.grant.amr,
  };
  if (facts.accessToken !== undefined) claims.at_hash = tokenHash(alg, facts.accessToken);
  if (facts.code !== undefined) claims.c_hash = tokenHash(alg, facts.code);
  if (facts.nonce !== undefined) claims.nonce = facts.nonce;
  if (facts.grant.sid !== undefined) claims.sid = facts.grant.sid;
  if (facts.grant.acr !== undefined) claims.acr = facts.grant.acr;
  return signJwt(signerOf(op, client), claims);
}

/** No access token will ever ask userinfo for the claims of scopes (OpenID Connect Core section 5.4). */
function standsAlone({ accessToken, code }: IdTokenFacts): boolean {
  return accessToken === undefined && code === undefined;
}

function signerOf(op: Provider, client: Client): JwtSigner {
  const alg = client.id_token_signed_response_alg;
  if (isAsymmetric(alg)) {
    const key = op.keys.signing(alg);
    if (key !== undefined) return key;
    throw new OAuthError('server_error', 'no key for the registered signature algorithm', {
      diagnostic: `${client.client_id} wants ${alg}`,
    });
  }
  // The client's own secret (OpenID Connect Core section 10.1), so that the client, and only it, can verify.
  const secret = sharedSecret(op.vault, client);
  if (secret === undefined)
    throw new OAuthError('server_error', 'no secret to sign with', {
      diagnostic: `${client.client_id} wants ${alg} but keeps no sealed secret`,
    });
  return { alg, secret };
}
