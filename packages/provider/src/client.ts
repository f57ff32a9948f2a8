/** A client as the core sees it: RFC 7591 metadata by its registered names, plus our policy, lifetimes and secrets. */
import type { ClaimMapper } from './claim-mapping.ts';
import type { ClientJwks } from './client-keys/jwk.ts';
import type { Policy } from './policy.ts';
import type { ClientLifetime, Lifetimes } from './settings.ts';
import type { Algorithm, AsymmetricAlgorithm, ContentEncryption, KeyEncryption } from './wire/algorithms.ts';

/** RFC 7591 section 2, the methods this provider knows. `client_secret_basic` and `client_secret_post` are accepted for each other. */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/**
 * A client secret as it is kept: a keyed digest to compare with, and, only where HS256 or client_secret_jwt needs the value
 * itself, the value sealed (encrypted) by the vault. Two may be alive while one is being replaced.
 */
export type ClientSecret = { readonly digest: string; readonly sealed?: string };

/** RFC 8705 section 2.1.2: by which one of these the subject of a client's certificate is known. */
export const subjectMembers = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
] as const;

/** The client, with the claims of its scopes in the ID token if that is wanted this once. */
export function claimsPlaced(client: Client, wanted: 'id_token' | undefined): Client {
  return wanted === undefined ? client : { ...client, policy: { ...client.policy, scopeClaims: wanted } };
}

/** Whom an application is for: the members of any of these groups. */
export type Access = { readonly groups: readonly string[] };

/** What can be encrypted for a client. */
export const encryptedAnswers = ['id_token', 'userinfo', 'introspection', 'authorization'] as const;
export type EncryptedAnswer = (typeof encryptedAnswers)[number];

/** How each is encrypted with the client's own key; not at all where nothing is said, and with A128CBC-HS256 where only `alg` is. */
export type Encryptions = {
  readonly [Answer in EncryptedAnswer as `${Answer}_encrypted_response_alg`]?: KeyEncryption;
} & { readonly [Answer in EncryptedAnswer as `${Answer}_encrypted_response_enc`]?: ContentEncryption };

export type Client = Encryptions & {
  readonly client_id: string;
  readonly client_name?: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
  /** Where a sign-in into this client is begun by somebody else (OpenID Connect Core section 4). */
  readonly initiate_login_uri?: string;
  readonly application_type: 'web' | 'native';
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  readonly backchannel_logout_uri?: string;
  /** Both are always told the session, so what they require is given anyway. */
  readonly backchannel_logout_session_required?: boolean;
  readonly frontchannel_logout_uri?: string;
  readonly frontchannel_logout_session_required?: boolean;
  readonly token_endpoint_auth_method: ClientAuthMethod;
  readonly tls_client_auth_subject_dn?: string;
  readonly tls_client_auth_san_dns?: string;
  readonly tls_client_auth_san_uri?: string;
  readonly tls_client_auth_san_ip?: string;
  readonly tls_client_auth_san_email?: string;
  /** `production`: where the tenant has an authority for client certificates, it must authenticate by a key of its own. */
  readonly environment?: 'sandbox' | 'production';
  /** The only algorithm of its assertions (RFC 7591 section 2); any of those offered when left out. */
  readonly token_endpoint_auth_signing_alg?: Algorithm;
  /** Its public keys (RFC 7591 section 2): written here, or published by the client itself; never both. */
  readonly jwks?: ClientJwks;
  readonly jwks_uri?: string;
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  /** Scopes this client may ask for, `openid` included. */
  readonly scopes: readonly string[];
  readonly id_token_signed_response_alg: Algorithm;
  /** Userinfo is a JWT signed with this algorithm (OpenID Connect Core section 5.3.2); JSON when left out. */
  readonly userinfo_signed_response_alg?: Algorithm;
  /** What signs introspection for who asks for a JWT (RFC 9701 section 6); RS256 where the tenant offers it when left out. */
  readonly introspection_signed_response_alg?: Algorithm;
  /** What signs authorization answers in the response modes that are JWTs (JARM section 3); RS256 where the tenant offers it when left out. */
  readonly authorization_signed_response_alg?: Algorithm;
  /** The one algorithm it signs request objects with (RFC 9101 section 10.5); any of the tenant's when left out. */
  readonly request_object_signing_alg?: AsymmetricAlgorithm;
  /** Its authorization requests count only as request objects. */
  readonly require_signed_request_object?: boolean;
  /** Where its request objects may lie (OpenID Connect Registration section 2). */
  readonly request_uris?: readonly string[];
  /** Its authorization requests count only when they were pushed (RFC 9126 section 6). */
  readonly require_pushed_authorization_requests?: boolean;
  /** OpenID Connect Core section 8: whether this client knows people by subjects of its own sector; `public` when left out. */
  readonly subject_type?: 'public' | 'pairwise';
  readonly sector_identifier_uri?: string;
  /** What is mapped for this client, after the tenant's. An operator's decision, never part of what a client says of itself. */
  readonly claims?: readonly ClaimMapper[];
  /** Whom the application is for; everybody when left out. An operator's decision, as the above. */
  readonly access?: Access;
  readonly default_max_age?: number;
  readonly require_auth_time?: boolean;
  /** Whether every access token of this client is bound to a certificate (RFC 8705 section 3.4), to a DPoP key (RFC 9449 section 5.2). */
  readonly tls_client_certificate_bound_access_tokens?: boolean;
  readonly dpop_bound_access_tokens?: boolean;
  readonly secrets: readonly ClientSecret[];
  /** Of a client that registered itself: the hash of the token by which it manages that (RFC 7592), and when it was, in epoch seconds. */
  readonly registration?: { readonly tokenHash: string; readonly issuedAt: number };
  readonly lifetimes: Partial<Pick<Lifetimes, ClientLifetime>>;
  readonly policy: Policy;
  readonly disabled: boolean;
};

/** The members that say how something this client reads is signed. */
export const signingMembers = [
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
] as const;
export type SigningMember = (typeof signingMembers)[number];
