/** What a tenant decides about its provider. Plain data; made from the configuration, replaced whole when it changes. */
import type { ClaimMapper } from './claim-mapping.ts';
import type { Places } from './endpoints.ts';
import type { UnsaidPolicies } from './policy.ts';
import type { AsymmetricAlgorithm } from './wire/algorithms.ts';

/** All in seconds. */
export type Lifetimes = {
  readonly code: number;
  readonly accessToken: number;
  readonly idToken: number;
  /** Since the last use: each rotation starts it anew. */
  readonly refreshToken: number;
  /** How long a refresh token just rotated still answers with its successor, for clients whose answer was lost on the way. */
  readonly refreshGrace: number;
  /** Absolute life of a browser session. */
  readonly session: number;
  readonly sessionIdle: number;
  /** How long a pushed request waits for its browser. */
  readonly pushedRequest: number;
  /** How long a person may take between opening an authorization request and finishing it. */
  readonly interaction: number;
};

/** The lifetimes a client may have of its own. */
export type ClientLifetime = 'code' | 'accessToken' | 'idToken' | 'refreshToken' | 'refreshGrace' | 'pushedRequest';

export const defaultLifetimes: Lifetimes = {
  code: 60,
  accessToken: 3600,
  idToken: 3600,
  refreshToken: 2592000,
  refreshGrace: 60,
  session: 86400,
  sessionIdle: 7200,
  pushedRequest: 60,
  interaction: 3600,
};

/** A scope beyond OpenID Connect Core's own: what the person is told, and which claims it releases. */
export type ScopeDefinition = { readonly name: string; readonly description?: string; readonly claims: readonly string[] };

/**
 * An API that tokens can be meant for (RFC 8707): its identifier, the client by which it introspects them, and the clients that may name it,
 * every one when left out.
 */
export type Resource = { readonly id: string; readonly client_id: string; readonly clients?: readonly string[] };

/** Clients that register themselves (RFC 7591): who may, and what they may be. */
export type Registration = {
  /** Anybody may; else only who has an initial access token. */
  readonly open: boolean;
  readonly grantTypes: readonly string[];
  readonly scopes: readonly string[];
  /** How many there may be at once. */
  readonly maxClients: number;
};

export type Settings = {
  /** OpenID Connect Discovery section 3: compared byte for byte, everywhere. No trailing slash. */
  readonly issuer: string;
  readonly lifetimes: Lifetimes;
  /** Algorithms offered for signatures, the first being used for tokens nobody registered an algorithm for. */
  readonly signing: readonly AsymmetricAlgorithm[];
  /** What signs for clients that registered no algorithm: one of `signing`; RS256 when left out, where it is offered (OpenID Connect Registration section 2). */
  readonly unsaidSigning?: AsymmetricAlgorithm;
  readonly scopes: readonly ScopeDefinition[];
  readonly resources: readonly Resource[];
  /** What is mapped for every client, in order; nothing when left out. */
  readonly claims?: readonly ClaimMapper[];
  /** BCP 47 tags of the pages' languages, the first being the fallback. */
  readonly locales: readonly string[];
  /** What is left out has the place of the endpoint table. */
  readonly paths: Places;
  /**
   * Resources of the server's own for the discovery document: member to path below the issuer. Clients with certificates find them at the origin of
   * `mtls` too. The core does not serve them, and judges the tokens shown there (resource.ts).
   */
  readonly resourcePaths?: Readonly<Record<string, `/${string}`>>;
  /**
   * Certificates of clients reach this provider (RFC 8705). `origin`: where its endpoints take them, when that is not the issuer's own
   * (section 5). Left out where none do.
   */
  readonly mtls?: { readonly origin?: string };
  /** Clients of the environment `production` must authenticate by a key of their own, not by a shared secret. */
  readonly productionByKey?: boolean;
  /** Authorization requests count only when they were pushed, whichever client they are of (RFC 9126 section 5). */
  readonly requirePushedRequests?: boolean;
  /** Policies of clients that say nothing of them; where this says nothing either, they are strict. */
  readonly policies?: UnsaidPolicies;
  /**
   * Where people may sign in, by the names that requests have for it (`identity_provider_id`): ids of upstreams, and `local` for here. A
   * request that names one is answered with a sign-in there; any other name says nothing. Left out where there is no choice.
   */
  readonly realms?: readonly string[];
  /** Left out, clients do not register themselves. */
  readonly registration?: Registration;
};
