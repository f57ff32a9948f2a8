/**
 * The endpoints, as a table: the router, the discovery document, CORS and the tests derive from it, so they cannot disagree.
 * `interactive` endpoints may need a person and so have an outcome of their own (authorize/authorize.ts, logout.ts); the others
 * are a request in and a response out (serve.ts).
 */
export type EndpointRow = {
  /** Its member in the discovery document (OpenID Connect Discovery section 3, RFC 8414 section 2), if it has one. */
  readonly metadata?: string;
  /** Below the issuer, unless `settings.paths` says otherwise. */
  readonly path: string;
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[];
  /** Whether scripts of other origins may read its answers; never with cookies. */
  readonly cors: boolean;
  readonly interactive: boolean;
  /** A setting without which it is not offered. */
  readonly needs?: 'registration';
};

export const endpoints = {
  openidConfiguration: { path: '/.well-known/openid-configuration', methods: ['GET'], cors: true, interactive: false },
  authorizationServer: { path: '/.well-known/oauth-authorization-server', methods: ['GET'], cors: true, interactive: false },
  jwks: { metadata: 'jwks_uri', path: '/jwks', methods: ['GET'], cors: true, interactive: false },
  authorize: { metadata: 'authorization_endpoint', path: '/authorize', methods: ['GET', 'POST'], cors: false, interactive: true },
  pushedAuthorizationRequest: {
    metadata: 'pushed_authorization_request_endpoint',
    path: '/par',
    methods: ['POST'],
    cors: true,
    interactive: false,
  },
  token: { metadata: 'token_endpoint', path: '/token', methods: ['POST'], cors: true, interactive: false },
  userinfo: { metadata: 'userinfo_endpoint', path: '/userinfo', methods: ['GET', 'POST'], cors: true, interactive: false },
  introspection: { metadata: 'introspection_endpoint', path: '/introspect', methods: ['POST'], cors: false, interactive: false },
  revocation: { metadata: 'revocation_endpoint', path: '/revoke', methods: ['POST'], cors: true, interactive: false },
  registration: {
    metadata: 'registration_endpoint',
    path: '/register',
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    cors: false,
    interactive: false,
    needs: 'registration',
  },
  /** For applications of one family: no specification has it, so no document names it. */
  signOn: { path: '/sign-on', methods: ['POST'], cors: false, interactive: false },
  endSession: { metadata: 'end_session_endpoint', path: '/logout', methods: ['GET', 'POST'], cors: false, interactive: true },
  checkSession: { metadata: 'check_session_iframe', path: '/check-session', methods: ['GET'], cors: false, interactive: true },
} as const satisfies Record<string, EndpointRow>;

export type EndpointName = keyof typeof endpoints;
export type DirectEndpointName = { [K in EndpointName]: (typeof endpoints)[K]['interactive'] extends false ? K : never }[EndpointName];

/** The endpoints that a client calls itself, and that may want its certificate there (RFC 8705 section 5). */
export const mtlsEndpoints = [
  'token',
  'pushedAuthorizationRequest',
  'userinfo',
  'introspection',
  'revocation',
] as const satisfies readonly EndpointName[];

/** Where endpoints live that are not where the table says: a path below the issuer, or a whole URL of the issuer's origin. */
export type Places = Readonly<Partial<Record<EndpointName, string>>>;

/** The URL of an endpoint of this tenant. */
export function urlOf(settings: { readonly issuer: string; readonly paths: Places }, name: EndpointName): string {
  const place = settings.paths[name] ?? endpoints[name].path;
  return place.startsWith('/') ? settings.issuer + place : place;
}

/** The URL of an endpoint for clients that come with a certificate; undefined where none do, and for endpoints that are no business of theirs. */
export function mtlsUrlOf(settings: MtlsSettings, name: EndpointName): string | undefined {
  if (settings.mtls === undefined || !mtlsEndpoints.some((one) => one === name)) return undefined;
  const url = urlOf(settings, name);
  return settings.mtls.origin === undefined ? url : settings.mtls.origin + url.slice(new URL(url).origin.length);
}

type MtlsSettings = { readonly issuer: string; readonly paths: Places; readonly mtls?: { readonly origin?: string } };
