/**
 * Whether who shows an access token at a resource of ours holds the keys it is bound to (RFC 8705 section 3, RFC 9449 section 7). Asked after the
 * token has been found, so that who has no token costs no more than the search for it.
 */
import type { ShownToken } from './bearer.ts';
import { isProven, tokenTypeOf } from './confirmation.ts';
import type { CoreRequest } from './exchange.ts';
import type { Provider } from './op.ts';
import type { AccessToken } from './store.ts';
import { OAuthError } from './wire/error.ts';

/** Throws invalid_token when the request does not prove every key that the token is bound to, or shows the token as one of another type. */
export async function checkHolder(_op: Provider, request: CoreRequest, shown: ShownToken, token: AccessToken): Promise<void> {
  const { confirmation } = token;
  if (shown.scheme !== tokenTypeOf(confirmation))
    throw new OAuthError('invalid_token', `this access token is of type ${tokenTypeOf(confirmation)}; show it as that`);
  const proven = request.certificate === undefined ? {} : { 'x5t#S256': request.certificate.thumbprint };
  if (!isProven(confirmation, proven))
    throw new OAuthError('invalid_token', 'the access token is bound to a key that this request does not prove');
}
