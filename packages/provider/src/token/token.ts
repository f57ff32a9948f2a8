/**
 * The token endpoint (RFC 6749 section 3.2). The way of a request: authenticate the client, find the grant type, see which
 * keys are proven, let the grant type decide, mint.
 */
import { claimsPlaced } from '../client.ts';
import { authenticateClient } from '../client-auth/authenticate.ts';
import { credentialsFromQuery } from '../client-auth/credentials-in-query.ts';
import { nonceHeader } from '../dpop.ts';
import { type CoreRequest, type CoreResponse, formOf, json } from '../exchange.ts';
import type { Provider } from '../op.ts';
import { OAuthError } from '../wire/error.ts';
import { required } from '../wire/parameters.ts';
import { authorizationCode } from './grants/authorization-code.ts';
import { clientCredentials } from './grants/client-credentials.ts';
import type { GrantType } from './grants/grant.ts';
import { password } from './grants/password.ts';
import { refreshToken } from './grants/refresh-token.ts';
import { issue } from './issue.ts';
import { senderOf } from './sender.ts';

/** Grant types by their registered names; `grant_types_supported` derives from it. */
export const grantTypes: Readonly<Record<string, GrantType>> = {
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  client_credentials: clientCredentials,
  password,
};

export async function token(op: Provider, sent: CoreRequest): Promise<CoreResponse> {
  const request = await credentialsFromQuery(op, sent);
  const form = formOf(request);
  const client = claimsPlaced(await authenticateClient(op, request, form), request.scopeClaims);
  const grant_type = required(form, 'grant_type');
  const grant = Object.hasOwn(grantTypes, grant_type) ? grantTypes[grant_type] : undefined;
  if (grant === undefined) throw new OAuthError('unsupported_grant_type', 'this grant_type is not supported');
  if (!client.grant_types.includes(grant_type))
    throw new OAuthError('unauthorized_client', `the client is not registered for ${grant_type}`);
  const sender = await senderOf(op, client, request);
  const issuance = await grant(op, { client, form, request, sender });
  const response = await issue(op, issuance);
  const sub = issuance.person?.account.sub;
  op.emit({ type: 'tokens.issued', grant_type, client_id: client.client_id, ...(sub === undefined ? undefined : { sub }) });
  return json(200, response, nonceHeader(op, client, sender.proven.jkt));
}
