/**
 * Which upstreams can give what an application asks for. Pure. What an upstream gives, is what the configuration says we ask it for and take
 * from it; what nobody knows, or the application may not have, is not asked for.
 */
import { type Client, type Settings, standardScopeClaims } from '@symbolon/provider';
import type { UpstreamConfig } from '../upstream.ts';

type Scopes = Pick<Settings, 'scopes'>;
type Names = readonly string[];

export type Asked = { readonly scopes: Names; readonly claims: Names };

export type Offer = {
  readonly upstreams: readonly UpstreamConfig[];
  /** None of them gives everything: rather all of them than nobody to choose from. */
  readonly partial: boolean;
};

/** Words as clients of the network send them: separated by blanks, commas, or a plus sign that was encoded. */
export function wordsOf(text: string | undefined): Names {
  return [...new Set((text ?? '').split(/[\s,+]+/).filter((word) => word !== ''))];
}

/** Of the words a client sent, those that mean something here and that it may have. */
export function askedOf(settings: Scopes, client: Pick<Client, 'scopes'>, scope: Names, claims: Names): Asked {
  const released = new Set(client.scopes.flatMap((name) => claimsOf(settings, name)));
  return { scopes: scope.filter((name) => client.scopes.includes(name)), claims: claims.filter((name) => released.has(name)) };
}

export function offerOf(settings: Scopes, upstreams: readonly UpstreamConfig[], asked: Asked): Offer {
  const able = upstreams.filter((upstream) => serves(settings, upstream, asked));
  return able.length > 0 ? { upstreams: able, partial: false } : { upstreams, partial: upstreams.length > 0 };
}

function serves(settings: Scopes, upstream: UpstreamConfig, { scopes, claims }: Asked): boolean {
  const asks = wordsOf(upstream.scope);
  const given = new Set([...asks.flatMap((name) => claimsOf(settings, name)), ...ownClaims(upstream)]);
  const gives = (name: string) => {
    const needed = claimsOf(settings, name);
    return needed.length === 0 || asks.includes(name) || needed.some((claim) => given.has(claim));
  };
  return scopes.every(gives) && claims.every((claim) => claim === 'sub' || given.has(claim));
}

/** What its rules take over, whatever scopes it is asked with. */
function ownClaims({ claims, groups, roles, connection }: UpstreamConfig): Names {
  return [
    ...Object.entries(claims).map(([name, { to = name }]) => to),
    ...(connection.connector === 'oauth2' ? Object.keys(connection.profile) : []),
    ...(groups === undefined ? [] : ['groups']),
    ...(roles === undefined ? [] : ['roles']),
  ];
}

/** `sub` is everybody's. */
function claimsOf({ scopes }: Scopes, scope: string): Names {
  if (scope === 'openid') return [];
  return Object.hasOwn(standardScopeClaims, scope)
    ? (standardScopeClaims[scope] ?? [])
    : (scopes.find(({ name }) => name === scope)?.claims ?? []);
}

/** Letters alone, so that `osterreich` finds Österreich. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Those whose name has every word that was typed. */
export function found<Named extends { readonly name: string }>(upstreams: readonly Named[], typed: string | undefined): readonly Named[] {
  const words = plain(typed ?? '').split(/\s+/);
  return upstreams.filter(({ name }) => words.every((word) => plain(name).includes(word)));
}
