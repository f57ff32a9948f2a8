/**
 * IDPartner: its clients are those of a bank network, in Node, Ruby, Python and Java. Everything is signed with PS256 unless somebody registered
 * otherwise; the claims of the scopes are in the ID token; the key set has its own media type; access tokens live a minute, and open the
 * payment endpoints besides. Whatever says `issuer` may be at any path: its own ended in /oidc.
 */
import type { CoreResponse, Places } from '@symbolon/provider';
import type { Dialect } from '../dialect.ts';
import { selectorOfHost } from './places.ts';

const paths: Places = {
  authorize: '/auth',
  pushedAuthorizationRequest: '/request',
  token: '/token',
  userinfo: '/me',
  jwks: '/jwks',
  endSession: '/session/end',
  registration: '/reg',
  introspection: '/token/introspection',
  revocation: '/token/revocation',
};

/** Its client writes issuer and token endpoint into one list. */
const policy = { scopeClaims: 'id_token', assertionAudience: 'endpoint' } as const;

export const idpartner: Dialect = {
  paths: () => paths,
  alsoAt: selectorOfHost,
  payments: 'offered',
  unsaid: { lifetimes: { accessToken: 60 }, signing: 'PS256', policies: { confidential: policy, public: policy } },
  spelling: { responses: { jwks: asKeySet } },
};

/** RFC 7517 section 8.5. */
function asKeySet(response: CoreResponse): CoreResponse {
  return { ...response, headers: { ...response.headers, 'content-type': 'application/jwk-set+json' } };
}
