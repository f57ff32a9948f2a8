/**
 * Account selection, IDPartner's way: a person says at a selector who shall sign her in, and comes back with the issuer. A button leads to a page of
 * the application (its `origin_url`), that page to the selector, and the selector back to that page. Nothing in what it brings is believed: an
 * issuer counts only when the application knows it, and a visitor id is a hint that is handed on.
 */
import { RelyingPartyError } from './error.ts';

export type Selector = {
  /** The address of the selector. */
  readonly url: string;
  readonly client_id: string;
  /** What the sign-in will ask for: the selector shows who can give it. */
  readonly scope?: string;
  readonly claims?: readonly string[];
};

/** Whom a person chose. */
export type Selected = {
  readonly iss: string;
  readonly idp_id?: string;
  /** What some selectors give along for the provider. */
  readonly idpartner_token?: string;
};

/** Longer ones are nobody's: they would come back in every address. */
const longest = 2048;

/** Where to send a browser that has not chosen yet. Its visitor id goes along, everything else that it brought does not. */
export function selectorUrl({ url, client_id, scope, claims = [] }: Selector, arrived: URLSearchParams): string {
  const to = new URL(url);
  to.searchParams.set('client_id', client_id);
  const visitor = single(arrived, 'visitor_id');
  if (visitor !== undefined) to.searchParams.set('visitor_id', visitor);
  if (scope !== undefined) to.searchParams.set('scope', scope);
  if (claims.length > 0) to.searchParams.set('claims', claims.join(' '));
  return to.href;
}

/** What the selector brought back; undefined for a browser that has not been there. Throws `answer_refused` when it is said twice, or too long. */
export function selectedIn(arrived: URLSearchParams): Selected | undefined {
  if (!arrived.has('iss')) return undefined;
  const iss = single(arrived, 'iss');
  const idp_id = single(arrived, 'idp_id');
  const idpartner_token = single(arrived, 'idpartner_token');
  if (iss === undefined) throw new RelyingPartyError('answer_refused', 'the selector names no single issuer');
  return { iss, ...(idp_id && { idp_id }), ...(idpartner_token && { idpartner_token }) };
}

function single(parameters: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = parameters.getAll(name);
  if (value === undefined || value === '') return undefined;
  if (others.length > 0 || value.length > longest) throw new RelyingPartyError('answer_refused', `${name} is given twice, or too long`);
  return value;
}
