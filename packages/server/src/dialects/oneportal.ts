/**
 * onePortal (Trivore ID): its clients are those of HSL and of whoever followed its documentation. Endpoints under /openid, discovery at the root
 * of the host, introspection under two spellings at once, `claims_in_id_token=true`. The hint `ns` (which customer's sign-in page) passes
 * unread, like every parameter the core does not know: the sign-in page is the tenant's own.
 */
import type { CoreRequest, Places } from '@symbolon/provider';
import type { Dialect } from '../dialect.ts';
import { atRootOfHost } from './places.ts';
import { respelled } from './respell.ts';

const paths: Places = {
  authorize: '/openid/auth',
  token: '/openid/token',
  userinfo: '/openid/userinfo',
  introspection: '/openid/introspect',
  revocation: '/openid/revoke',
  endSession: '/openid/logout',
  jwks: '/openid/jwks',
  signOn: '/openid/sign-on',
};

export const oneportal: Dialect = {
  paths: () => paths,
  alsoAt: atRootOfHost,
  unsaid: { lifetimes: {}, locales: ['en', 'fi', 'sv'], policies: { confidential: { refreshToken: 'always' }, public: {} } },
  spelling: {
    requests: {
      authorize: claimsInIdToken,
      pushedAuthorizationRequest: claimsInIdToken,
      token: claimsInIdToken,
      endSession: (request) => ({ ...request, logout: { byToken: true } }),
    },
    responses: { introspection: (response) => (response.status === 200 ? respelled(response, bothSpellings) : response) },
  },
};

function claimsInIdToken(request: CoreRequest): CoreRequest {
  const wanted = request.query.claims_in_id_token ?? request.form?.claims_in_id_token;
  return wanted === 'true' ? { ...request, scopeClaims: 'id_token' } : request;
}

/** Our introspection gives `token_type` to access tokens only. Nothing is said of a dead token, in either spelling. */
function bothSpellings(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (body.active !== true) return body;
  return { ...body, clientId: body.client_id, tokenType: body.token_type === undefined ? 'refresh_token' : 'access_token' };
}
