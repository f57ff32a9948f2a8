/** ID tokens (OpenID Connect Core section 2), signed with the algorithm the client registered, and encrypted where it wants that. */
import type { Account, Json } from '../accounts.ts';
import { lifetimeOf } from '../active-client.ts';
import { claimsFor, requestedClaims } from '../claims.ts';
import { type Client, claimsPlaced } from '../client.ts';
import { encryptedFor } from '../encrypted-for.ts';
import type { Provider } from '../op.ts';
import { signerOf } from '../signer.ts';
import type { Grant } from '../store.ts';
import { subjectOf } from '../subject.ts';
import type { ClaimsParameter } from '../wire/claims-parameter.ts';
import { tokenHash } from '../wire/hashes.ts';
import { signJwt } from '../wire/jwt.ts';

export type IdTokenFacts = {
  readonly grant: Pick<Grant, 'authTime' | 'amr' | 'acr' | 'sid'> & { readonly claims?: ClaimsParameter | undefined };
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  /** What is given with it, of which it carries the hashes. */
  readonly accessToken: string | undefined;
  readonly code?: string | undefined;
};

/** A signed ID token, encrypted where the client wants it so. Throws server_error when there is no key for the client's algorithm. */
export async function idToken(op: Provider, client: Client, facts: IdTokenFacts): Promise<string> {
  const alg = client.id_token_signed_response_alg;
  const iat = op.now();
  const { account, scopes } = facts;
  const claims: Record<string, Json> = {
    ...requestedClaims(facts.account, facts.grant.claims?.id_token, client.scopes, op.settings.scopes),
    ...claimsFor(op, 'id_token', { client: standsAlone(facts) ? claimsPlaced(client, 'id_token') : client, account, scopes }),
    iss: op.settings.issuer,
    sub: subjectOf(op, client, facts.account.sub),
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
  return encryptedFor(op, client, 'id_token', await signJwt(signerOf(op, client, alg), claims));
}

/** No access token will ever ask userinfo for the claims of scopes (OpenID Connect Core section 5.4). */
function standsAlone({ accessToken, code }: IdTokenFacts): boolean {
  return accessToken === undefined && code === undefined;
}
