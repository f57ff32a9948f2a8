/** Token requests that have everything in the query: the one reader of policy `credentialsInQuery`, which says for whom and at what price. */
import { activeClient } from '../active-client.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import { one } from '../wire/parameters.ts';

/**
 * The request as its client should have sent it, if it has a secret in the query, nothing in the body, and the client named beside it may do
 * so; else unchanged, to be refused like any other. What the secret is worth is judged later, by client authentication.
 */
export async function credentialsFromQuery(op: Provider, request: CoreRequest): Promise<CoreRequest> {
  const { query, form } = request;
  if (query.client_secret === undefined || (form !== undefined && Object.keys(form).length > 0)) return request;
  const client_id = one(query, 'client_id');
  const client = client_id === undefined ? undefined : await activeClient(op, client_id);
  return client?.policy.credentialsInQuery === true ? { ...request, query: {}, form: query } : request;
}
