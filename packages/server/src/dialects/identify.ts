/**
 * Identify (Safewhere): everything lies under /runtime, partly beside the issuer, which ends in /runtime/oauth2. Access tokens are JWTs. A
 * request with `prompt=none` that lacks consent is told `interaction_required`. The home realm hint `whr` passes unread until there are
 * upstreams to choose from.
 */
import type { Places } from '@symbolon/provider';
import type { Dialect } from '../dialect.ts';
import { withError } from './respell.ts';

const oauth2 = '/runtime/oauth2';
const beside = '/runtime/openidconnect';
const policy = { accessToken: 'jwt' } as const;

/** An operator may put the issuer elsewhere: the places of the endpoints are then counted from it. */
function domainOf(issuer: string): string {
  return issuer.endsWith(oauth2) ? issuer.slice(0, -oauth2.length) : issuer;
}

function paths(issuer: string): Places {
  const domain = domainOf(issuer);
  return {
    authorize: `${domain}${oauth2}/authorize.idp`,
    token: `${domain}${oauth2}/token.idp`,
    introspection: `${domain}${oauth2}/introspect.idp`,
    revocation: `${domain}${oauth2}/revoke.idp`,
    jwks: `${domain}${oauth2}/jwks.idp`,
    userinfo: `${domain}${beside}/userinfo.idp`,
    endSession: `${domain}${beside}/logout.idp`,
    checkSession: `${domain}${beside}/sessionlogout.idp`,
  };
}

export const identify: Dialect = {
  paths,
  alsoAt: (issuer) => [[`${domainOf(issuer)}${oauth2}/.well-known/openid-configuration`, 'openidConfiguration']],
  unsaid: { lifetimes: {}, policies: { confidential: policy, public: policy } },
  spelling: {
    requests: { endSession: (request) => ({ ...request, logout: { forParty: true } }) },
    authorization: (answer, codeLifetime) =>
      codeLifetime === undefined ? withError(answer, 'consent_required', 'interaction_required') : answer,
  },
};
