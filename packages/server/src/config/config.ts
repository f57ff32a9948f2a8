/** The configuration as the rest of the server sees it: checked, every default filled in that is not a dialect's to choose, every secret in place. */
import type { Client, Json, Lifetimes, Policy, Settings } from '@symbolon/provider';
import type { Endpoint } from './network.ts';
import type { FileTenant } from './schema.ts';
import type { UpstreamConfig } from './upstream-config.ts';

export type DialectName = NonNullable<FileTenant['dialect']>;

export type UserConfig = {
  readonly username: string;
  /** The canonical form under which the name is unique in its tenant. */
  readonly usernameKey: string;
  /** At most one of the two; with neither, the person cannot sign in by password. */
  readonly password?: string;
  readonly passwordHash?: string;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly claims: Readonly<Record<string, Json>>;
};

export type ClientConfig = Omit<Client, 'secrets' | 'policy'> & {
  /** What the file says; the rest is the tenant's to fill in. */
  readonly policy: Partial<Policy>;
  /** In plain, as the file has it. */
  readonly secret?: string;
};

export type TenantConfig = {
  readonly id: string;
  /** Shown on pages. */
  readonly name: string;
  readonly dialect: DialectName;
  readonly settings: Settings;
  /** Of the settings, what the file says itself: in its place a dialect may have something else. */
  readonly said: { readonly lifetimes: Partial<Lifetimes>; readonly locales?: readonly string[] };
  /** Its own authority for client certificates: one that we make and keep, or one that is given, which can issue only with its key. */
  readonly clientCa?: 'ours' | { readonly cert: string; readonly key?: string };
  readonly users: readonly UserConfig[];
  readonly clients: readonly ClientConfig[];
  readonly upstreams: readonly UpstreamConfig[];
};

/** PEM texts. `clientCa`: whose client certificates are believed; left out, and no tenant having an authority, none is asked for. */
export type TlsConfig = { readonly cert: string; readonly key: string; readonly clientCa?: readonly string[] };

/** Whose word on a caller's address is taken, and, where there is use for it, on its certificate. */
export type ProxiesConfig = { readonly trusted: readonly string[]; readonly certificateHeader?: 'X-Client-Cert' | 'Client-Cert' };

export type Config = {
  readonly server: {
    readonly listen: Endpoint;
    readonly tls?: TlsConfig;
    readonly proxies: ProxiesConfig;
    /** Address blocks that the server's own requests may reach although they are not public. */
    readonly outbound: { readonly allow: readonly string[] };
  };
  /** `sqlite:` and an absolute path, `sqlite::memory:`, or a postgres URL, which may hold a password. */
  readonly database: string;
  /** Encrypts signing keys and sealed secrets at rest; where it is not given, the server keeps one of its own. */
  readonly masterKey?: string;
  readonly tenants: readonly TenantConfig[];
};
