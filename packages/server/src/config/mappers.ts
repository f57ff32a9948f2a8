/** Claim mappers as the file writes them, and as the core takes them. */
import { type ClaimMapper, type ClaimPlace, type ClaimSource, type Json, parseJsonPath, parseTarget } from '@symbolon/provider';
import { wellKnownMappers } from './known-claims.ts';
import type { FileMapper, FileScope } from './schema.ts';

/** Where nothing is said: where the claims of scopes go too (OpenID Connect Core section 5.4). */
const defaultPlaces: readonly ClaimPlace[] = ['userinfo'];

/** A tenant's: first what its scopes name by names that other systems gave a meaning to, unless the tenant maps those names itself. */
export function tenantMappers(scopes: readonly FileScope[], mappers: readonly FileMapper[]): readonly ClaimMapper[] {
  const own = new Set(mappers.map(({ to }) => to));
  const known = scopes.flatMap(({ name, claims = [] }) =>
    wellKnownMappers(
      name,
      claims.filter((claim) => !own.has(claim)),
    ),
  );
  return [...known, ...mappers].map(mapperOf);
}

export function mapperOf(mapper: FileMapper): ClaimMapper {
  const condition = mapper.scope === undefined ? {} : { scope: mapper.scope };
  if (mapper.audience !== undefined) return { ...condition, audience: mapper.audience };
  return { ...condition, source: sourceOf(mapper), target: parseTarget(mapper.to ?? ''), into: mapper.into ?? defaultPlaces };
}

function sourceOf({ from, claim = '', path = '', prefix = '', cutPrefix = false, value }: FileMapper): ClaimSource {
  switch (from) {
    case 'claim':
      return { from, name: claim };
    case 'path':
      return { from, path: parseJsonPath(path) ?? [] };
    case 'groups':
    case 'roles':
      return { from, prefix, cut: cutPrefix };
    case 'sub':
    case 'username':
    case 'scopes':
      return { from };
    default:
      // YAML's core schema has JSON's values only, and numbers outside JSON were refused on reading.
      return { from: 'value', value: value as Json };
  }
}
