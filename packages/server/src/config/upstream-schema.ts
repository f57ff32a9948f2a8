/** The shape of `upstreams` in symbolon.yaml: identity providers that people may come from. What it must mean is in checks/upstreams.ts. */
import { algorithms } from '@symbolon/provider';
import Type from 'typebox';
import { upstreamPresets } from './upstream-presets.ts';

const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });
const texts = Type.Array(text);
const flag = Type.Boolean();
const optional = Type.Optional;

const rule = Type.Object(
  {
    required: optional(flag),
    values: optional(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), { minItems: 1 })),
    pattern: optional(text),
    type: optional(Type.Enum(['string', 'number', 'boolean', 'strings', 'object'])),
    to: optional(text),
  },
  closed,
);

/** Groups or roles: the claim that names them there, and what each of its values means here. */
const names = Type.Object({ claim: text, map: Type.Record(Type.String(), text) }, closed);

export const upstreamAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const;

/** What we sign assertions about ourselves with, with the tenant's own keys. */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256'] as const;

export const upstreamSchema = Type.Object(
  {
    id: text,
    name: optional(text),
    enabled: optional(flag),
    connector: optional(Type.Enum(['oidc', 'oauth2'])),
    preset: optional(Type.Enum(Object.keys(upstreamPresets) as (keyof typeof upstreamPresets)[])),
    discovery: optional(text),
    issuer: optional(text),
    response_mode: optional(Type.Enum(['query', 'form_post', 'jwt', 'query.jwt', 'form_post.jwt'])),
    id_token_signed_response_alg: optional(Type.Enum(algorithms)),
    authorization_signed_response_alg: optional(Type.Enum(algorithms)),
    authorization_endpoint: optional(text),
    token_endpoint: optional(text),
    userinfo_endpoint: optional(text),
    client_id: text,
    client_secret: optional(text),
    token_endpoint_auth_method: optional(Type.Enum(upstreamAuthMethods)),
    token_endpoint_auth_signing_alg: optional(Type.Enum(assertionAlgorithms)),
    tls: optional(Type.Object({ cert: optional(text), key: optional(text), ca: optional(text) }, closed)),
    scope: optional(text),
    logo: optional(text),
    profile: optional(Type.Record(Type.String(), text)),
    claims: optional(Type.Record(Type.String(), rule)),
    groups: optional(names),
    roles: optional(names),
    linking: optional(Type.Enum(['never', 'ask', 'verified-email'])),
    linkOnly: optional(flag),
    registration: optional(Type.Enum(['silent', 'review', 'none'])),
    domains: optional(texts),
    owner: optional(Type.Object({ type: text, id: text }, closed)),
    landing: optional(text),
    landingClient: optional(text),
    support: optional(text),
    logout: optional(Type.Enum(['none', 'rp-initiated'])),
    frontChannelLogout: optional(flag),
  },
  closed,
);

export type FileUpstream = Type.Static<typeof upstreamSchema>;
