/**
 * What the application says about one provider: where it is, who we are to it, and what it has been agreed to do. The names of OpenID Connect
 * Dynamic Client Registration 1.0 section 2 and RFC 9126 section 6 where those have one; ours in camelCase.
 */
import type { JWK } from 'jose';
import type { ClaimRules } from './claims.ts';

/** RFC 6749 section 2.3.1, OpenID Connect Core section 9, RFC 8705 section 2. */
export type AuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

export type ResponseMode = 'query' | 'form_post' | 'jwt' | 'query.jwt' | 'form_post.jwt';

/** A private key as JWK. `use: 'sig'` signs assertions and request objects, `use: 'enc'` opens what is encrypted to us; `alg` is required. */
export type PrivateJwk = JWK & { readonly alg: string; readonly use: 'sig' | 'enc' };

export type FetchInit = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: URLSearchParams | string | null;
  readonly redirect: 'manual';
  readonly signal?: AbortSignal;
};

/** What `fetch` does, of which we need so much. It must not follow redirects; a rejection means that the provider cannot be reached. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export type ProviderSettings = {
  /** Compared byte for byte with what the discovery document, the answers and the ID tokens say. https, or http on a loopback address. */
  readonly issuer: string;
  /** Where the discovery document is, if not at `issuer` + /.well-known/openid-configuration. */
  readonly discovery?: string;
  readonly client_id: string;
  readonly client_secret?: string;
  /** `client_secret_basic` with a secret, else `none`. */
  readonly token_endpoint_auth_method?: AuthMethod;
  /** `openid` when not said. */
  readonly scope?: string;
  /** How the answer comes when `start` is not told otherwise; `query` when not said. */
  readonly response_mode?: ResponseMode;
  /** The one algorithm its ID tokens are signed with; RS256 when not said. */
  readonly id_token_signed_response_alg?: string;
  /** Set: ID tokens must be encrypted to one of `keys`. */
  readonly id_token_encrypted_response_alg?: string;
  /** The one algorithm its JWT answers (JARM) are signed with; RS256 when not said. */
  readonly authorization_signed_response_alg?: string;
  /** Set: JWT answers must be encrypted to one of `keys`. */
  readonly authorization_encrypted_response_alg?: string;
  /** Set: userinfo must be signed with it. */
  readonly userinfo_signed_response_alg?: string;
  /** Set: the request goes as an object signed with the key of this algorithm (RFC 9101). Done anyway where the provider requires it. */
  readonly request_object_signing_alg?: string;
  /** True: the request is pushed (RFC 9126). Done anyway where the provider requires it. */
  readonly require_pushed_authorization_requests?: boolean;
  readonly keys?: readonly PrivateJwk[];
  /** `offered` (when not said): asked when the provider has the endpoint and gave an access token. `never`: the ID token says everything. */
  readonly userinfo?: 'offered' | 'never';
  /** What a person must bring, and under which name the application knows it. */
  readonly claims?: ClaimRules;
  /** For this provider only, for example with a TLS client certificate. */
  readonly fetch?: Fetch;
};
