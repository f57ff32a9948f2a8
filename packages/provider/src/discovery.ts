/**
 * The discovery document (OpenID Connect Discovery section 3, RFC 8414 section 2): derived from the tables of endpoints, grant types and
 * client authentication, so it lists what is there and nothing else. Registered names only.
 */

import { responseModes } from './authorize/response-modes.ts';
import { responseTypes } from './authorize/response-types.ts';
import { claimNames } from './claims.ts';
import { authMethods } from './client-auth/authenticate.ts';
import { type EndpointName, type EndpointRow, endpoints, urlOf } from './endpoints.ts';
import type { CoreResponse } from './exchange.ts';
import { publicDocument } from './jwks.ts';
import type { Provider } from './op.ts';
import type { Settings } from './settings.ts';
import { grantTypes } from './token/token.ts';
import { standardScopeClaims } from './wire/scope.ts';

const written = new WeakMap<Settings, string>();

export function discovery(op: Provider): CoreResponse {
  let body = written.get(op.settings);
  if (body === undefined) {
    body = JSON.stringify(metadata(op.settings));
    written.set(op.settings, body);
  }
  return { status: 200, headers: publicDocument, body };
}

export function metadata(settings: Settings): Record<string, unknown> {
  return {
    issuer: settings.issuer,
    ...endpointUrls(settings),
    scopes_supported: [...Object.keys(standardScopeClaims), ...settings.scopes.map((scope) => scope.name)],
    response_types_supported: Object.keys(responseTypes),
    response_modes_supported: Object.keys(responseModes),
    grant_types_supported: [...Object.keys(grantTypes), 'implicit'],
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: [...settings.signing, 'HS256'],
    userinfo_signing_alg_values_supported: [...settings.signing, 'HS256'],
    introspection_signing_alg_values_supported: [...settings.signing, 'HS256'],
    token_endpoint_auth_methods_supported: Object.keys(authMethods),
    introspection_endpoint_auth_methods_supported: Object.keys(authMethods).filter((method) => method !== 'none'),
    revocation_endpoint_auth_methods_supported: Object.keys(authMethods),
    claims_supported: [...claimNames(settings), 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'amr', 'sid'],
    claim_types_supported: ['normal'],
    code_challenge_methods_supported: ['S256'],
    ui_locales_supported: settings.locales,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
  };
}

function endpointUrls(settings: Settings): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const row: EndpointRow = endpoints[name];
    if (row.metadata !== undefined) urls[row.metadata] = urlOf(settings, name);
  }
  return urls;
}
