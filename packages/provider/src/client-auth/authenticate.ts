/**
 * Client authentication at the endpoints a client calls itself (RFC 6749 section 2.3, OpenID Connect Core section 9): which method
 * is presented, whether the client may use it, whether it holds. Who fails learns only invalid_client; the reason goes to the operator.
 */
import type { Client, ClientAuthMethod } from '../client.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { Settings } from '../settings.ts';
import { OAuthError } from '../wire/error.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import { clientSecretJwt, privateKeyJwt } from './assertion.ts';
import { selfSignedTlsClientAuth, tlsClientAuth } from './certificate.ts';
import type { AuthMethod, Held, Presented } from './method.ts';
import { none } from './none.ts';
import { needsOwnKey } from './own-key.ts';
import { clientSecretBasic, clientSecretPost } from './secret.ts';

/** The methods, by their registered names; `token_endpoint_auth_methods_supported` derives from it. */
export const authMethods: Readonly<Record<ClientAuthMethod, AuthMethod>> = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
  client_secret_jwt: clientSecretJwt,
  private_key_jwt: privateKeyJwt,
  tls_client_auth: tlsClientAuth,
  self_signed_tls_client_auth: selfSignedTlsClientAuth,
  none,
};

const proving = [clientSecretBasic, clientSecretPost, clientSecretJwt, privateKeyJwt];

/**
 * What is left when nothing is presented but a name. A certificate is no proof by itself, since any client may have one on its connection:
 * the registered method says what it is meant for.
 */
const naming = [none, tlsClientAuth, selfSignedTlsClientAuth];

/** The methods that certificates are needed for, which the server must be able to see. */
const byCertificate: readonly string[] = [...tlsClientAuth.satisfies, ...selfSignedTlsClientAuth.satisfies];

/** The methods that a client of this tenant can use. */
export function authMethodNames({ mtls }: Pick<Settings, 'mtls'>): readonly string[] {
  return Object.keys(authMethods).filter((name) => mtls !== undefined || !byCertificate.includes(name));
}

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
  const [first, ...others] = readProofs(request, form);
  const client = await findFirst(op, first.presented.client_ids);
  const { method, presented } = others.find((proof) => isRegisteredFor(client, proof.method)) ?? first;
  const held = await presented.holds(op, client);
  const reason = refusal(op, client, method, held);
  if (client !== undefined && reason === undefined) return client;
  // An id nobody registered is a stranger's text, or a secret in the wrong place: not for the log.
  const known = client === undefined ? undefined : { client_id: client.client_id };
  op.emit({ type: 'client.refused', reason: reason ?? 'unknown client', ...known });
  throw new OAuthError('invalid_client', 'client authentication failed', { diagnostic: reason ?? 'unknown client' });
}

type Shown = { readonly method: AuthMethod; readonly presented: Presented };

/** The one proof there is; without one, what a name and a certificate can mean. All of them name the same client. */
function readProofs(request: CoreRequest, form: Parameters): readonly [Shown, ...Shown[]] {
  const read = (method: AuthMethod) => {
    const presented = method.read(request, form);
    return presented === undefined ? [] : [{ method, presented }];
  };
  const proofs = proving.flatMap(read);
  if (proofs.length > 1) throw new OAuthError('invalid_request', 'the client authenticates twice: use one method');
  const [used, ...others] = proofs.length === 1 ? proofs : naming.flatMap(read);
  if (used === undefined) throw new OAuthError('invalid_client', 'client authentication is missing');
  const named = one(form, 'client_id');
  if (named !== undefined && !used.presented.client_ids.includes(named))
    throw new OAuthError('invalid_client', 'client_id differs from the client that authenticated');
  return [used, ...others];
}

async function findFirst(op: Provider, client_ids: readonly string[]): Promise<Client | undefined> {
  for (const client_id of client_ids) {
    const client = await op.store.clients.find(client_id);
    if (client !== undefined) return client;
  }
  return undefined;
}

function isRegisteredFor(client: Client | undefined, method: AuthMethod): boolean {
  return client !== undefined && method.satisfies.includes(client.token_endpoint_auth_method);
}

function refusal(op: Provider, client: Client | undefined, method: AuthMethod, held: Held): string | undefined {
  if (client === undefined) return 'unknown client';
  if (client.disabled) return 'the client is disabled';
  if (op.settings.productionByKey === true && needsOwnKey(client)) return 'a production client must authenticate by a key of its own';
  if (!isRegisteredFor(client, method)) return `registered for ${client.token_endpoint_auth_method}, presented another method`;
  if (typeof held === 'object') return held.refused;
  return held ? undefined : 'wrong secret';
}
