/**
 * Client authentication at the endpoints a client calls itself (RFC 6749 section 2.3, OpenID Connect Core section 9): which method
 * is presented, whether the client may use it, whether it holds. Who fails learns only invalid_client; the reason goes to the operator.
 */
import type { Client, ClientAuthMethod } from '../client.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import { OAuthError } from '../wire/error.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import { clientSecretJwt, privateKeyJwt } from './assertion.ts';
import type { AuthMethod, Held, Presented } from './method.ts';
import { none } from './none.ts';
import { clientSecretBasic, clientSecretPost } from './secret.ts';

/** The methods, by their registered names; `token_endpoint_auth_methods_supported` derives from it. `none` is what is left. */
export const authMethods: Readonly<Record<ClientAuthMethod, AuthMethod>> = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
  client_secret_jwt: clientSecretJwt,
  private_key_jwt: privateKeyJwt,
  none,
};

const proving = [clientSecretBasic, clientSecretPost, clientSecretJwt, privateKeyJwt];

/**
 * The client that made this request. Throws invalid_client (401) when it cannot prove so, invalid_request when it presents two
 * methods at once or puts credentials into the query.
 */
export async function authenticateClient(op: Provider, request: CoreRequest, form: Parameters): Promise<Client> {
  if (request.query.client_secret !== undefined)
    throw new OAuthError(
      'invalid_request',
      'client_secret does not belong into the query; send it in the body or the Authorization header',
    );
  const { method, presented } = readOne(request, form);
  const client = await findFirst(op, presented.client_ids);
  const held = await presented.holds(op, client);
  const reason = refusal(client, method, held);
  if (client !== undefined && reason === undefined) return client;
  // An id nobody registered is a stranger's text, or a secret in the wrong place: not for the log.
  const known = client === undefined ? undefined : { client_id: client.client_id };
  op.emit({ type: 'client.refused', reason: reason ?? 'unknown client', ...known });
  throw new OAuthError('invalid_client', 'client authentication failed', { diagnostic: reason ?? 'unknown client' });
}

function readOne(request: CoreRequest, form: Parameters): { readonly method: AuthMethod; readonly presented: Presented } {
  const read = (method: AuthMethod) => {
    const presented = method.read(request, form);
    return presented === undefined ? [] : [{ method, presented }];
  };
  const proofs = proving.flatMap(read);
  if (proofs.length > 1) throw new OAuthError('invalid_request', 'the client authenticates twice: use one method');
  const [used] = proofs.length === 1 ? proofs : read(none);
  if (used === undefined) throw new OAuthError('invalid_client', 'client authentication is missing');
  const named = one(form, 'client_id');
  if (named !== undefined && !used.presented.client_ids.includes(named))
    throw new OAuthError('invalid_client', 'client_id differs from the client that authenticated');
  return used;
}

async function findFirst(op: Provider, client_ids: readonly string[]): Promise<Client | undefined> {
  for (const client_id of client_ids) {
    const client = await op.store.clients.find(client_id);
    if (client !== undefined) return client;
  }
  return undefined;
}

function refusal(client: Client | undefined, method: AuthMethod, held: Held): string | undefined {
  if (client === undefined) return 'unknown client';
  if (client.disabled) return 'the client is disabled';
  if (!method.satisfies.includes(client.token_endpoint_auth_method))
    return `registered for ${client.token_endpoint_auth_method}, presented another method`;
  if (typeof held === 'object') return held.refused;
  return held ? undefined : 'wrong secret';
}
