/** Which claims a set of scopes releases about an account (OpenID Connect Core sections 5.1, 5.4). Pure. */
import type { Account, Json } from './accounts.ts';
import type { ScopeDefinition } from './settings.ts';
import { type ClaimRequest, type ClaimRequests, wantedValues } from './wire/claims-parameter.ts';
import { standardScopeClaims } from './wire/scope.ts';

/** Claims of the scopes, `sub` first; a claim without a value is left out, never null or empty (OpenID Connect Core section 5.3.2). */
export function claimsOf(account: Account, scopes: readonly string[], definitions: readonly ScopeDefinition[]): Record<string, Json> {
  const claims: Record<string, Json> = { sub: account.sub };
  for (const scope of scopes) {
    for (const name of claimsOfScope(scope, definitions)) {
      const value = claimValue(account, name);
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

/** Every claim some scope can release, for `claims_supported`. */
export function claimNames(definitions: readonly ScopeDefinition[]): readonly string[] {
  return [...new Set([...Object.values(standardScopeClaims), ...definitions.map((definition) => definition.claims)].flat())];
}

function claimValue(account: Account, name: string): Json | undefined {
  if (name === 'sub') return account.sub;
  if (name === 'updated_at') return account.updatedAt;
  const value = Object.hasOwn(account.claims, name) ? account.claims[name] : membership(account, name);
  return isEmpty(value) ? undefined : value;
}

function membership(account: Account, name: string): Json | undefined {
  if (name === 'groups') return account.groups;
  if (name === 'roles') return account.roles;
  return undefined;
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
