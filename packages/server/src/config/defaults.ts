/** From a correct file to the configuration: what is left unsaid gets its default, strict wherever there is a choice. */
import { resolve } from 'node:path';
import { asymmetricAlgorithms, defaultLifetimes, type Json, type Settings, withDefaults } from '@symbolon/provider';
import { usernameKey } from '../users/username.ts';
import { canonicalLocale } from './checks/tenants.ts';
import type { ClientConfig, Config, TenantConfig, UserConfig } from './config.ts';
import { mapperOf, tenantMappers } from './mappers.ts';
import { type Endpoint, parseEndpoint } from './network.ts';
import { builtMethod } from './not-yet.ts';
import type { File, FileClient, FileTenant, FileUser } from './schema.ts';
import { upstreamOf } from './upstream-config.ts';

const defaultListen: Endpoint = { host: '127.0.0.1', port: 4000 };
const defaultDatabase = 'sqlite:./symbolon.db';

/** The whole configuration; the path of an SQLite file becomes absolute. */
export function complete(file: File, baseDirectory: string): Config {
  return {
    server: {
      listen: parseEndpoint(file.server?.listen ?? '') ?? defaultListen,
      outbound: { allow: file.server?.outbound?.allow ?? [] },
    },
    database: databaseOf(file.database ?? defaultDatabase, baseDirectory),
    ...given('masterKey', file.server?.masterKey),
    tenants: file.tenants.map(tenantOf),
  };
}

function databaseOf(database: string, baseDirectory: string): string {
  const path = database.startsWith('sqlite:') ? database.slice('sqlite:'.length) : undefined;
  return path === undefined || path === ':memory:' ? database : `sqlite:${resolve(baseDirectory, path)}`;
}

function tenantOf(tenant: FileTenant): TenantConfig {
  const settings: Settings = {
    issuer: tenant.issuer,
    lifetimes: { ...defaultLifetimes, ...tenant.lifetimes },
    signing: tenant.signing ?? asymmetricAlgorithms,
    scopes: (tenant.scopes ?? []).map((scope) => ({ ...scope, claims: scope.claims ?? [] })),
    resources: tenant.resources ?? [],
    claims: tenantMappers(tenant.scopes ?? [], tenant.claims ?? []),
    locales: (tenant.locales ?? ['en']).map((tag) => canonicalLocale(tag) ?? tag),
    paths: {},
  };
  return {
    id: tenant.id,
    name: tenant.name ?? tenant.id,
    dialect: tenant.dialect ?? 'standard',
    settings,
    said: { lifetimes: tenant.lifetimes ?? {}, ...(tenant.locales === undefined ? undefined : { locales: settings.locales }) },
    users: (tenant.users ?? []).map(userOf),
    clients: (tenant.clients ?? []).map((client) => clientOf(client, settings)),
    upstreams: (tenant.upstreams ?? []).map(upstreamOf),
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
function clientOf({ client_secret, claims, ...client }: FileClient, settings: Settings): ClientConfig {
  const { token_endpoint_auth_method: method = 'client_secret_basic', scope } = client;
  const built = builtMethod(method);
  const metadata = { ...client, token_endpoint_auth_method: built, scope: scope?.replace(/\s+/g, ' ') };
  const complete = { ...withDefaults(settings, metadata), ...given('claims', claims?.map(mapperOf)) };
  const said = { ...complete, policy: client.policy ?? {} };
  return built === undefined ? { ...said, disabled: true } : { ...said, ...given('secret', client_secret) };
}

/** A property that is there only with a value, as exact optional properties want it. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
