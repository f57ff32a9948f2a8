/**
 * Whether who shows an access token at a resource of ours holds the keys it is bound to (RFC 8705 section 3, RFC 9449 section 7). Asked after the
 * token has been found, so that who has no token costs no more than the search for it.
 */
import type { ShownToken } from './bearer.ts';
import type { Client } from './client.ts';
import { type Confirmation, isProven, tokenTypeOf } from './confirmation.ts';
import { provenKey } from './dpop.ts';
import type { EndpointPlace } from './endpoints.ts';
import type { CoreRequest } from './exchange.ts';
import type { Provider } from './op.ts';
import type { AccessToken } from './store.ts';
import { OAuthError } from './wire/error.ts';

/** A token as it was shown and as it was found, the client it was issued to, and the resource it is shown at. */
export type Showing = {
  readonly endpoint: EndpointPlace;
  readonly shown: ShownToken;
  readonly token: AccessToken;
  readonly client: Client;
};

/**
 * Throws invalid_token when the request does not prove every key that the token is bound to, or shows the token as one of another type; and what
 * is wrong with the DPoP proof. A token bound to a DPoP key costs one store statement.
 */
export async function checkHolder(op: Provider, request: CoreRequest, { endpoint, shown, token, client }: Showing): Promise<void> {
  const { confirmation } = token;
  const type = tokenTypeOf(confirmation);
  if (shown.scheme !== type) throw new OAuthError('invalid_token', `this access token is of type ${type}; show it as such a one`);
  const jkt = confirmation?.jkt;
  if (jkt !== undefined && (await provenKey(op, request, { endpoint, client, token: { value: shown.value, jkt } })) === undefined)
    throw new OAuthError('invalid_dpop_proof', 'the access token is bound to a key; send a DPoP header that proves it');
  const proven: Confirmation = { ...(jkt && { jkt }), ...(request.certificate && { 'x5t#S256': request.certificate.thumbprint }) };
  if (!isProven(confirmation, proven))
    throw new OAuthError('invalid_token', 'the access token is bound to a certificate that this connection does not have');
}
