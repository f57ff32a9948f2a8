/** Clients and people that somebody changes while the server runs, and changes back. */
import type { Client } from '@symbolon/provider';
import type { TestServer } from '../support/symbolon.ts';

type Tenant = TestServer['tenants'][number];
type User = NonNullable<Awaited<ReturnType<Tenant['store']['users']['find']>>>;

/** A tenant of a running server. */
export function tenantOf(server: TestServer, id: string): Tenant {
  const tenant = server.tenants.find((each) => each.id === id);
  if (tenant === undefined) throw new Error(`no tenant ${id}`);
  return tenant;
}

/** Runs `body` while a client is another one. */
export async function withClient<T>(
  { store, op }: Tenant,
  client_id: string,
  changes: Partial<Client>,
  body: () => Promise<T>,
): Promise<T> {
  const client = await store.clients.find(client_id);
  if (client === undefined) throw new Error(`no client ${client_id}`);
  await store.clients.replace({ ...client, ...changes }, op.now());
  try {
    return await body();
  } finally {
    await store.clients.replace(client, op.now());
  }
}

/** A person by her user name. */
export async function userNamed({ store }: Tenant, username: string): Promise<User> {
  const found = await store.users.findForPassword(username);
  if (found === undefined) throw new Error(`nobody is called ${username}`);
  return found.user;
}

/** Runs `body` while a person is in other groups. */
export async function withGroups<T>(tenant: Tenant, username: string, groups: readonly string[], body: () => Promise<T>): Promise<T> {
  const user = await userNamed(tenant, username);
  await tenant.store.users.replace({ ...user, groups });
  try {
    return await body();
  } finally {
    await tenant.store.users.replace(user);
  }
}
