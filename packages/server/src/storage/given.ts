/**
 * What an upstream gives an account, merged into it. It replaces what the same upstream gave before, and nothing else: what the operator or
 * another upstream gave stays, and what the upstream takes away goes.
 */
import type { Account } from '@symbolon/provider';
import type { Given } from '../store.ts';

type Merged = { readonly account: Account; readonly given: Given };

/**
 * The account afterwards, and what of it is the upstream's: only claims that the account does not have from elsewhere. A profile does not
 * change hands by being linked, and what a person corrected stays corrected.
 */
export function merge(account: Account, before: Given, wanted: Given, now: number): Merged {
  const own = without(account.claims, Object.keys(before.claims));
  const claims = without(wanted.claims, heldBy(own));
  const groups = mergeNames(account.groups, before.groups, wanted.groups);
  const roles = mergeNames(account.roles, before.roles, wanted.roles);
  const next = { ...account, claims: { ...own, ...claims }, groups: groups.all, roles: roles.all };
  const given = { claims, groups: groups.given, roles: roles.given };
  return { account: JSON.stringify(next) === JSON.stringify(account) ? account : { ...next, updatedAt: now }, given };
}

/** An address and the word on it go together: what an upstream says of its address would else make another one verified. */
function heldBy(own: Account['claims']): readonly string[] {
  const pairs = [
    ['email', 'email_verified'],
    ['phone_number', 'phone_number_verified'],
  ];
  return [...Object.keys(own), ...pairs.filter((pair) => pair.some((name) => Object.hasOwn(own, name))).flat()];
}

function mergeNames(all: readonly string[], before: readonly string[], wanted: readonly string[]) {
  const own = all.filter((name) => !before.includes(name));
  const given = [...new Set(wanted)].filter((name) => !own.includes(name));
  return { all: [...own, ...given], given };
}

function without<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
