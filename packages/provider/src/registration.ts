/**
 * Registering a client: what is left unsaid gets its default, and what is said is judged. Whoever registers clients (configuration, command
 * line) asks here, so that a client is the same whichever way it came. Which methods, grant and response types there are is a matter of
 * shape: callers take their names from the tables. RFC 7591 section 2, OpenID Connect Registration section 2.
 */
import { type Client, encryptedAnswers, subjectMembers } from './client.ts';
import { type Policy, strictPolicy } from './policy.ts';
import { metadataFaults } from './registration/faults.ts';
import { type ClientMetadata, grantTypesOf, type MetadataFault, methodOf, type Offer, type Registered } from './registration/metadata.ts';
import { inProfile } from './registration/profile.ts';
import { defaultAlgorithm } from './signer.ts';
import { splitScope } from './wire/scope.ts';

export { metadataFaults } from './registration/faults.ts';
export type { ClientMetadata, MetadataFault, Offer } from './registration/metadata.ts';
export { inProfile } from './registration/profile.ts';

/** The client, complete but for its secret; or everything that is wrong with what was said of it. */
export function newClient(
  offer: Offer,
  metadata: ClientMetadata,
): { readonly client: Registered } | { readonly faults: readonly MetadataFault[] } {
  const faults = metadataFaults(offer, metadata);
  return faults.length > 0 ? { faults } : { client: withDefaults(offer, metadata) };
}

/** The client that this metadata, found right before, stands for: strict wherever nothing is said. */
export function withDefaults(offer: Offer, said: ClientMetadata): Registered {
  const metadata = inProfile(offer, said);
  const grant_types = grantTypesOf(metadata);
  return {
    ...optionalMembers(metadata),
    client_id: metadata.client_id,
    application_type: metadata.application_type ?? 'web',
    redirect_uris: metadata.redirect_uris ?? [],
    post_logout_redirect_uris: metadata.post_logout_redirect_uris ?? [],
    token_endpoint_auth_method: methodOf(metadata),
    grant_types,
    response_types: metadata.response_types ?? (grant_types.includes('authorization_code') ? ['code'] : []),
    scopes: metadata.scope === undefined ? defaultScopes(grant_types) : splitScope(metadata.scope),
    id_token_signed_response_alg: metadata.id_token_signed_response_alg ?? defaultAlgorithm(offer),
    lifetimes: metadata.lifetimes ?? {},
    policy: policyOf(offer, methodOf(metadata), metadata.policy),
    disabled: false,
  };
}

/** Random, so that it can never be a person's sub; beginning with a letter or digit, so that no command takes it for an option. */
export function newClientId(random: (bytes: number) => string): string {
  for (;;) {
    const id = random(16);
    if (/^[A-Za-z0-9]/.test(id)) return id;
  }
}

/** Whether a client of this method proves itself with a secret. */
export function hasSecret({ token_endpoint_auth_method }: Pick<Client, 'token_endpoint_auth_method'>): boolean {
  return token_endpoint_auth_method.startsWith('client_secret_');
}

/** A client's policy: what is said of it, else what the tenant has for clients of its kind, else strict. */
export function policyOf(
  offer: Pick<Offer, 'policies'>,
  method: Client['token_endpoint_auth_method'],
  said: Partial<Policy> | undefined,
): Policy {
  return { ...strictPolicy, ...offer.policies?.[method === 'none' ? 'public' : 'confidential'], ...said };
}

/** What may be asked for: what most applications need where people sign in, nothing where a client acts for itself. */
function defaultScopes(grant_types: readonly string[]): readonly string[] {
  if (!grant_types.includes('authorization_code')) return [];
  const online = ['openid', 'profile', 'email'];
  return grant_types.includes('refresh_token') ? [...online, 'offline_access'] : online;
}

const optional = [
  ...encryptedAnswers.flatMap((answer) => [`${answer}_encrypted_response_alg`, `${answer}_encrypted_response_enc`] as const),
  'client_name',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'initiate_login_uri',
  'origin_url',
  'backchannel_logout_uri',
  'backchannel_logout_session_required',
  'frontchannel_logout_uri',
  'frontchannel_logout_session_required',
  'userinfo_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
  'require_pushed_authorization_requests',
  'request_object_signing_alg',
  'require_signed_request_object',
  'request_uris',
  'subject_type',
  'sector_identifier_uri',
  'token_endpoint_auth_signing_alg',
  'jwks',
  'jwks_uri',
  'default_max_age',
  'require_auth_time',
  ...subjectMembers,
  'tls_client_certificate_bound_access_tokens',
  'environment',
  'profile',
  'dpop_bound_access_tokens',
] as const;

function optionalMembers(metadata: ClientMetadata): Pick<Client, (typeof optional)[number]> {
  return Object.fromEntries(optional.flatMap((member) => (metadata[member] === undefined ? [] : [[member, metadata[member]]])));
}
