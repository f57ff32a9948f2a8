/**
 * Resources of the server's own, which the core does not know: who may come in with an access token, and how a refusal is told (RFC 6750 section 3). A
 * resource says where it is, with which methods, and which scope it wants; what it answers is its own business.
 */
import { mayUse } from './access.ts';
import type { Account } from './accounts.ts';
import { challengeFor } from './bearer.ts';
import type { Client } from './client.ts';
import type { CoreRequest, CoreResponse } from './exchange.ts';
import type { Provider } from './op.ts';
import { type Presented, presented } from './presented.ts';
import type { AccessToken } from './store.ts';
import { resourcesOf } from './token/audience.ts';
import { OAuthError } from './wire/error.ts';
import { intersect } from './wire/scope.ts';

export type ResourceRow = { readonly path: `/${string}`; readonly method: 'GET' | 'POST'; readonly scope: string };

/** Who came in: the client, and the person it speaks for, who allowed it this scope. */
export type Visitor = { readonly client: Client; readonly account: Account; readonly token: AccessToken };

/**
 * Lets a request in whose access token has the scope, speaks for a person in service, is held by who shows it and is not meant for another API; answers
 * every other one, and what `answer` throws as OAuthError. Anything else is a fault of ours and passes through. One store statement; two with a DPoP proof.
 */
export async function serveResource(
  op: Provider,
  { path, method, scope }: ResourceRow,
  request: CoreRequest,
  answer: (visitor: Visitor) => Promise<CoreResponse>,
): Promise<CoreResponse> {
  if (request.method !== method) return { status: 405, headers: { allow: method, 'cache-control': 'no-store' }, body: '' };
  try {
    const found = await presented(op, request, path);
    if (found === undefined) return challengeFor(scope, op, undefined, request);
    const visitor = visitorOf(found, scope);
    const response = await answer(visitor);
    op.emit({ type: 'resource.served', endpoint: path, client_id: visitor.client.client_id, sub: visitor.account.sub });
    return { ...response, headers: { ...response.headers, ...found.headers } };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    op.emit({ type: 'request.refused', endpoint: path, error: error.code, reason: error.diagnostic ?? error.description });
    return challengeFor(scope, op, error, request);
  }
}

function visitorOf({ token, client }: Presented, scope: string): Visitor {
  const { grant, account } = token;
  // The API it is meant for has seen it, and could come here with it (RFC 8707 section 3).
  if (resourcesOf({ token, grant }).length > 0) throw new OAuthError('invalid_token', 'the access token is meant for another API');
  if (!intersect(token.scopes ?? grant?.scopes ?? [], client.scopes).includes(scope))
    throw new OAuthError('insufficient_scope', `the access token was not granted the scope ${scope}`);
  if (grant === undefined) throw new OAuthError('insufficient_scope', 'the access token does not speak for a person');
  if (!mayUse(client, account)) throw new OAuthError('invalid_token', 'the access token is unknown, expired or revoked');
  return { client, account, token };
}
