/** symbolon user: add, list, disable, enable, password. Works on the database directly; a running server notices at the next request. */
import type { Command } from 'commander';
import { open } from '../compose.ts';
import { createLogger } from '../logger.ts';
import type { User } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import { random } from '../tenant-runtime.ts';
import { newUser } from '../users/new-user.ts';
import { hashPassword, passwordProblem } from '../users/password.ts';
import { usernameKey } from '../users/username.ts';
import { type FileOption, fail, loadOrExit, readStandardInput } from './load.ts';
import { startFailure } from './serve.ts';

export type TenantOption = FileOption & { readonly tenant?: string };
type PasswordOption = TenantOption & { readonly passwordStdin?: boolean };
type AddOptions = PasswordOption & { readonly name?: string; readonly email?: string; readonly group?: string[]; readonly role?: string[] };

export function userCommands(program: Command, file: readonly [string, string, string]): void {
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option(...file)
      .option('-t, --tenant <id>', 'the tenant; the first of the file if left out');
  command('add <username>', 'add a person')
    .option('--name <name>', 'her full name')
    .option('--email <email>', 'her e-mail address, taken as not verified')
    .option('--group <group...>', 'groups')
    .option('--role <role...>', 'roles')
    .option('--password-stdin', 'read the password from standard input instead of making one')
    .action(add);
  command('list', 'list the people').action(list);
  command('disable <username>', 'disable a person; sessions and tokens end at once').action(disable);
  command('enable <username>', 'enable a disabled person again').action(enable);
  command('password <username>', 'set a new password; sessions and tokens end at once')
    .option('--password-stdin', 'read the password from standard input instead of making one')
    .action(password);
}

async function add(username: string, options: AddOptions): Promise<void> {
  await withTenant(options, async ({ op, store }) => {
    const chosen = await readPassword(options);
    const claims = {
      ...(options.name === undefined ? undefined : { name: options.name }),
      ...(options.email === undefined ? undefined : { email: options.email, email_verified: false }),
    };
    const made = newUser({ username, claims, groups: options.group ?? [], roles: options.role ?? [], now: op.now, random });
    if ('problem' in made) fail(`the username cannot be used: ${made.problem}`);
    if (!(await store.users.add(made.user, await hashPassword(chosen.password)))) fail(`there is already a user ${username}`);
    process.stdout.write(`added ${made.user.username} (sub ${made.user.sub})\n${chosen.note}`);
  });
}

async function list(options: TenantOption): Promise<void> {
  await withTenant(options, async ({ store }) => {
    const page = 200;
    let after: string | undefined;
    for (;;) {
      const users = await store.users.list(after, page);
      for (const user of users) process.stdout.write(`${user.username}\t${user.active ? 'active' : 'disabled'}\t${user.sub}\n`);
      if (users.length < page) return;
      after = users.at(-1)?.usernameKey;
    }
  });
}

async function disable(username: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const user = await findUser(tenant, username);
    await tenant.store.users.setActive(user.sub, false, tenant.op.now());
    process.stdout.write(`disabled ${user.username}; sessions and tokens are ended\n`);
  });
}

async function enable(username: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const user = await findUser(tenant, username);
    await tenant.store.users.setActive(user.sub, true, tenant.op.now());
    process.stdout.write(`enabled ${user.username}\n`);
  });
}

async function password(username: string, options: PasswordOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const user = await findUser(tenant, username);
    const chosen = await readPassword(options);
    await tenant.store.users.setPassword(user.sub, await hashPassword(chosen.password), tenant.op.now());
    process.stdout.write(`changed the password of ${user.username}; sessions and tokens are ended\n${chosen.note}`);
  });
}

/** Runs the action on the tenant that the options name, on the database of the configuration file. */
export async function withTenant(options: TenantOption, action: (tenant: Tenant) => Promise<void>): Promise<void> {
  const { config } = await loadOrExit(options);
  const index = options.tenant === undefined ? 0 : config.tenants.findIndex((tenant) => tenant.id === options.tenant);
  if (index === -1) fail(`there is no tenant ${options.tenant}; the file has ${config.tenants.map((tenant) => tenant.id).join(', ')}`);
  const { tenants, close } = await open(config, createLogger('warn')).catch((error: unknown) =>
    fail(startFailure(error, config.server.listen)),
  );
  try {
    const running = tenants[index];
    if (running !== undefined) await action(running.tenant);
  } finally {
    await close();
  }
}

async function findUser({ store }: Tenant, username: string): Promise<User> {
  const name = usernameKey(username);
  const found = 'key' in name ? await store.users.findForPassword(name.key) : undefined;
  return found?.user ?? fail(`there is no user ${username}`);
}

async function readPassword(options: PasswordOption): Promise<{ readonly password: string; readonly note: string }> {
  if (options.passwordStdin !== true) {
    const made = random(18);
    return { password: made, note: `password: ${made}\n` };
  }
  const given = await readStandardInput();
  const problem = passwordProblem(given);
  return problem === undefined ? { password: given, note: '' } : fail(`the password cannot be used: ${problem}`);
}
