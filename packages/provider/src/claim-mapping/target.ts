/** Where a mapped claim goes: a name, or a way into an object; and the names that only the provider itself writes. */
import type { Json } from '../accounts.ts';

/** The claim's name, then names inside its value. */
export type ClaimTarget = readonly string[];

/**
 * Claims that say who issued what to whom, when and how, and members that make an answer what it is (RFC 7519, OpenID Connect Core section 2,
 * RFC 7662, RFC 7800, RFC 8693, RFC 9068, RFC 9701, Back-Channel Logout): nobody's attribute and nobody's mapper may write them.
 */
export const protectedClaims: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'sid', 'at_hash', 'c_hash', 's_hash'],
  ...['client_id', 'scope', 'cnf', 'act', 'may_act', 'active', 'token_type', 'token_introspection', 'authorization_details'],
  ...['events', 'sub_id', 'sub_jwk', 'vot', 'vtm', '_claim_names', '_claim_sources'],
]);

/** In JavaScript these are not names of data. */
const special = new Set(['__proto__', 'constructor', 'prototype']);

const deepest = 8;
const longest = 256;

/** Whether the provider leaves this claim to others. */
export function isFree(name: string | undefined): name is string {
  return name !== undefined && !protectedClaims.has(name) && !special.has(name);
}

/** `context.user.groups` is a way into an object; what has more than letters, digits, `_`, `-` and dots in it (a URI) is one name. */
export function parseTarget(text: string): ClaimTarget {
  return /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+$/.test(text) ? text.split('.') : [text];
}

/** Why nothing may be written there; undefined when it may. */
export function targetFault(target: ClaimTarget): string | undefined {
  const [name, ...inside] = target;
  if (name === undefined || target.some((each) => each === '' || each.length > longest)) return 'must be a name of 1 to 256 characters';
  if (target.length > deepest) return `leads more than ${deepest} levels down`;
  if (protectedClaims.has(name)) return 'is a claim that only the server makes';
  return [name, ...inside].some((each) => special.has(each)) ? 'is no name for a claim' : undefined;
}

/** A copy in which this value stands there; objects on the way are kept with what else they have, other values make room. */
export function withValue(base: Json | undefined, [name, ...inside]: ClaimTarget, value: Json): Json {
  if (name === undefined) return value;
  const members = typeof base === 'object' && base !== null && !Array.isArray(base) ? (base as Readonly<Record<string, Json>>) : {};
  return { ...members, [name]: withValue(Object.hasOwn(members, name) ? members[name] : undefined, inside, value) };
}
