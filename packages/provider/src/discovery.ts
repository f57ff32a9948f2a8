/**
 * The discovery document (OpenID Connect Discovery section 3, RFC 8414 section 2): derived from the tables of endpoints, grant types and
 * client authentication, so it lists what is there and nothing else. Registered names only.
 */

import { responseModeNames } from './authorize/response-modes.ts';
import { responseTypes } from './authorize/response-types.ts';
import { claimNames } from './claims.ts';
import { encryptedAnswers } from './client.ts';
import { authMethodNames } from './client-auth/authenticate.ts';
import { type EndpointName, type EndpointRow, endpoints, mtlsEndpoints, mtlsUrlOf, urlOf } from './endpoints.ts';
import type { CoreResponse } from './exchange.ts';
import { publicDocument } from './jwks.ts';
import type { Provider } from './op.ts';
import type { Settings } from './settings.ts';
import { grantTypes } from './token/token.ts';
import { algorithms, contentEncryptions, keyEncryptions } from './wire/algorithms.ts';
import { proofAlgorithms } from './wire/dpop.ts';
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
    ...forCertificates(settings),
    scopes_supported: [...Object.keys(standardScopeClaims), ...settings.scopes.map((scope) => scope.name)],
    response_types_supported: Object.keys(responseTypes),
    response_modes_supported: responseModeNames,
    grant_types_supported: [...Object.keys(grantTypes), 'implicit'],
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: [...settings.signing, 'HS256'],
    userinfo_signing_alg_values_supported: [...settings.signing, 'HS256'],
    introspection_signing_alg_values_supported: [...settings.signing, 'HS256'],
    authorization_signing_alg_values_supported: [...settings.signing, 'HS256'],
    ...encryptionOffer(),
    token_endpoint_auth_methods_supported: authMethodNames(settings),
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: authMethodNames(settings).filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: authMethodNames(settings),
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    claims_supported: [...claimNames(settings), 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'amr', 'sid'],
    claim_types_supported: ['normal'],
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    ui_locales_supported: settings.locales,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    claims_parameter_supported: true,
    require_pushed_authorization_requests: settings.requirePushedRequests === true,
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: settings.signing,
    request_object_encryption_alg_values_supported: keyEncryptions,
    request_object_encryption_enc_values_supported: contentEncryptions,
  };
}

/** RFC 8705 sections 3.3 and 5; nothing where no certificate reaches the provider. */
function forCertificates(settings: Settings): Record<string, unknown> {
  if (settings.mtls === undefined) return {};
  const aliases = mtlsEndpoints.map((name) => [endpoints[name].metadata, mtlsUrlOf(settings, name)]);
  return { tls_client_certificate_bound_access_tokens: true, mtls_endpoint_aliases: Object.fromEntries(aliases) };
}

/** What each kind of answer can be encrypted with. */
function encryptionOffer(): Record<string, readonly string[]> {
  return Object.fromEntries(
    encryptedAnswers.flatMap((answer) => [
      [`${answer}_encryption_alg_values_supported`, keyEncryptions],
      [`${answer}_encryption_enc_values_supported`, contentEncryptions],
    ]),
  );
}

function endpointUrls(settings: Settings): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const row: EndpointRow = endpoints[name];
    if (row.metadata !== undefined && (row.needs === undefined || settings[row.needs] !== undefined))
      urls[row.metadata] = urlOf(settings, name);
  }
  return urls;
}
