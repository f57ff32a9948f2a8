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
  readonly users: readonly UserConfig[];
  readonly clients: readonly ClientConfig[];
  readonly upstreams: readonly UpstreamConfig[];
};

export type Config = {
  readonly server: {
    readonly listen: Endpoint;
    /** Address blocks that the server's own requests may reach although they are not public. */
    readonly outbound: { readonly allow: readonly string[] };
  };
  /** `sqlite:` and an absolute path, `sqlite::memory:`, or a postgres URL, which may hold a password. */
  readonly database: string;
  /** Encrypts signing keys and sealed secrets at rest; where it is not given, the server keeps one of its own. */
  readonly masterKey?: string;
  readonly tenants: readonly TenantConfig[];
};
