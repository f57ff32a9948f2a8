/** symbolon check: all mistakes of a file at once, or that there are none, and what is accepted but not in effect yet. */
import { format } from '../config/finding.ts';
import { type FileOption, loadFile } from './load.ts';

export async function check(options: FileOption): Promise<void> {
  const { config, pending } = await loadFile(options);
  const clients = config.tenants.reduce((sum, tenant) => sum + tenant.clients.length, 0);
  const users = config.tenants.reduce((sum, tenant) => sum + tenant.users.length, 0);
  process.stdout.write(`${options.config}: no mistakes. ${config.tenants.length} tenants, ${clients} clients, ${users} users.\n`);
  if (pending.length > 0) process.stdout.write(`\nNot yet in effect:\n${format(pending, options.config)}\n`);
}
