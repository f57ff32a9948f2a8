/**
 * What an upstream's word about a person becomes here. Its claims pass the rules of the configuration or nobody comes in; what is then given
 * to the account is the standard profile and what a rule names, never what only we may say (verified addresses, groups, roles), however it is
 * spelled there.
 */
import { type Json, protectedClaims, standardScopeClaims } from '@symbolon/provider';
import { type ClaimFault, mapClaims } from '@symbolon/relying-party';
import type { Given } from '../store.ts';
import { type Arrival, emailDomain, type UpstreamConfig } from '../upstream.ts';

export type Profile = {
  readonly given: Given;
  /** What she corrected herself: not the upstream's, now or later. */
  readonly corrected?: Readonly<Record<string, Json>>;
  readonly email?: string;
  /** The upstream says so, with the boolean true. */
  readonly emailVerified: boolean;
  /** It is trusted for the domain of the address. */
  readonly trusted: boolean;
};

const ours = new Set([...protectedClaims, 'email_verified', 'phone_number_verified', 'groups', 'roles', 'updated_at', '__proto__']);
const { profile = [], email = [], phone = [], address = [] } = standardScopeClaims;
const standard = [...profile, ...email, ...phone, ...address].filter((name) => !ours.has(name));

/** Longer texts are not taken: a profile is not a place to keep things in. */
const longestText = 1000;
const largestValue = 4096;

/** The profile, or every rule its claims break. */
export function readProfile(upstream: UpstreamConfig, { claims }: Arrival): Profile | { readonly faults: readonly ClaimFault[] } {
  const { attributes, faults } = mapClaims(upstream.claims, claims);
  if (faults.length > 0) return { faults };
  const renamed = Object.entries(upstream.claims).flatMap(([name, { to }]) => (to === undefined || to === name ? [] : [name]));
  const taken = standard.filter((name) => !renamed.includes(name)).map((name) => [name, standardValue(name, claims[name])] as const);
  const named = Object.entries(attributes).map(([name, value]) => [name, ownValue(name, value)] as const);
  const all = Object.fromEntries([...taken, ...named].filter((entry): entry is [string, Json] => entry[1] !== undefined));
  const address = addressOf(claims.email);
  const emailVerified = claims.email_verified === true;
  const trusted = address !== undefined && upstream.domains.includes(emailDomain(address) ?? '');
  return {
    given: {
      claims: typeof all.email === 'string' ? { ...all, email_verified: emailVerified && trusted } : all,
      groups: namesOf(upstream.groups, claims),
      roles: namesOf(upstream.roles, claims),
    },
    ...(address === undefined ? {} : { email: address }),
    emailVerified,
    trusted,
  };
}

function addressOf(email: unknown): string | undefined {
  return typeof email === 'string' && email.length <= 254 && emailDomain(email) !== undefined ? email : undefined;
}

/** Applications make links and pictures of them. */
const webAddresses = new Set(['profile', 'picture', 'website']);

/** The value of a standard claim as an account may hold it; undefined for what is none. */
export function standardValue(name: string, value: unknown): Json | undefined {
  if (name === 'email') return addressOf(value);
  if (webAddresses.has(name)) return /^https?:\/\/[^\s<>"]+$/i.test(String(value)) ? textOf(value) : undefined;
  if (name !== 'address') return textOf(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const lines = Object.entries(value).filter((entry): entry is [string, string] => !ours.has(entry[0]) && textOf(entry[1]) !== undefined);
  return lines.length === 0 || lines.length > 20 ? undefined : Object.fromEntries(lines);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= longestText && value.isWellFormed() && !value.includes('\0')
    ? value
    : undefined;
}

/** What a rule names may be of any kind, within limits; the address of a person stays an address. */
function ownValue(name: string, value: unknown): Json | undefined {
  if (ours.has(name)) return undefined;
  if (standard.includes(name)) return standardValue(name, value);
  const text = JSON.stringify(value);
  return text.length <= largestValue && text.isWellFormed() && !text.includes('\\u0000') ? (JSON.parse(text) as Json) : undefined;
}

/** A list of names there, or one, or several with spaces between; those of the map are what they are here. */
function namesOf(wanted: UpstreamConfig['groups'], claims: Arrival['claims']): readonly string[] {
  if (wanted === undefined) return [];
  const value = claims[wanted.claim];
  const names: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? [value, ...value.split(' ')] : [];
  const here = names.flatMap((name) => (typeof name === 'string' && Object.hasOwn(wanted.map, name) ? (wanted.map[name] ?? []) : []));
  return [...new Set(here)];
}
