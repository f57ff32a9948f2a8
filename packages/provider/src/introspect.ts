/**
 * Token introspection (RFC 7662): what a token is worth now, for the confidential client it was issued to,
 * and for the client of an API it is meant for (RFC 8707). Of everything dead, foreign or
 * unknown it says `{"active":false}` and nothing else. As JSON, or signed (and encrypted) for who asks for it (RFC 9701). One store statement.
 */
import { mayUse } from './access.ts';
import type { Account, Json } from './accounts.ts';
import { activeClient, lifetimeOf } from './active-client.ts';
import { audienceOf, claimsFor } from './claims.ts';
import type { Client } from './client.ts';
import { authenticateClient } from './client-auth/authenticate.ts';
import { tokenTypeOf } from './confirmation.ts';
import { encryptedFor } from './encrypted-for.ts';
import { type CoreRequest, type CoreResponse, formOf, json, jwt } from './exchange.ts';
import type { Provider } from './op.ts';
import { defaultAlgorithm, signerOf } from './signer.ts';
import type { AccessToken, Grant } from './store.ts';
import { sectorOf, subjectOf } from './subject.ts';
import { accessTokenHash } from './token/access-token.ts';
import { inReach, resourcesOf } from './token/audience.ts';
import { readRefreshToken } from './token/refresh-token.ts';
import { OAuthError } from './wire/error.ts';
import { type Payload, signJwt } from './wire/jwt.ts';
import { required } from './wire/parameters.ts';
import { intersect } from './wire/scope.ts';

export async function introspect(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const form = formOf(request);
  const client = await authenticateClient(op, request, form);
  if (client.token_endpoint_auth_method === 'none') throw new OAuthError('invalid_client', 'a public client cannot introspect tokens');
  const token = required(form, 'token');
  // The form of the token says what it is; token_type_hint is only a hint and needs no reading.
  const found = (await introspectRefresh(op, client, token)) ?? (await introspectAccess(op, client, token));
  const answer = found ?? { active: false };
  return wantsJwt(request) ? signed(op, client, answer) : json(200, answer);
}

type Active = Payload & { readonly active: true };

const signedType = 'token-introspection+jwt';

/** RFC 9701 section 4: named among the media types the caller accepts. */
function wantsJwt({ headers: { accept } }: CoreRequest): boolean {
  const types = String(accept ?? '').split(',');
  return types.some((type) => type.split(';', 1)[0]?.trim().toLowerCase() === `application/${signedType}`);
}

/** RFC 9701 section 5. What is said of the token stands apart, so that the answer never passes for the token itself. */
async function signed(op: Provider, caller: Client, token_introspection: Payload): Promise<CoreResponse> {
  const alg = caller.introspection_signed_response_alg ?? defaultAlgorithm(op.settings);
  const claims = { iss: op.settings.issuer, aud: caller.client_id, iat: op.now(), token_introspection: defined(token_introspection) };
  const token = await signJwt(signerOf(op, caller, alg), claims, { typ: signedType });
  return jwt(`application/${signedType}`, await encryptedFor(op, caller, 'introspection', token));
}

function defined(members: Payload): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

async function introspectAccess(op: Provider, caller: Client, value: string): Promise<Active | undefined> {
  const hash = accessTokenHash(op, value);
  const token = hash === undefined ? undefined : await op.store.tokens.findAccess(hash, op.now());
  if (token === undefined) return undefined;
  const told = await toldTo(op, caller, token);
  if (told === undefined) return undefined;
  const { owner, audience } = told;
  const { grant, account } = token;
  if (grant !== undefined && !mayUse(owner, account)) return undefined;
  const scopes = intersect(token.scopes ?? grant?.scopes ?? [], owner.scopes);
  const common = {
    ...claimsFor(op, 'introspection', { client: owner, account, scopes }),
    token_type: tokenTypeOf(token.confirmation),
    cnf: token.confirmation,
    iat: token.issuedAt,
    exp: token.expiresAt,
    aud: audienceOf(op, owner, scopes, { token: { ...token, audience }, grant }),
  };
  if (grant === undefined) return active(op, owner, scopes, { ...common, sub: token.client_id });
  return active(op, owner, scopes, {
    ...common,
    ...person(op, owner, grant),
    ...nameOf([caller, owner], account),
  });
}

type Told = { readonly owner: Client; readonly audience: readonly string[] };

/**
 * The client a token was issued to and the APIs it is good for now, when the caller is that client or one of those APIs; undefined when it may
 * not know, or when nothing is left of what the token was meant for.
 */
async function toldTo(op: Provider, caller: Client, token: AccessToken): Promise<Told | undefined> {
  const owner = token.client_id === caller.client_id ? caller : await activeClient(op, token.client_id);
  if (owner === undefined) return undefined;
  const meant = resourcesOf({ token, grant: token.grant });
  const audience = await inReach(op, owner, meant);
  if (audience.length === 0 && meant.length > 0) return undefined;
  const its = op.settings.resources.some(({ id, client_id }) => client_id === caller.client_id && audience.includes(id));
  return owner === caller || its ? { owner, audience } : undefined;
}

/** Who knows people by subjects of its own, as the asker or as the token's client, is not told the name by which everybody knows them. */
function nameOf(clients: readonly Client[], account: Account | undefined): Payload {
  const apart = clients.some((client) => sectorOf(client) !== undefined);
  return account === undefined || apart ? {} : { username: account.username };
}

async function introspectRefresh(op: Provider, caller: Client, value: string): Promise<Active | undefined> {
  const read = readRefreshToken(op.vault, value);
  if (read === undefined) return undefined;
  const grace = lifetimeOf(op, caller, 'refreshGrace');
  const grant = await op.store.tokens.findRefresh(read.familyHash, read.generation, grace, op.now());
  if (grant === undefined || grant.client_id !== caller.client_id) return undefined;
  return active(op, caller, intersect(grant.scopes, caller.scopes), {
    exp: grant.expiresAt,
    iat: grant.createdAt,
    cnf: grant.confirmation,
    ...person(op, caller, grant),
  });
}

function person(op: Provider, caller: Client, { sub, authTime, amr, acr, sid }: Grant): Payload {
  return { sub: subjectOf(op, caller, sub), auth_time: authTime, amr, acr, sid };
}

function active(op: Provider, client: Client, scopes: readonly string[], members: Payload): Active {
  return { ...members, active: true, iss: op.settings.issuer, client_id: client.client_id, scope: scopes.join(' ') };
}
