/** What the commands about a tenant have in common. They work on the database of the file directly, also while servers run on it. */
import type { Command } from 'commander';
import { open } from '../compose.ts';
import type { Config, TenantConfig } from '../config/config.ts';
import { createLogger } from '../logger.ts';
import type { Tenant } from '../tenant.ts';
import { reasonOf } from './failure.ts';
import { type FileOption, loadFile } from './load.ts';

export type TenantOption = FileOption & { readonly tenant?: string };

/** Makes subcommands that are told a file and a tenant. */
export function tenantCommands(program: Command, file: readonly [string, string, string]) {
  return (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option(...file)
      .option('-t, --tenant <id>', 'the tenant; the first of the file if left out');
}

/** Runs the action on the tenant that the options name; the database is closed whatever becomes of it. */
export async function withTenant(options: TenantOption, action: (tenant: Tenant, config: Config) => Promise<void>): Promise<void> {
  const { config } = await loadFile(options);
  const { tenants, storage } = await opened(config, chosen(config, options));
  try {
    for (const tenant of tenants) await action(tenant, config);
  } finally {
    await storage.close();
  }
}

function chosen({ tenants }: Config, options: TenantOption): TenantConfig {
  const found = options.tenant === undefined ? tenants[0] : tenants.find(({ id }) => id === options.tenant);
  if (found !== undefined) return found;
  throw new Error(`there is no tenant ${options.tenant}; the file has ${tenants.map(({ id }) => id).join(', ')}`);
}

async function opened(config: Config, tenant: TenantConfig) {
  try {
    return await open({ ...config, tenants: [tenant] }, createLogger('warn'));
  } catch (error) {
    throw new Error(`the database cannot be used: ${reasonOf(error)}`, { cause: error });
  }
}
