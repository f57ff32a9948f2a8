/** Somebody who came to the selector with a client's wish, and the places she may choose from. */
import { type Client, localRealm } from '@symbolon/provider';
import type { Call } from '../http/call.ts';
import type { Choice } from '../http/choice.ts';
import type { UpstreamConfig } from '../upstream.ts';
import type { Offer } from './offer.ts';

export type Visit = {
  readonly call: Call;
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
