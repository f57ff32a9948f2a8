/** From a correct file to the configuration: what is left unsaid gets its default, strict wherever there is a choice. */
import { resolve } from 'node:path';
import {
  asymmetricAlgorithms,
  type ClientMetadata,
  defaultLifetimes,
  inProfile,
  type Json,
  type Registration,
  type Settings,
  standardScopeClaims,
  withDefaults,
} from '@symbolon/provider';
import { usernameKey } from '../users/username.ts';
import { asksForCertificates, certificatesReach } from './certificates.ts';
import { canonicalLocale } from './checks/tenants.ts';
import type { ClientConfig, Config, TenantConfig, TlsConfig, UserConfig } from './config.ts';
import { mapperOf, tenantMappers } from './mappers.ts';
import { type Endpoint, parseEndpoint } from './network.ts';
import { builtMethod } from './not-yet.ts';
import { certificatesIn, pemFile } from './pem-file.ts';
import type { File, FileClient, FileServer, FileTenant, FileUser } from './schema.ts';
import { type UpstreamTls, upstreamOf } from './upstream-config.ts';
import type { FileUpstream } from './upstream-schema.ts';

const defaultListen: Endpoint = { host: '127.0.0.1', port: 4000 };
const defaultDatabase = 'sqlite:./symbolon.db';

/** The whole configuration; the path of an SQLite file becomes absolute. */
export function complete(file: File, baseDirectory: string): Config {
  return {
    server: serverOf(file, baseDirectory),
    database: databaseOf(file.database ?? defaultDatabase, baseDirectory),
    ...given('masterKey', file.server?.masterKey),
    tenants: file.tenants.map((tenant) => tenantOf(tenant, file, baseDirectory)),
  };
}

function serverOf(file: File, baseDirectory: string): Config['server'] {
  const { listen, tls, outbound, trustedProxies = [], certificateHeader = 'X-Client-Cert' } = file.server ?? {};
  const wanted = file.tenants.some((tenant) => certificatesReach(file, tenant));
  return {
    listen: parseEndpoint(listen ?? '') ?? defaultListen,
    ...given('tls', tls === undefined ? undefined : tlsOf(file, tls, baseDirectory)),
    outbound: { allow: outbound?.allow ?? [] },
    proxies: { trusted: trustedProxies, ...given('certificateHeader', wanted ? certificateHeader : undefined) },
  };
}

function tlsOf(file: File, { cert, key, clientCa = [] }: NonNullable<FileServer['tls']>, baseDirectory: string): TlsConfig {
  const authorities = clientCa.flatMap((path) => certificatesIn(textOf(path, baseDirectory)));
  const pair = { cert: textOf(cert, baseDirectory), key: textOf(key, baseDirectory) };
  return { ...pair, ...given('clientCa', asksForCertificates(file) ? authorities : undefined) };
}

/** Of a file that was there a moment ago, when it was checked. */
function textOf(path: string, baseDirectory: string): string {
  const file = pemFile(path, baseDirectory);
  if ('message' in file) throw new Error(`${path} ${file.message}`);
  return file.text;
}

function clientCaOf({ create, cert, key }: NonNullable<FileTenant['clientCa']>, baseDirectory: string): TenantConfig['clientCa'] {
  if (create === true || cert === undefined) return 'ours';
  return { cert: textOf(cert, baseDirectory), ...given('key', key === undefined ? undefined : textOf(key, baseDirectory)) };
}

function upstreamTlsOf({ cert, key, ca }: NonNullable<FileUpstream['tls']>, baseDirectory: string): UpstreamTls {
  return {
    ...given('cert', cert === undefined ? undefined : textOf(cert, baseDirectory)),
    ...given('key', key === undefined ? undefined : textOf(key, baseDirectory)),
    ...given('ca', ca === undefined ? undefined : certificatesIn(textOf(ca, baseDirectory))),
  };
}

function databaseOf(database: string, baseDirectory: string): string {
  const path = database.startsWith('sqlite:') ? database.slice('sqlite:'.length) : undefined;
  return path === undefined || path === ':memory:' ? database : `sqlite:${resolve(baseDirectory, path)}`;
}

function tenantOf(tenant: FileTenant, file: File, baseDirectory: string): TenantConfig {
  const { mtlsOrigin, clientCa } = tenant;
  const settings: Settings = {
    issuer: tenant.issuer,
    lifetimes: { ...defaultLifetimes, ...tenant.lifetimes },
    signing: tenant.signing ?? asymmetricAlgorithms,
    scopes: (tenant.scopes ?? []).map((scope) => ({ ...scope, claims: scope.claims ?? [] })),
    resources: tenant.resources ?? [],
    claims: tenantMappers(tenant.scopes ?? [], tenant.claims ?? []),
    locales: (tenant.locales ?? ['en']).map((tag) => canonicalLocale(tag) ?? tag),
    paths: {},
    ...given('mtls', certificatesReach(file, tenant) ? given('origin', mtlsOrigin) : undefined),
    productionByKey: clientCa !== undefined,
    ...given('registration', tenant.registration && registrationOf(tenant.registration)),
    ...given('requirePushedRequests', tenant.requirePushedRequests),
  };
  return {
    id: tenant.id,
    name: tenant.name ?? tenant.id,
    dialect: tenant.dialect ?? 'standard',
    settings,
    said: { lifetimes: tenant.lifetimes ?? {}, ...(tenant.locales === undefined ? undefined : { locales: settings.locales }) },
    ...given('clientCa', clientCa === undefined ? undefined : clientCaOf(clientCa, baseDirectory)),
    users: (tenant.users ?? []).map(userOf),
    clients: (tenant.clients ?? []).map((client) => clientOf(client, settings)),
    upstreams: (tenant.upstreams ?? []).map((upstream) => ({
      ...upstreamOf(upstream, baseDirectory),
      ...given('tls', upstream.tls && upstreamTlsOf(upstream.tls, baseDirectory)),
    })),
  };
}

/** Strict: with a token only, for signing people in, and with the scopes that every provider has. */
function registrationOf({ open, grant_types, scope, maxClients }: NonNullable<FileTenant['registration']>): Registration {
  return {
    open: open ?? false,
    grantTypes: grant_types ?? ['authorization_code', 'refresh_token', 'implicit'],
    scopes: scope === undefined ? Object.keys(standardScopeClaims) : scope.trim().split(/\s+/),
    maxClients: maxClients ?? 100,
  };
}

function userOf(user: FileUser): UserConfig {
  const { username, groups = [], roles = [] } = user;
  const name = usernameKey(username);
  if (!('key' in name)) throw new TypeError('a username that was not checked');
  return {
    username,
    usernameKey: name.key,
    ...given('password', user.password),
    ...given('passwordHash', user.passwordHash),
    groups,
    roles,
    // YAML's core schema has JSON's values only, and numbers outside JSON were refused on reading.
    claims: (user.claims ?? {}) as Record<string, Json>,
  };
}

/** A client whose method is not in effect yet is there, disabled and without a secret: nobody can authenticate as it. */
function clientOf({ client_secret, claims, access, jwks, ...client }: FileClient, settings: Settings): ClientConfig {
  const { token_endpoint_auth_method: method = 'client_secret_basic', scope } = client;
  const built = builtMethod(method);
  const metadata = inProfile(settings, {
    ...client,
    // YAML's values are JSON's.
    jwks: jwks as ClientMetadata['jwks'],
    token_endpoint_auth_method: built,
    scope: scope?.replace(/\s+/g, ' '),
  });
  const { id_token_signed_response_alg: _, ...registered } = withDefaults(settings, metadata);
  // What nobody said stays unsaid: the tenant's dialect has the next word.
  const algorithm = given('id_token_signed_response_alg', metadata.id_token_signed_response_alg);
  const complete = { ...registered, ...algorithm, ...given('claims', claims?.map(mapperOf)), ...given('access', access) };
  const said = { ...complete, policy: metadata.policy ?? {} };
  return built === undefined ? { ...said, disabled: true } : { ...said, ...given('secret', client_secret) };
}

/** A property that is there only with a value, as exact optional properties want it. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
