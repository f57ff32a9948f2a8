/** Who may use an application: the one question wherever a person, or a token that speaks for her, meets a client. Pure. */
import type { Account } from './accounts.ts';
import type { Access, Client } from './client.ts';

/** Whether a person is among those an application is for; everybody is where it says nothing. */
export function isFor(access: Access | undefined, { groups }: Pick<Account, 'groups'>): boolean {
  return access === undefined || access.groups.some((group) => groups.includes(group));
}

/** Whether a person may be given anything by way of a client, or spoken for: her account is in service, and the application is for her. */
export function mayUse(client: Pick<Client, 'access'>, account: Account | undefined): account is Account {
  return account?.active === true && isFor(client.access, account);
}
