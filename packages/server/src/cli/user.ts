/** symbolon user: add, list, sessions, signout, disable, enable, password. Works on the database directly; a running server notices at the next request. */
import type { Command } from 'commander';
import type { User } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import { newUser } from '../users/new-user.ts';
import { hashPassword, newPasswordProblem } from '../users/password.ts';
import { usernameKey } from '../users/username.ts';
import { type TenantOption, tenantCommands, withTenant } from './tenant.ts';

type PasswordOption = TenantOption & { readonly passwordStdin?: boolean };
type AddOptions = PasswordOption & { readonly name?: string; readonly email?: string; readonly group?: string[]; readonly role?: string[] };

export function userCommands(program: Command, file: readonly [string, string, string]): void {
  const command = tenantCommands(program, file);
  command('add <username>', 'add a person')
    .option('--name <name>', 'her full name')
    .option('--email <email>', 'her e-mail address, taken as not verified')
    .option('--group <group...>', 'groups')
    .option('--role <role...>', 'roles')
    .option('--password-stdin', 'read the password from standard input instead of making one')
    .action(add);
  command('list', 'list the people').action(list);
  command('sessions <username>', 'list where a person is signed in').action(sessions);
  command('signout <username>', 'end the sessions of a person, and tell the applications; grants with offline_access stay')
    .option('--session <sid>', 'only this one, as `sessions` lists it')
    .action(signout);
  command('disable <username>', 'disable a person; sessions and tokens end at once').action(disable);
  command('enable <username>', 'enable a disabled person again').action(enable);
  command('password <username>', 'set a new password; sessions and tokens end at once')
    .option('--password-stdin', 'read the password from standard input instead of making one')
    .action(password);
}

async function add(username: string, options: AddOptions): Promise<void> {
  await withTenant(options, async (tenant) => {
    const { op, store } = tenant;
    const chosen = await readPassword(tenant, options);
    const claims = {
      ...(options.name === undefined ? undefined : { name: options.name }),
      ...(options.email === undefined ? undefined : { email: options.email, email_verified: false }),
    };
    const made = newUser({ username, claims, groups: options.group ?? [], roles: options.role ?? [], now: op.now, random: op.random });
    if ('problem' in made) throw new Error(`the username cannot be used: ${made.problem}`);
    if (!(await store.users.add(made.user, await hashPassword(chosen.password)))) throw new Error(`there is already a user ${username}`);
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

async function sessions(username: string, options: TenantOption): Promise<void> {
  await withTenant(options, async (tenant) => {
    const { store, op } = tenant;
    const { sub } = await findUser(tenant, username);
    for (const { sid, device, createdAt, seenAt, clients } of await store.sessions.list(sub, op.settings.lifetimes.sessionIdle, op.now())) {
      const [since, seen] = [createdAt, seenAt].map((seconds) => new Date(seconds * 1000).toISOString().replace('.000', ''));
      process.stdout.write(`${sid}\t${since}\t${seen}\t${device ?? ''}\t${Object.keys(clients).join(' ')}\n`);
    }
  });
}

async function signout(username: string, options: TenantOption & { readonly session?: string }): Promise<void> {
  await withTenant(options, async (tenant) => {
    const { store, op } = tenant;
    const { sub } = await findUser(tenant, username);
    const { session } = options;
    const ended = await (session === undefined ? store.sessions.endAll(sub, op.now()) : store.sessions.endOne(sub, session, op.now()));
    for (const { sid } of ended) op.emit({ type: 'session.ended', sid, sub });
    if (session !== undefined && ended.length === 0) throw new Error(`${username} has no session ${session}`);
    const told = new Set(ended.flatMap(({ clients }) => clients)).size;
    process.stdout.write(`ended ${ended.length} session${ended.length === 1 ? '' : 's'}; applications to be told: ${told}\n`);
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
    const chosen = await readPassword(tenant, options);
    await tenant.store.users.setPassword(user.sub, await hashPassword(chosen.password), tenant.op.now());
    process.stdout.write(`changed the password of ${user.username}; sessions and tokens are ended\n${chosen.note}`);
  });
}

/** Throws when nobody has this name. */
export async function findUser({ store }: Tenant, username: string): Promise<User> {
  const name = usernameKey(username);
  const found = 'key' in name ? await store.users.findForPassword(name.key) : undefined;
  if (found === undefined) throw new Error(`there is no user ${username}`);
  return found.user;
}

async function readPassword({ op }: Tenant, options: PasswordOption): Promise<{ readonly password: string; readonly note: string }> {
  if (options.passwordStdin !== true) {
    const made = op.random(18);
    return { password: made, note: `password: ${made}\n` };
  }
  const given = await readStandardInput();
  const problem = newPasswordProblem(given);
  if (problem !== undefined) throw new Error(`the password cannot be used: ${problem}`);
  return { password: given, note: '' };
}

/** Everything on standard input, without the line end. */
async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text.replace(/\r?\n$/, '');
}
