/** What many ask about a client: is it in service, how long do its things live, what is the secret we share with it. */
import type { Client } from './client.ts';
import type { Vault } from './keys.ts';
import type { Provider } from './op.ts';
import type { ClientLifetime } from './settings.ts';

/** The client, if it is registered and not disabled. */
export async function activeClient(op: Provider, client_id: string): Promise<Client | undefined> {
  const client = await op.store.clients.find(client_id);
  return client?.disabled === false ? client : undefined;
}

/** A lifetime in seconds: the client's own, else the tenant's. */
export function lifetimeOf(op: Provider, client: Client, name: ClientLifetime): number {
  return client.lifetimes[name] ?? op.settings.lifetimes[name];
}

/** The value of the client's secret, where it is kept because HS256 needs it (OpenID Connect Core section 10.1). */
export function sharedSecret(vault: Vault, client: Client): string | undefined {
  return sharedSecrets(vault, client)[0];
}

/** All of them: two may be alive while one is being replaced. */
export function sharedSecrets(vault: Vault, client: Client): readonly string[] {
  return client.secrets.flatMap(({ sealed }) => (sealed === undefined ? [] : [vault.open(sealed)]));
}
