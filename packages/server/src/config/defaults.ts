/** From a correct file to the configuration: what is left unsaid gets its default, strict wherever there is a choice. */
import { resolve } from 'node:path';
import {
  asymmetricAlgorithms,
  authMethods,
  type ClientAuthMethod,
  defaultLifetimes,
  type Json,
  splitScope,
  strictPolicy,
} from '@symbolon/provider';
import { usernameKey } from '../users/username.ts';
import { canonicalLocale } from './checks/tenants.ts';
import type { ClientConfig, Config, TenantConfig, UserConfig } from './config.ts';
import { type Endpoint, parseEndpoint } from './network.ts';
import type { File, FileClient, FileTenant, FileUser } from './schema.ts';

const defaultListen: Endpoint = { host: '127.0.0.1', port: 4000 };
const defaultDatabase = 'sqlite:./symbolon.db';

/** The whole configuration; the path of an SQLite file becomes absolute. */
export function complete(file: File, baseDirectory: string): Config {
  return {
    server: { listen: parseEndpoint(file.server?.listen ?? '') ?? defaultListen },
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
  const { id, issuer } = tenant;
  const locales = (tenant.locales ?? ['en']).map((tag) => canonicalLocale(tag) ?? tag);
  const signing = tenant.signing ?? asymmetricAlgorithms;
  const scopes = (tenant.scopes ?? []).map((scope) => ({ ...scope, claims: scope.claims ?? [] }));
  const lifetimes = { ...defaultLifetimes, ...tenant.lifetimes };
  return {
    id,
    issuer,
    name: tenant.name ?? id,
    locales,
    settings: { issuer, lifetimes, signing, scopes, locales, paths: {} },
    users: (tenant.users ?? []).map(userOf),
    clients: (tenant.clients ?? []).map((client) => clientOf(client, signing)),
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

/** RFC 7591 section 2 for most defaults; the policy is strict. */
function clientOf(client: FileClient, signing: TenantConfig['settings']['signing']): ClientConfig {
  const method = client.token_endpoint_auth_method ?? 'client_secret_basic';
  const grant_types = client.grant_types ?? ['authorization_code', 'refresh_token'];
  const offersCode = grant_types.includes('authorization_code');
  return {
    ...metadataOf(client),
    application_type: client.application_type ?? 'web',
    redirect_uris: client.redirect_uris ?? [],
    post_logout_redirect_uris: client.post_logout_redirect_uris ?? [],
    ...authenticationOf(client, method),
    grant_types,
    response_types: client.response_types ?? (offersCode ? ['code'] : []),
    scopes: splitScope((client.scope ?? (offersCode ? 'openid' : '')).replace(/\s+/g, ' ')),
    id_token_signed_response_alg: client.id_token_signed_response_alg ?? firstChoice(signing),
    lifetimes: client.lifetimes ?? {},
    policy: { ...strictPolicy, ...client.policy },
  };
}

/** OpenID Connect's default where the tenant offers it, else the algorithm the tenant names first. */
function firstChoice(signing: TenantConfig['settings']['signing']): ClientConfig['id_token_signed_response_alg'] {
  return signing.includes('RS256') ? 'RS256' : (signing[0] ?? 'RS256');
}

/** A client whose method is not in effect yet is there, disabled and without a secret: nobody can authenticate as it. */
function authenticationOf(client: FileClient, method: string): Pick<ClientConfig, 'token_endpoint_auth_method' | 'secret' | 'disabled'> {
  if (!isBuilt(method)) return { token_endpoint_auth_method: 'client_secret_basic', disabled: true };
  return { token_endpoint_auth_method: method, disabled: false, ...given('secret', client.client_secret) };
}

function isBuilt(method: string): method is ClientAuthMethod {
  return Object.hasOwn(authMethods, method);
}

function metadataOf(client: FileClient) {
  return {
    client_id: client.client_id,
    ...given('client_name', client.client_name),
    ...given('client_uri', client.client_uri),
    ...given('logo_uri', client.logo_uri),
    ...given('policy_uri', client.policy_uri),
    ...given('tos_uri', client.tos_uri),
    ...given('backchannel_logout_uri', client.backchannel_logout_uri),
    ...given('frontchannel_logout_uri', client.frontchannel_logout_uri),
    ...given('default_max_age', client.default_max_age),
    ...given('require_auth_time', client.require_auth_time),
  };
}

/** A property that is there only with a value, as exact optional properties want it. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
