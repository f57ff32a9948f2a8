/** The configuration as the rest of the server sees it: checked, complete, every default filled in, every secret in place. */
import type { Client, Json, Settings } from '@symbolon/provider';
import type { Endpoint } from './network.ts';

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

export type ClientConfig = Omit<Client, 'secrets'> & {
  /** In plain, as the file has it. */
  readonly secret?: string;
};

export type TenantConfig = {
  readonly id: string;
  /** Shown on pages. */
  readonly name: string;
  readonly settings: Settings;
  readonly users: readonly UserConfig[];
  readonly clients: readonly ClientConfig[];
};

export type Config = {
  readonly server: { readonly listen: Endpoint };
  /** `sqlite:` and an absolute path, `sqlite::memory:`, or a postgres URL, which may hold a password. */
  readonly database: string;
  /** Encrypts signing keys and sealed secrets at rest; where it is not given, the server keeps one of its own. */
  readonly masterKey?: string;
  readonly tenants: readonly TenantConfig[];
};
