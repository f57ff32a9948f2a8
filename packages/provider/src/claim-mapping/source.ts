/** Where a mapped claim comes from: one row a source. Pure. */
import type { Account, Json } from '../accounts.ts';
import { follow, type JsonPath } from './path.ts';

export type ClaimSource =
  /** An attribute of the person by its claim name. */
  | { readonly from: 'claim'; readonly name: string }
  /** Something inside an attribute; the first step is the attribute. */
  | { readonly from: 'path'; readonly path: JsonPath }
  /** All of them, or those that begin with the prefix; `cut` leaves the prefix off. */
  | { readonly from: 'groups' | 'roles'; readonly prefix: string; readonly cut: boolean }
  | { readonly from: 'value'; readonly value: Json }
  | { readonly from: 'sub' | 'username' | 'scopes' };

export const claimSources = [
  'claim',
  'path',
  'groups',
  'roles',
  'value',
  'sub',
  'username',
  'scopes',
] as const satisfies readonly ClaimSource['from'][];

/** What a mapper may look at. A client acting for itself has no account. */
export type Sources = {
  readonly account: Account | undefined;
  /** The subject as this client knows it. */
  readonly sub: string | undefined;
  readonly scopes: readonly string[];
};

/** The value, or undefined when there is none: null and what is empty count as none (OpenID Connect Core section 5.3.2). */
export function valueFor(source: ClaimSource, sources: Sources): Json | undefined {
  const value = lookUp(source, sources);
  return isEmpty(value) ? undefined : value;
}

function lookUp(source: ClaimSource, { account, sub, scopes }: Sources): Json | undefined {
  switch (source.from) {
    case 'value':
      return source.value;
    case 'scopes':
      return scopes;
    case 'sub':
      return account && sub;
    case 'username':
      return account?.username;
    case 'claim':
      return account && attribute(account, source.name);
    case 'path':
      return account && follow(account.claims, source.path);
    case 'groups':
    case 'roles':
      return account && named(account[source.from], source.prefix, source.cut);
    default:
      return undefined;
  }
}

function attribute({ claims, updatedAt }: Account, name: string): Json | undefined {
  if (name === 'updated_at') return updatedAt;
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function named(names: readonly string[], prefix: string, cut: boolean): readonly string[] {
  if (prefix === '') return names;
  const chosen = names.filter((name) => name.startsWith(prefix) && name !== prefix);
  return cut ? chosen.map((name) => name.slice(prefix.length)) : chosen;
}

export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
