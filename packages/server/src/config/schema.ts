/**
 * The shape of symbolon.yaml as a JSON Schema. Names of client metadata are RFC 7591's, RFC 8705's and OpenID Connect's. What is more
 * than a shape (uniqueness, URIs, references) is in checks/. A description, where there is one, completes "write ..." in a finding.
 */
import {
  algorithms,
  asymmetricAlgorithms,
  claimPlaces,
  claimSources,
  contentEncryptions,
  type Encryptions,
  keyEncryptions,
  type Lifetimes,
} from '@symbolon/provider';
import Type from 'typebox';
import { upstreamSchema } from './upstream-schema.ts';

const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });
const texts = Type.Array(text);
const flag = Type.Boolean();
const free = Type.Record(Type.String(), Type.Unknown());
const optional = Type.Optional;

const tenYears = 315_360_000;
const seconds = (minimum: number, maximum: number) =>
  optional(Type.Integer({ minimum, maximum, description: `seconds, a whole number from ${minimum} to ${maximum}` }));

const clientLifetimes = {
  code: seconds(1, 600),
  accessToken: seconds(1, tenYears),
  idToken: seconds(1, tenYears),
  refreshToken: seconds(1, tenYears),
  refreshGrace: seconds(0, tenYears),
  pushedRequest: seconds(5, 600),
};
const tenantLifetimes = {
  ...clientLifetimes,
  session: seconds(1, tenYears),
  sessionIdle: seconds(1, tenYears),
  interaction: seconds(1, tenYears),
} satisfies Record<keyof Lifetimes, unknown>;

const dialects = ['standard', 'agate', 'oneportal', 'identify', 'idpartner', 'o2o'] as const;
/** `X-Client-Cert`: PEM, percent-encoded, as nginx writes it. `Client-Cert`: RFC 9440. */
export const certificateHeaders = ['X-Client-Cert', 'Client-Cert'] as const;
const authMethodNames = [
  'client_secret_basic',
  'client_secret_post',
  'none',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;
const grantTypeNames = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'password',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
] as const;
const responseTypeNames = [
  'code',
  'id_token',
  'code id_token',
  'code token',
  'id_token token',
  'code id_token token',
  'token',
  'none',
] as const;

const policy = Type.Object(
  {
    consent: optional(Type.Enum(['explicit', 'implicit'])),
    pkce: optional(Type.Enum(['required', 'optional'])),
    accessToken: optional(Type.Enum(['opaque', 'jwt'])),
    refreshToken: optional(Type.Enum(['offline_access', 'always', 'never'])),
    offlineAccess: optional(Type.Enum(['outlives', 'session'])),
    scopeClaims: optional(Type.Enum(['userinfo', 'id_token'])),
    passwordGrant: optional(flag),
    credentialsInQuery: optional(flag),
    userinfoWithoutOpenid: optional(flag),
    unknownScopes: optional(Type.Enum(['ignore', 'refuse'])),
    requestObject: optional(Type.Enum(['bound', 'fapi', 'openid'])),
    assertionAudience: optional(Type.Enum(['issuer', 'endpoint'])),
    signOnTokens: optional(flag),
    dpopNonce: optional(flag),
  },
  closed,
);

const mapper = Type.Object(
  {
    to: optional(text),
    from: optional(Type.Enum(claimSources)),
    claim: optional(text),
    path: optional(text),
    prefix: optional(text),
    cutPrefix: optional(flag),
    value: optional(Type.Unknown()),
    audience: optional(texts),
    into: optional(Type.Array(Type.Enum(claimPlaces), { minItems: 1 })),
    scope: optional(text),
  },
  closed,
);

const keyEncryption = optional(Type.Enum(keyEncryptions));
const contentEncryption = optional(Type.Enum(contentEncryptions));
const encryptions = {
  id_token_encrypted_response_alg: keyEncryption,
  id_token_encrypted_response_enc: contentEncryption,
  userinfo_encrypted_response_alg: keyEncryption,
  userinfo_encrypted_response_enc: contentEncryption,
  introspection_encrypted_response_alg: keyEncryption,
  introspection_encrypted_response_enc: contentEncryption,
  authorization_encrypted_response_alg: keyEncryption,
  authorization_encrypted_response_enc: contentEncryption,
} satisfies Record<keyof Encryptions, unknown>;

const client = Type.Object(
  {
    client_id: text,
    client_name: optional(text),
    client_secret: optional(Type.String()),
    client_uri: optional(text),
    logo_uri: optional(text),
    policy_uri: optional(text),
    tos_uri: optional(text),
    initiate_login_uri: optional(text),
    application_type: optional(Type.Enum(['web', 'native'])),
    redirect_uris: optional(Type.Array(Type.String())),
    post_logout_redirect_uris: optional(Type.Array(Type.String())),
    backchannel_logout_uri: optional(text),
    backchannel_logout_session_required: optional(flag),
    frontchannel_logout_uri: optional(text),
    frontchannel_logout_session_required: optional(flag),
    origin_url: optional(text),
    token_endpoint_auth_method: optional(Type.Enum(authMethodNames)),
    token_endpoint_auth_signing_alg: optional(Type.Enum(algorithms)),
    tls_client_auth_subject_dn: optional(text),
    tls_client_auth_san_dns: optional(text),
    tls_client_auth_san_uri: optional(text),
    tls_client_auth_san_ip: optional(text),
    tls_client_auth_san_email: optional(text),
    tls_client_certificate_bound_access_tokens: optional(flag),
    dpop_bound_access_tokens: optional(flag),
    jwks_uri: optional(text),
    jwks: optional(Type.Object({ keys: Type.Array(free, { minItems: 1 }) })),
    grant_types: optional(Type.Array(Type.Enum(grantTypeNames), { minItems: 1 })),
    response_types: optional(Type.Array(Type.Enum(responseTypeNames))),
    scope: optional(Type.String({ description: 'scope names with spaces between them, such as openid profile email' })),
    id_token_signed_response_alg: optional(Type.Enum(algorithms)),
    userinfo_signed_response_alg: optional(Type.Enum(algorithms)),
    introspection_signed_response_alg: optional(Type.Enum(algorithms)),
    subject_type: optional(Type.Enum(['public', 'pairwise'])),
    sector_identifier_uri: optional(text),
    ...encryptions,
    authorization_signed_response_alg: optional(Type.Enum(algorithms)),
    require_pushed_authorization_requests: optional(flag),
    request_object_signing_alg: optional(Type.Enum(asymmetricAlgorithms)),
    require_signed_request_object: optional(flag),
    request_uris: optional(Type.Array(Type.String())),
    default_max_age: optional(Type.Integer({ minimum: 0, maximum: tenYears, description: 'seconds, a whole number' })),
    require_auth_time: optional(flag),
    environment: optional(Type.Enum(['sandbox', 'production'])),
    lifetimes: optional(Type.Object(clientLifetimes, closed)),
    policy: optional(policy),
    access: optional(Type.Object({ groups: Type.Array(text, { minItems: 1 }) }, closed)),
    claims: optional(Type.Array(mapper)),
  },
  closed,
);

const user = Type.Object(
  {
    username: text,
    password: optional(text),
    passwordHash: optional(text),
    groups: optional(texts),
    roles: optional(texts),
    claims: optional(free),
  },
  closed,
);

const scope = Type.Object({ name: text, description: optional(text), claims: optional(texts) }, closed);

const registration = Type.Object(
  {
    open: optional(flag),
    grant_types: optional(Type.Array(Type.Enum(grantTypeNames), { minItems: 1 })),
    scope: optional(text),
    maxClients: optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'a whole number from 1 to 100000' })),
  },
  closed,
);

const tenant = Type.Object(
  {
    id: text,
    issuer: text,
    name: optional(text),
    dialect: optional(Type.Enum(dialects)),
    locales: optional(Type.Array(text, { minItems: 1 })),
    lifetimes: optional(Type.Object(tenantLifetimes, closed)),
    signing: optional(Type.Array(Type.Enum(asymmetricAlgorithms), { minItems: 1 })),
    requirePushedRequests: optional(flag),
    scopes: optional(Type.Array(scope)),
    claims: optional(Type.Array(mapper)),
    users: optional(Type.Array(user)),
    clients: optional(Type.Array(client)),
    clientCa: optional(Type.Object({ create: optional(flag), cert: optional(text), key: optional(text) }, closed)),
    mtlsOrigin: optional(text),
    resources: optional(Type.Array(Type.Object({ id: text, client_id: text, clients: optional(texts) }, closed))),
    registration: optional(registration),
    upstreams: optional(Type.Array(upstreamSchema)),
  },
  closed,
);

const server = Type.Object(
  {
    listen: optional(Type.String({ description: 'host:port, such as 127.0.0.1:4000 or "[::1]:4000"' })),
    tls: optional(Type.Object({ cert: text, key: text, clientCa: optional(texts) }, closed)),
    trustedProxies: optional(texts),
    certificateHeader: optional(Type.Enum(certificateHeaders)),
    metrics: optional(text),
    outbound: optional(Type.Object({ allow: optional(texts) }, closed)),
    masterKey: optional(text),
  },
  closed,
);

export const fileSchema = Type.Object(
  { server: optional(server), database: optional(text), tenants: Type.Array(tenant, { minItems: 1 }) },
  closed,
);

export type File = Type.Static<typeof fileSchema>;
export type FileServer = Type.Static<typeof server>;
export type FileTenant = File['tenants'][number];
export type FileClient = Type.Static<typeof client>;
export type FileScope = Type.Static<typeof scope>;
export type FileMapper = Type.Static<typeof mapper>;
export type FileUser = Type.Static<typeof user>;

/** The file while it may still be wrong: everything may be missing, and what is wrong is `undefined` under its key. */
export type Draft<T> = unknown extends T
  ? unknown
  : T extends readonly (infer Item)[]
    ? readonly (Draft<Item> | undefined)[]
    : T extends object
      ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
      : T;
