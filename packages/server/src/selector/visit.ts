/** Somebody who came to the selector with a client's wish, and the places she may choose from. */
import { type Client, localRealm, OAuthError, one } from '@symbolon/provider';
import type { Call } from '../http/call.ts';
import type { Choice } from '../http/choice.ts';
import type { UpstreamConfig } from '../upstream.ts';
import type { Offer } from './offer.ts';

const parameters = ['client_id', 'visitor_id', 'scope', 'claims', 'idp_hint', 'choice', 'mark', 'choose', 'q', 'ui_locales'] as const;

export type Wish = Readonly<Partial<Record<(typeof parameters)[number], string>>>;

/** It stands in every link of the page, so a long one would make a page out of proportion. */
const longest = 1024;

/** What the address of the page says. Throws, for a page, when it says something twice or at length. */
export function wishOf({ request }: Call): Wish {
  const said = parameters.map((name) => [name, one(request.query, name)] as const);
  for (const [name, value] of said)
    if (value !== undefined && value.length > longest)
      throw new OAuthError('invalid_request', `${name} is longer than ${longest} characters`);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

/** Of that, what a link back to the page needs. */
export function lasting({ client_id, visitor_id, scope, claims, q }: Wish): Readonly<Record<string, string>> {
  const kept = Object.entries({ client_id, visitor_id, scope, claims, q });
  return Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

export type Visit = {
  readonly call: Call;
  readonly wish: Wish;
  readonly client: Client;
  /** Where she goes back to: the client's `origin_url`. */
  readonly origin: string;
  readonly visitor: string | undefined;
  readonly offer: Offer;
  readonly choice: Choice;
};

/** Where somebody may sign in: an upstream by its id, or `local` for here. */
export type Place = Pick<UpstreamConfig, 'id'>;

/** The place of this name, if it is one of these or ours. */
export function placeIn(upstreams: readonly UpstreamConfig[], id: string | undefined): Place | undefined {
  return id === localRealm ? { id } : upstreams.find((upstream) => upstream.id === id);
}
