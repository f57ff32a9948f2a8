/** ID tokens (OpenID Connect Core section 2), signed with the algorithm the client registered. */
import type { Account, Json } from '../accounts.ts';
import { lifetimeOf } from '../active-client.ts';
import { claimsFor } from '../claims.ts';
import type { Client } from '../client.ts';
import type { Provider } from '../op.ts';
import { signerOf } from '../signer.ts';
import type { Grant } from '../store.ts';
import { subjectOf } from '../subject.ts';
import { tokenHash } from '../wire/hashes.ts';
import { signJwt } from '../wire/jwt.ts';

export type IdTokenFacts = {
  readonly grant: Grant;
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly accessToken: string;
};

/** A signed ID token. Throws server_error when the tenant has no key for the client's algorithm. */
export function idToken(op: Provider, client: Client, facts: IdTokenFacts): Promise<string> {
  const alg = client.id_token_signed_response_alg;
  const iat = op.now();
  const claims: Record<string, Json> = {
    ...claimsFor(op, 'id_token', { client, account: facts.account, scopes: facts.scopes }),
    iss: op.settings.issuer,
    sub: subjectOf(op, client, facts.account.sub),
    aud: client.client_id,
    exp: iat + lifetimeOf(op, client, 'idToken'),
    iat,
    auth_time: facts.grant.authTime,
    amr: facts.grant.amr,
    at_hash: tokenHash(alg, facts.accessToken),
  };
  if (facts.nonce !== undefined) claims.nonce = facts.nonce;
  if (facts.grant.sid !== undefined) claims.sid = facts.grant.sid;
  if (facts.grant.acr !== undefined) claims.acr = facts.grant.acr;
  return signJwt(signerOf(op, client, alg), claims);
}
