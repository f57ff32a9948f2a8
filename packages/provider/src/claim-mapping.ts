/**
 * Claim mapping: a pure, ordered table of which claim goes, from where, under which name, into what. A later row wins over an earlier one.
 * The rows are the operator's; the core knows no claim name of any other system.
 */
import type { Json } from './accounts.ts';
import { type ClaimSource, type Sources, valueFor } from './claim-mapping/source.ts';
import { type ClaimTarget, targetFault, withValue } from './claim-mapping/target.ts';

/** What leaves with claims in it; an access token only where it is a JWT. */
export const claimPlaces = ['id_token', 'access_token', 'userinfo', 'introspection'] as const;
export type ClaimPlace = (typeof claimPlaces)[number];

/** Only where this scope was granted, if it names one. */
type Condition = { readonly scope?: string };

export type ClaimMapper =
  | (Condition & { readonly source: ClaimSource; readonly target: ClaimTarget; readonly into: readonly ClaimPlace[] })
  /** Whom access tokens are meant for, beside the client they were issued to. An empty list makes `aud` a list of one. */
  | (Condition & { readonly audience: readonly string[] });

type ClaimRow = Exclude<ClaimMapper, { readonly audience: unknown }>;

/** The claims with what the mappers that go into this place add. Protected claims stay as they are, whatever a row says. */
export function mapClaims(
  claims: Readonly<Record<string, Json>>,
  mappers: readonly ClaimMapper[],
  sources: Sources,
  goesIn: (mapper: ClaimRow) => boolean,
): Readonly<Record<string, Json>> {
  let mapped = claims;
  for (const mapper of mappers) {
    if ('audience' in mapper || !applies(mapper, sources.scopes) || !goesIn(mapper)) continue;
    const value = valueFor(mapper.source, sources);
    if (value !== undefined && targetFault(mapper.target) === undefined)
      mapped = withValue(mapped, mapper.target, value) as Readonly<Record<string, Json>>;
  }
  return mapped;
}

/** `aud` of an access token (RFC 9068 section 3): the client alone, or a list that begins with it. */
export function mapAudience(client_id: string, mappers: readonly ClaimMapper[], scopes: readonly string[]): string | readonly string[] {
  const lists = mappers.flatMap((mapper) => ('audience' in mapper && applies(mapper, scopes) ? [mapper.audience] : []));
  return lists.length === 0 ? client_id : [...new Set([client_id, ...lists.flat()])];
}

function applies({ scope }: Condition, scopes: readonly string[]): boolean {
  return scope === undefined || scopes.includes(scope);
}
