/**
 * Agate (OBiBa): its clients are Amber, Opal, Mica and whoever uses `grant` or obiba-commons. Endpoints under /ws/oauth2, discovery at the root of
 * the host, commas between scopes, `token_type` in lower case, 400 for every refusal of the token endpoint, `expires_in` beside the code,
 * `iss` in userinfo.
 */
import type { Places } from '@symbolon/provider';
import type { Dialect } from '../dialect.ts';
import { atRootOfHost } from './places.ts';
import { commasToBlanks, respelled, withFields, withStatus } from './respell.ts';

const paths: Places = {
  authorize: '/ws/oauth2/authorize',
  token: '/ws/oauth2/token',
  userinfo: '/ws/oauth2/userinfo',
  endSession: '/ws/oauth2/logout',
  jwks: '/ws/oauth2/certs',
  introspection: '/ws/oauth2/introspect',
  revocation: '/ws/oauth2/revoke',
};

const policy = { scopeClaims: 'id_token', unknownScopes: 'refuse' } as const;

export const agate: Dialect = {
  paths: () => paths,
  alsoAt: atRootOfHost,
  unsaid: { lifetimes: { accessToken: 28_800 }, locales: ['en', 'fr'], policies: { confidential: policy, public: policy } },
  spelling: {
    requests: { authorize: commasToBlanks, pushedAuthorizationRequest: commasToBlanks, token: commasToBlanks },
    responses: {
      // No old client tells 401 from 400 here, and some give up on 401 before they have read why.
      token: (response) => (response.status === 200 ? respelled(response, lowerCaseType) : withStatus(response, 400, [401])),
      userinfo: (response, issuer) => (response.status === 200 ? respelled(response, (body) => ({ ...body, iss: issuer })) : response),
    },
    authorization: (answer, codeLifetime) => (codeLifetime === undefined ? answer : withFields(answer, { expires_in: `${codeLifetime}` })),
  },
};

function lowerCaseType(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...body, token_type: String(body.token_type).toLowerCase() };
}
