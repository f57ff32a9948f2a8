/**
 * What the authorization endpoint can be asked for: one row a response type (OAuth 2.0 Multiple Response Types, OpenID Connect Core sections
 * 3.1 to 3.3). Plain `token` has no row: it says nothing about the person to the client that gets it (RFC 9700 section 2.1.2).
 */
import type { Client } from '../client.ts';

export type ResponseType = {
  /** What the answer carries: a code to redeem, an access token, an ID token. */
  readonly code: boolean;
  readonly token: boolean;
  readonly idToken: boolean;
};

/** Words in the order of the registry; whoever sends or registers one may order them otherwise. */
export const responseTypes = {
  code: { code: true, token: false, idToken: false },
  id_token: { code: false, token: false, idToken: true },
  'id_token token': { code: false, token: true, idToken: true },
  'code id_token': { code: true, token: false, idToken: true },
  'code token': { code: true, token: true, idToken: false },
  'code id_token token': { code: true, token: true, idToken: true },
} as const satisfies Record<string, ResponseType>;

export type ResponseTypeName = keyof typeof responseTypes;

/** The response type that these words make, in whichever order; undefined for one that is not supported. */
export function responseTypeNamed(words: string): ResponseTypeName | undefined {
  // Alphabetic order is the registry's order for every type there is.
  const name = words.split(' ').sort().join(' ');
  return Object.hasOwn(responseTypes, name) ? (name as ResponseTypeName) : undefined;
}

/** Whether a client is registered for a response type, and for the grant that redeems its code if it gives one. */
export function mayRequest(client: Client, name: ResponseTypeName): boolean {
  if (!client.response_types.some((registered) => responseTypeNamed(registered) === name)) return false;
  return !responseTypes[name].code || client.grant_types.includes('authorization_code');
}

/** Where its answers go by default: what holds a token never into a query, which ends in logs (Multiple Response Types section 5). */
export function usesFragment(response_type: string): boolean {
  return response_type.split(' ').some((word) => word === 'token' || word === 'id_token');
}
