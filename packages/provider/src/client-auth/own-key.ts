/** Environments: a sandbox client may share a secret with the provider; a production client proves that it holds a key of its own. */
import type { Client } from '../client.ts';

/** Methods by which the provider learns nothing that somebody else could use. */
const byOwnKey: readonly string[] = ['tls_client_auth', 'self_signed_tls_client_auth', 'private_key_jwt'];

type Environment = Pick<Client, 'token_endpoint_auth_method'> & { readonly environment?: Client['environment'] | undefined };

/** Whether this is a production client that authenticates by something weaker than a key of its own. */
export function needsOwnKey({ environment, token_endpoint_auth_method }: Environment): boolean {
  return environment === 'production' && !byOwnKey.includes(token_endpoint_auth_method);
}
