/**
 * Applies users and clients of the configuration file to the store. What the file says is written when it is new or has changed in the file;
 * what somebody changed elsewhere since (console, CLI) is kept, and said, never silently overwritten.
 */
import { type Client, keepSecret } from '@symbolon/provider';
import type { ClientConfig, TenantConfig, UserConfig } from './config/config.ts';
import type { Tenant } from './tenant.ts';
import { newUser } from './users/new-user.ts';
import { hashPassword } from './users/password.ts';

/** What was not applied, for the operator. */
export type Kept = { readonly kind: 'client' | 'user'; readonly id: string };

type Entry = { readonly kind: 'client' | 'user'; readonly id: string; readonly value: unknown; readonly write: () => Promise<void> };

export async function applyConfig(tenant: Tenant, config: TenantConfig): Promise<readonly Kept[]> {
  const entries: Entry[] = [
    ...config.clients.map((client) => ({
      kind: 'client' as const,
      id: client.client_id,
      value: client,
      write: () => writeClient(tenant, client),
    })),
    ...config.users.map((user) => ({ kind: 'user' as const, id: user.usernameKey, value: user, write: () => writeUser(tenant, user) })),
  ];
  const kept = await Promise.all(entries.map((entry) => apply(tenant, entry)));
  return kept.filter((one) => one !== undefined);
}

async function apply(tenant: Tenant, { kind, id, value, write }: Entry): Promise<Kept | undefined> {
  const { store, op } = tenant;
  // Keyed, because the entry holds passwords and secrets.
  const digest = op.vault.mac('configuration', JSON.stringify(value)).toString('base64url');
  const applied = await store.applied.find(kind, id);
  if (applied?.digest === digest) return undefined;
  if (applied?.changedSince === true) return { kind, id };
  await write();
  await store.applied.remember(kind, id, digest, op.now());
  return undefined;
}

async function writeClient({ op, store }: Tenant, { secret, ...metadata }: ClientConfig): Promise<void> {
  const client: Client = { ...metadata, secrets: secret === undefined ? [] : [keepSecret(op.vault, metadata, secret)] };
  if (!(await store.clients.register(client, op.now()))) await store.clients.replace(client, op.now());
}

async function writeUser(
  { op, store }: Tenant,
  { username, usernameKey, password, passwordHash, claims, groups, roles }: UserConfig,
): Promise<void> {
  const hash = passwordHash ?? (password === undefined ? undefined : await hashPassword(password));
  const existing = await store.users.findForPassword(usernameKey);
  if (existing !== undefined) {
    await store.users.replace({ ...existing.user, username, claims, groups, roles, updatedAt: op.now() });
    if (hash !== undefined) await store.users.setPassword(existing.user.sub, hash, op.now());
    return;
  }
  const made = newUser({ username, claims, groups, roles, now: op.now, random: op.random });
  if ('problem' in made) throw new Error(`the user name ${username} cannot be used: ${made.problem}`);
  await store.users.add(made.user, hash);
}
