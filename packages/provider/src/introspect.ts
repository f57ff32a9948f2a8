/**
 * Token introspection (RFC 7662): what a token is worth now, for the confidential client it was issued to,
 * and for the client of an API it is meant for (RFC 8707). Of everything dead, foreign or
 * unknown it says `{"active":false}` and nothing else. One store statement.
 */
import { activeClient, lifetimeOf } from './active-client.ts';
import type { Client } from './client.ts';
import { authenticateClient } from './client-auth/authenticate.ts';
import { type CoreRequest, type CoreResponse, formOf, json } from './exchange.ts';
import type { Provider } from './op.ts';
import type { AccessToken, Grant } from './store.ts';
import { accessTokenHash } from './token/access-token.ts';
import { audienceOf, resourcesOf } from './token/audience.ts';
import { readRefreshToken } from './token/refresh-token.ts';
import { OAuthError } from './wire/error.ts';
import { required } from './wire/parameters.ts';
import { intersect } from './wire/scope.ts';

export async function introspect(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const form = formOf(request);
  const client = await authenticateClient(op, request, form);
  if (client.token_endpoint_auth_method === 'none') throw new OAuthError('invalid_client', 'a public client cannot introspect tokens');
  const token = required(form, 'token');
  // The form of the token says what it is; token_type_hint is only a hint and needs no reading.
  const found = (await introspectRefresh(op, client, token)) ?? (await introspectAccess(op, client, token));
  return json(200, found ?? { active: false });
}

type Active = Readonly<Record<string, unknown>> & { readonly active: true };

async function introspectAccess(op: Provider, caller: Client, value: string): Promise<Active | undefined> {
  const hash = accessTokenHash(op, value);
  const token = hash === undefined ? undefined : await op.store.tokens.findAccess(hash, op.now());
  if (token === undefined) return undefined;
  const owner = await ownerFor(op, caller, token);
  if (owner === undefined) return undefined;
  const { grant, account } = token;
  if (grant !== undefined && account?.active !== true) return undefined;
  const common = { token_type: 'Bearer', iat: token.issuedAt, exp: token.expiresAt, aud: audienceOf({ token, grant }) };
  const scopes = intersect(token.scopes ?? grant?.scopes ?? [], owner.scopes);
  if (grant === undefined) return active(op, owner, scopes, { ...common, sub: token.client_id });
  return active(op, owner, scopes, { ...common, ...person(grant), sub: grant.sub, username: account?.username });
}

/** The client a token was issued to, when the caller is that client or a resource among the token's; undefined when it may not know. */
async function ownerFor(op: Provider, caller: Client, token: AccessToken): Promise<Client | undefined> {
  if (token.client_id === caller.client_id) return caller;
  const meant = resourcesOf({ token, grant: token.grant });
  const own = op.settings.resources.some(({ id, client_id }) => client_id === caller.client_id && meant.includes(id));
  return own ? activeClient(op, token.client_id) : undefined;
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
    sub: grant.sub,
    ...person(grant),
  });
}

function person({ authTime, amr, acr, sid }: Grant) {
  return { auth_time: authTime, amr, acr, sid };
}

function active(op: Provider, client: Client, scopes: readonly string[], members: Readonly<Record<string, unknown>>): Active {
  return { active: true, iss: op.settings.issuer, client_id: client.client_id, scope: scopes.join(' '), ...members };
}
