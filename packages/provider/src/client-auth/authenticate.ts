/**
 * Client authentication at the endpoints a client calls itself (RFC 6749 section 2.3, OpenID Connect Core section 9): which method
 * is presented, whether the client may use it, whether it holds. Who fails learns only invalid_client; the reason goes to the operator.
 */
import type { CoreRequest } from '../answer.ts';
import type { Client, ClientAuthMethod } from '../client.ts';
import type { Provider } from '../op.ts';
import { OAuthError } from '../wire/error.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import { secretMatches } from './secret.ts';

/** Which presented method satisfies which registered one. Basic and post carry the same secret, so either will do. */
export const authMethods: Readonly<Record<ClientAuthMethod, readonly ClientAuthMethod[]>> = {
  client_secret_basic: ['client_secret_basic', 'client_secret_post'],
  client_secret_post: ['client_secret_basic', 'client_secret_post'],
  none: ['none'],
};

type Presented = { readonly method: ClientAuthMethod; readonly client_id: string; readonly secrets: readonly string[] };

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
  const presented = read(request, form);
  const client = await op.store.clients.find(presented.client_id);
  const proven = presented.secrets.some((secret) => secretMatches(op.vault, client, presented.client_id, secret));
  const reason = refusal(client, presented, proven);
  if (client === undefined || reason !== undefined) {
    op.emit({ type: 'client.refused', client_id: presented.client_id, reason: reason ?? 'unknown client' });
    throw new OAuthError('invalid_client', 'client authentication failed', { diagnostic: reason ?? 'unknown client' });
  }
  return client;
}

function refusal(client: Client | undefined, presented: Presented, proven: boolean): string | undefined {
  if (client === undefined) return 'unknown client';
  if (client.disabled) return 'the client is disabled';
  if (!authMethods[client.token_endpoint_auth_method].includes(presented.method))
    return `registered for ${client.token_endpoint_auth_method}, presented ${presented.method}`;
  return presented.method === 'none' || proven ? undefined : 'wrong secret';
}

function read(request: CoreRequest, form: Parameters): Presented {
  const header = request.headers.authorization;
  const client_id = one(form, 'client_id');
  const secret = one(form, 'client_secret');
  if (typeof header === 'string') {
    if (secret !== undefined)
      throw new OAuthError('invalid_request', 'the client authenticates twice: Authorization header and client_secret');
    const basic = readBasic(header);
    if (client_id !== undefined && client_id !== basic.client_id)
      throw new OAuthError('invalid_client', 'client_id differs from the client that authenticated');
    return basic;
  }
  if (client_id === undefined) throw new OAuthError('invalid_client', 'client authentication is missing');
  return secret === undefined ? { method: 'none', client_id, secrets: [] } : { method: 'client_secret_post', client_id, secrets: [secret] };
}

const basicForm = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/**
 * RFC 6749 section 2.3.1 wants id and secret form-encoded before base64; many clients send them raw. The decoded secret is tried
 * first, the raw one after it: both are the client's own, so nothing is given away.
 */
function readBasic(header: string): Presented {
  const encoded = basicForm.exec(header)?.[1];
  if (encoded === undefined) throw new OAuthError('invalid_client', 'the Authorization header is not Basic credentials');
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) throw new OAuthError('invalid_client', 'the Basic credentials have no colon');
  const client_id = formDecode(text.slice(0, colon)) ?? text.slice(0, colon);
  if (client_id.includes('\0')) throw new OAuthError('invalid_client', 'the Basic credentials have a NUL character');
  const raw = text.slice(colon + 1);
  const secret = formDecode(raw);
  return {
    method: 'client_secret_basic',
    client_id,
    secrets: secret === undefined || secret === raw ? [raw] : [secret, raw],
  };
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
