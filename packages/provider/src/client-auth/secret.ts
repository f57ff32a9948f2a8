/** Client secrets: how they are kept, and `client_secret_basic` and `client_secret_post` (RFC 6749 section 2.3.1). */
import type { Client, ClientSecret } from '../client.ts';
import type { Vault } from '../keys.ts';
import { sameText } from '../wire/hashes.ts';

/** Shorter secrets are refused wherever a client is registered: a fast digest is only safe over what nobody can guess. */
export const minimumSecretLength = 32;

/** How a secret is kept. The value itself is sealed beside its digest only where HS256 needs it (OpenID Connect Core section 10.1). */
export function keepSecret(vault: Vault, client: Pick<Client, 'client_id' | 'id_token_signed_response_alg'>, secret: string): ClientSecret {
  const digest = digestOf(vault, client.client_id, secret);
  return client.id_token_signed_response_alg === 'HS256' ? { digest, sealed: vault.seal(secret) } : { digest };
}

/** Whether one of the client's secrets is the one presented. Takes the same time for an unknown client. */
export function secretMatches(vault: Vault, client: Client | undefined, client_id: string, presented: string): boolean {
  const digest = digestOf(vault, client_id, presented);
  const kept = client !== undefined && client.secrets.length > 0 ? client.secrets : decoy;
  let matches = false;
  for (const secret of kept) if (sameText(secret.digest, digest)) matches = true;
  return matches && kept !== decoy;
}

const decoy: readonly ClientSecret[] = [{ digest: 'A'.repeat(43) }];

function digestOf(vault: Vault, client_id: string, secret: string): string {
  return vault.mac('client-secret', `${client_id}\n${secret}`).toString('base64url');
}
