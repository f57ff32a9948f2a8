/** The endpoints that need no person: a plain request in, a plain response out. Errors become what the client expects of its endpoint. */

import { pushAuthorizationRequest } from './authorize/pushed.ts';
import { challenge } from './bearer.ts';
import { discovery } from './discovery.ts';
import { type DirectEndpointName, type EndpointRow, endpoints } from './endpoints.ts';
import { type CoreRequest, type CoreResponse, json } from './exchange.ts';
import { introspect } from './introspect.ts';
import { jwks } from './jwks.ts';
import type { Provider } from './op.ts';
import { refuseRegistration, register } from './register/register.ts';
import { revoke } from './revoke.ts';
import { issueSignOn } from './sign-on.ts';
import { token } from './token/token.ts';
import { userinfo } from './userinfo.ts';
import { OAuthError } from './wire/error.ts';

type Endpoint = {
  readonly answer: (op: Provider, request: CoreRequest) => CoreResponse | Promise<CoreResponse>;
  /** How this endpoint tells an error. */
  readonly refuse: (op: Provider, error: OAuthError, request: CoreRequest) => CoreResponse;
};

const forClients: Endpoint['refuse'] = (_, error, request) => errorResponse(error, request);

const served: Readonly<Record<DirectEndpointName, Endpoint>> = {
  openidConfiguration: { answer: discovery, refuse: forClients },
  authorizationServer: { answer: discovery, refuse: forClients },
  jwks: { answer: jwks, refuse: forClients },
  pushedAuthorizationRequest: { answer: pushAuthorizationRequest, refuse: forClients },
  token: { answer: token, refuse: forClients },
  userinfo: { answer: userinfo, refuse: challenge },
  introspection: { answer: introspect, refuse: forClients },
  revocation: { answer: revoke, refuse: forClients },
  registration: { answer: register, refuse: refuseRegistration },
  signOn: { answer: issueSignOn, refuse: forClients },
};

/** Answers a request at a direct endpoint. Never throws an OAuthError; anything else is a fault of ours and passes through. */
export async function serve(op: Provider, name: DirectEndpointName, request: CoreRequest): Promise<CoreResponse> {
  const { methods }: EndpointRow = endpoints[name];
  if (!methods.some((method) => method === request.method)) return methodNotAllowed(methods);
  try {
    return await served[name].answer(op, request);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    op.emit({ type: 'request.refused', endpoint: name, error: error.code, reason: error.diagnostic ?? error.description });
    return served[name].refuse(op, error, request);
  }
}

/** RFC 6749 section 5.2. A client that tried Basic is told which scheme was expected. */
export function errorResponse(error: OAuthError, request: Pick<CoreRequest, 'headers'>): CoreResponse {
  const tried = error.code === 'invalid_client' && request.headers.authorization !== undefined;
  const headers = { ...error.headers, ...(tried && { 'www-authenticate': 'Basic realm="client"' }) };
  return json(error.status, { error: error.code, error_description: error.description }, headers);
}

function methodNotAllowed(methods: readonly string[]): CoreResponse {
  const body = { error: 'invalid_request', error_description: `use ${methods.join(' or ')}` };
  return json(405, body, { allow: methods.join(', ') });
}
