/**
 * What an upstream gives an account, merged into it. It replaces what the same upstream gave before, and nothing else: what the operator or
 * another upstream gave stays, and what the upstream takes away goes.
 */
import type { Account } from '@symbolon/provider';
import type { Given, Identity } from '../store.ts';

type Merged = { readonly account: Account; readonly given: Given };

/**
 * The account afterwards, and what of it is the upstream's. Where the account was there before the upstream (`linked`), only claims that it
 * does not have are taken: a profile does not change hands by being linked.
 */
export function merge(account: Account, before: Given, wanted: Given, origin: Identity['origin'], now: number): Merged {
  const own = without(account.claims, Object.keys(before.claims));
  const claims = origin === 'linked' ? without(wanted.claims, Object.keys(own)) : wanted.claims;
  const groups = mergeNames(account.groups, before.groups, wanted.groups);
  const roles = mergeNames(account.roles, before.roles, wanted.roles);
  const next = { ...account, claims: { ...own, ...claims }, groups: groups.all, roles: roles.all };
  const given = { claims, groups: groups.given, roles: roles.given };
  return { account: JSON.stringify(next) === JSON.stringify(account) ? account : { ...next, updatedAt: now }, given };
}

function mergeNames(all: readonly string[], before: readonly string[], wanted: readonly string[]) {
  const own = all.filter((name) => !before.includes(name));
  const given = [...new Set(wanted)].filter((name) => !own.includes(name));
  return { all: [...own, ...given], given };
}

function without<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
