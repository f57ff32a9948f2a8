/** Which claims a set of scopes releases about an account (OpenID Connect Core sections 5.1, 5.4). Pure. */
import type { Account, Json } from './accounts.ts';
import type { ScopeDefinition } from './settings.ts';
import { standardScopeClaims } from './wire/scope.ts';

/** Claims of the scopes, `sub` first; a claim without a value is left out, never null or empty (OpenID Connect Core section 5.3.2). */
export function claimsOf(account: Account, scopes: readonly string[], definitions: readonly ScopeDefinition[]): Record<string, Json> {
  const claims: Record<string, Json> = { sub: account.sub };
  for (const scope of scopes) {
    const names = standardScopeClaims[scope] ?? definitions.find((definition) => definition.name === scope)?.claims ?? [];
    for (const name of names) {
      const value = claimValue(account, name);
      if (value !== undefined) claims[name] = value;
    }
  }
  return claims;
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
