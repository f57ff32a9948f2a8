/**
 * Access tokens: 256 random bits, of which the store keeps a hash. Drafted before the store is asked, written out by the minter: as they are,
 * or as the `jti` of a JWT (RFC 9068) that an API can check by itself. Both are looked up alike, so revocation holds for both here.
 */
import type { Json } from '../accounts.ts';
import { lifetimeOf } from '../active-client.ts';
import { audienceOf, claimsFor } from '../claims.ts';
import type { Client } from '../client.ts';
import type { Confirmation } from '../confirmation.ts';
import type { Provider } from '../op.ts';
import { subjectOf } from '../subject.ts';
import { OAuthError } from '../wire/error.ts';
import { sha256 } from '../wire/hashes.ts';
import { signJwt, verifyOwnJwt } from '../wire/jwt.ts';
import type { DraftAccessToken, Issuance } from './issuance.ts';

/** What an opaque token of ours looks like. Nothing else is hashed, so no text can be made that hashes to what stands for a `jti`. */
const opaqueForm = /^[A-Za-z0-9_-]{43}$/;

/** RFC 9068 section 2.1: keeps an access token from passing for an ID token, and the reverse. */
const jwtType = 'at+jwt';

/** What distinguishes an access token from others of its grant. */
export type Terms = {
  readonly scopes?: readonly string[] | undefined;
  readonly audience?: readonly string[] | undefined;
  readonly confirmation?: Confirmation | undefined;
};

/** A new access token and what the store is to keep of it; nothing is written yet. */
export function draftAccessToken(op: Provider, client: Client, { scopes, audience, confirmation }: Terms = {}): DraftAccessToken {
  const id = op.random(32);
  const issuedAt = op.now();
  const hash = client.policy.accessToken === 'jwt' ? jwtHash(id) : sha256(id);
  const row = { hash, client_id: client.client_id, issuedAt, expiresAt: issuedAt + lifetimeOf(op, client, 'accessToken') };
  return { id, row: { ...row, ...(scopes && { scopes }), ...(audience && { audience }), ...(confirmation && { confirmation }) } };
}

/** What the client is given. */
export async function writeAccessToken(op: Provider, issuance: Issuance): Promise<string> {
  return issuance.client.policy.accessToken === 'jwt' ? writeJwt(op, issuance) : issuance.access.id;
}

/** Under which hash the store keeps the token that a request shows; undefined for a JWT that this provider did not sign, or that is dead. */
export function accessTokenHash(op: Provider, value: string): string | undefined {
  if (!value.includes('.')) return opaqueForm.test(value) ? sha256(value) : undefined;
  const claims = verifyOwnJwt(op.keys, value, { issuer: op.settings.issuer, typ: jwtType, now: op.now() });
  return typeof claims?.jti === 'string' ? jwtHash(claims.jti) : undefined;
}

/** A `jti` stands in clear in its token: hashed apart, so that it is not itself a token. */
function jwtHash(jti: string): string {
  return sha256(`jti ${jti}`);
}

/** RFC 9068 section 2.2. Throws server_error when the tenant has no key. */
function writeJwt(op: Provider, { client, access, scopes, person }: Issuance): Promise<string> {
  const [alg] = op.settings.signing;
  const key = alg === undefined ? undefined : op.keys.signing(alg);
  if (key === undefined) throw new OAuthError('server_error', 'no key to sign access tokens with', { diagnostic: `${alg} of the tenant` });
  const claims: Record<string, Json> = {
    ...claimsFor(op, 'access_token', { client, account: person?.account, scopes }),
    iss: op.settings.issuer,
    sub: person === undefined ? client.client_id : subjectOf(op, client, person.account.sub),
    aud: audienceOf(op, client, scopes, { token: access.row, grant: person?.grant }),
    client_id: client.client_id,
    scope: scopes.join(' '),
    jti: access.id,
    iat: access.row.issuedAt,
    exp: access.row.expiresAt,
  };
  if (access.row.confirmation !== undefined) claims.cnf = access.row.confirmation;
  if (person !== undefined) Object.assign(claims, { auth_time: person.grant.authTime, amr: person.grant.amr });
  if (person?.grant.acr !== undefined) claims.acr = person.grant.acr;
  return signJwt(key, claims, { typ: jwtType });
}
