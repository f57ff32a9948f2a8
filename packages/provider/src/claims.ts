/** Which claims leave, and where: those that scopes release (OpenID Connect Core sections 5.1, 5.4), then those that are mapped. Pure. */
import type { Account, Json } from './accounts.ts';
import { isEmpty } from './claim-mapping/source.ts';
import { isFree } from './claim-mapping/target.ts';
import { type ClaimMapper, type ClaimPlace, mapAudience, mapClaims } from './claim-mapping.ts';
import type { Client } from './client.ts';
import type { Provider } from './op.ts';
import type { ScopeDefinition, Settings } from './settings.ts';
import { subjectOf } from './subject.ts';
import { type Aimed, resourcesOf } from './token/audience.ts';
import { type ClaimRequest, type ClaimRequests, wantedValues } from './wire/claims-parameter.ts';
import { standardScopeClaims } from './wire/scope.ts';

/** Whom the claims are about, none for a client acting for itself, and what this client was granted. */
export type ClaimFacts = { readonly client: Client; readonly account: Account | undefined; readonly scopes: readonly string[] };

/** The claims that go into this place. Never a protected one but `sub`, which is there when the scopes' claims are. */
export function claimsFor(op: Provider, place: ClaimPlace, { client, account, scopes }: ClaimFacts): Readonly<Record<string, Json>> {
  const released = releasesScopes(place, client);
  const sub = account && subjectOf(op, client, account.sub);
  const claims = released && account !== undefined ? { ...claimsOf(account, scopes, op.settings.scopes), sub: sub ?? account.sub } : {};
  return mapClaims(
    claims,
    mappersOf(op.settings, client),
    { account, sub, scopes },
    ({ into, scope }) =>
      // The policy that puts the claims of scopes into the ID token too means those that are mapped for a scope as well.
      into.includes(place) || (released && scope !== undefined && into.includes('userinfo')),
  );
}

/** `aud` of an access token: the APIs it is meant for, else its client, and whoever mappers add. One value stands by itself. */
export function audienceOf(op: Provider, client: Client, scopes: readonly string[], aimed: Aimed): string | readonly string[] {
  const mapped = mapAudience(client.client_id, mappersOf(op.settings, client), scopes);
  const [first, ...others] = resourcesOf(aimed);
  if (first === undefined) return mapped;
  const added = typeof mapped === 'string' ? [] : mapped.slice(1);
  return others.length + added.length === 0 ? first : [...new Set([first, ...others, ...added])];
}

/** Whether what scopes release goes there: userinfo always, the ID token where the client's policy says so. */
function releasesScopes(place: ClaimPlace, { policy }: Client): boolean {
  return place === 'userinfo' || (place === 'id_token' && policy.scopeClaims === 'id_token');
}

/** The tenant's first, so that a client's own win. */
function mappersOf({ claims = [] }: Settings, client: Client): readonly ClaimMapper[] {
  return client.claims === undefined ? claims : [...claims, ...client.claims];
}

/** Claims of the scopes, `sub` first; a claim without a value is left out, never null or empty (OpenID Connect Core section 5.3.2). */
export function claimsOf(account: Account, scopes: readonly string[], definitions: readonly ScopeDefinition[]): Record<string, Json> {
  const claims: Record<string, Json> = { sub: account.sub };
  for (const scope of scopes) {
    for (const name of claimsOfScope(scope, definitions)) {
      const value = isFree(name) ? claimValue(account, name) : undefined;
      if (value !== undefined) claims[name] = value;
    }
  }
  return claims;
}

/** The claims that a scope releases; none for a scope nobody knows. */
export function claimsOfScope(scope: string, definitions: readonly ScopeDefinition[]): readonly string[] {
  if (Object.hasOwn(standardScopeClaims, scope)) return standardScopeClaims[scope] ?? [];
  return definitions.find((definition) => definition.name === scope)?.claims ?? [];
}

/**
 * Claims asked for by name (OpenID Connect Core section 5.5), as far as `scopes` could release them. One that has none of the values asked
 * for is left out, as one that is not there.
 */
export function requestedClaims(
  account: Account,
  requests: ClaimRequests | undefined,
  scopes: readonly string[],
  definitions: readonly ScopeDefinition[],
): Record<string, Json> {
  if (requests === undefined) return {};
  const all = Object.entries(claimsOf(account, scopes, definitions));
  return Object.fromEntries(all.filter(([name, value]) => Object.hasOwn(requests, name) && isWanted(value, requests[name])));
}

function isWanted(value: Json, request: ClaimRequest | undefined): boolean {
  // Members of an object in another order make another value: nobody asks for an object by value.
  return wantedValues(request)?.some((wanted) => JSON.stringify(wanted) === JSON.stringify(value)) ?? true;
}

/** Every claim that some scope or mapper of the tenant can release, for `claims_supported`. */
export function claimNames({ scopes, claims = [] }: Pick<Settings, 'scopes' | 'claims'>): readonly string[] {
  const released = [...Object.values(standardScopeClaims), ...scopes.map((scope) => scope.claims)].flat();
  const mapped = claims.flatMap((mapper) => ('target' in mapper ? mapper.target.slice(0, 1) : []));
  return [...new Set([...released, ...mapped])];
}

function claimValue(account: Account, name: string): Json | undefined {
  if (name === 'updated_at') return account.updatedAt;
  const value = Object.hasOwn(account.claims, name) ? account.claims[name] : membership(account, name);
  return isEmpty(value) ? undefined : value;
}

function membership(account: Account, name: string): Json | undefined {
  if (name === 'groups') return account.groups;
  if (name === 'roles') return account.roles;
  return undefined;
}
