/**
 * Claim names to which the systems we replace gave a meaning. A scope that releases one of them gives it that meaning without a mapper, as
 * the documents of those systems say. Configuration only: the core does not know these names.
 */
import type { FileMapper } from './schema.ts';

const everywhere = ['access_token', 'userinfo', 'introspection'] as const;

const known: Readonly<Record<string, readonly FileMapper[]>> = {
  // Identify: the role claim has an older and a newer name; its access tokens have both.
  'urn:anyid:role': [
    { to: 'urn:anyid:role', from: 'roles', into: [...everywhere] },
    { to: 'urn:identify:rest-api:role', from: 'roles', into: ['access_token'] },
  ],
  'urn:identify:rest-api:role': [{ to: 'urn:identify:rest-api:role', from: 'roles', into: [...everywhere] }],
  'urn:internal:userid': [{ to: 'urn:internal:userid', from: 'sub', into: [...everywhere] }],
  // onePortal.
  'https://oneportal.trivore.com/claims/groups': [
    { to: 'https://oneportal.trivore.com/claims/groups', from: 'groups', into: [...everywhere] },
  ],
};

/** The mappers that a scope brings along by the names of the claims it releases. */
export function wellKnownMappers(scope: string, claims: readonly string[]): readonly FileMapper[] {
  return claims.flatMap((claim) => (Object.hasOwn(known, claim) ? (known[claim] ?? []) : [])).map((mapper) => ({ ...mapper, scope }));
}
