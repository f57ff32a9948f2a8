/** Scopes (RFC 6749 section 3.3) and the claims that OpenID Connect Core section 5.4 gives to its own. */

export const standardScopeClaims: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
  offline_access: [],
};

/** The scopes of a space-separated list, each once, in the order they came. */
export function splitScope(scope: string): readonly string[] {
  return [...new Set(scope.split(' ').filter((name) => name !== ''))];
}

/** The members of `wanted` that `allowed` has too. */
export function intersect(wanted: readonly string[], allowed: readonly string[]): readonly string[] {
  return wanted.filter((name) => allowed.includes(name));
}

/** Whether OpenID Connect Core defines it. */
export function isStandardScope(name: string): boolean {
  return Object.hasOwn(standardScopeClaims, name);
}

/** Why this cannot be the name of a scope, or undefined when it can. RFC 6749 section 3.3. */
export function scopeFault(name: string): string | undefined {
  const token = /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name);
  return token ? undefined : 'has a character that no scope has (RFC 6749: printable ASCII without blank, quote and backslash)';
}
