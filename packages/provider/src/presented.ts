/** The access token of a request at a resource of ours, found and held by who shows it. What it reaches there is the resource's business. */
import { activeClient } from './active-client.ts';
import { shownToken } from './bearer.ts';
import type { Client } from './client.ts';
import { nonceHeader } from './dpop.ts';
import type { EndpointPlace } from './endpoints.ts';
import type { CoreRequest } from './exchange.ts';
import { checkHolder } from './holder.ts';
import type { Provider } from './op.ts';
import type { AccessToken } from './store.ts';
import { accessTokenHash } from './token/access-token.ts';
import { OAuthError } from './wire/error.ts';

/** `headers` belong into the answer, whatever it is. */
export type Presented = { readonly token: AccessToken; readonly client: Client; readonly headers: Readonly<Record<string, string>> };

/**
 * Undefined when the request shows no token (RFC 6750 section 3.1). Throws invalid_request, invalid_token, and what is wrong with a DPoP proof. One
 * store statement; two with a proof, which is used up.
 */
export async function presented(op: Provider, request: CoreRequest, endpoint: EndpointPlace): Promise<Presented | undefined> {
  const shown = shownToken(request);
  if (shown === undefined) return undefined;
  const hash = accessTokenHash(op, shown.value);
  const token = hash === undefined ? undefined : await op.store.tokens.findAccess(hash, op.now());
  const client = token && (await activeClient(op, token.client_id));
  if (token === undefined || client === undefined) throw new OAuthError('invalid_token', 'the access token is unknown, expired or revoked');
  await checkHolder(op, request, { endpoint, shown, token, client });
  return { token, client, headers: nonceHeader(op, client, token.confirmation?.jkt) };
}
