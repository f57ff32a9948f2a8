/** A client as the core sees it: RFC 7591 metadata by its registered names, plus our policy, lifetimes and secrets. */
import type { ClaimMapper } from './claim-mapping.ts';
import type { ClientJwks } from './client-keys/jwk.ts';
import type { Policy } from './policy.ts';
import type { ClientLifetime, Lifetimes } from './settings.ts';
import type { Algorithm } from './wire/algorithms.ts';

/** RFC 7591 section 2, the methods this provider knows. `client_secret_basic` and `client_secret_post` are accepted for each other. */
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none';

/**
 * A client secret as it is kept: a keyed digest to compare with, and, only where HS256 or client_secret_jwt needs the value
 * itself, the value sealed (encrypted) by the vault. Two may be alive while one is being replaced.
 */
export type ClientSecret = { readonly digest: string; readonly sealed?: string };

/** The client, with the claims of its scopes in the ID token if that is wanted this once. */
export function claimsPlaced(client: Client, wanted: 'id_token' | undefined): Client {
  return wanted === undefined ? client : { ...client, policy: { ...client.policy, scopeClaims: wanted } };
}

export type Client = {
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
  readonly frontchannel_logout_uri?: string;
  readonly token_endpoint_auth_method: ClientAuthMethod;
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
  /** OpenID Connect Core section 8: whether this client knows people by subjects of its own sector; `public` when left out. */
  readonly subject_type?: 'public' | 'pairwise';
  readonly sector_identifier_uri?: string;
  /** What is mapped for this client, after the tenant's. An operator's decision, never part of what a client says of itself. */
  readonly claims?: readonly ClaimMapper[];
  readonly default_max_age?: number;
  readonly require_auth_time?: boolean;
  readonly secrets: readonly ClientSecret[];
  readonly lifetimes: Partial<Pick<Lifetimes, ClientLifetime>>;
  readonly policy: Policy;
  readonly disabled: boolean;
};

/** The members that say how something this client reads is signed. */
export const signingMembers = [
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'introspection_signed_response_alg',
] as const;
export type SigningMember = (typeof signingMembers)[number];
