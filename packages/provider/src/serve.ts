/** The endpoints that need no person: a plain request in, a plain response out. Errors become what the client expects of its endpoint. */
import { type CoreRequest, type CoreResponse, json } from './answer.ts';
import { challenge } from './bearer.ts';
import { discovery } from './discovery.ts';
import { type DirectEndpointName, type EndpointRow, endpoints } from './endpoints.ts';
import { jwks } from './jwks.ts';
import type { Provider } from './op.ts';
import { token } from './token/token.ts';
import { userinfo } from './userinfo.ts';
import { OAuthError } from './wire/error.ts';

type Handler = (op: Provider, request: CoreRequest) => CoreResponse | Promise<CoreResponse>;

const handlers: Readonly<Record<DirectEndpointName, Handler>> = {
  openidConfiguration: discovery,
  authorizationServer: discovery,
  jwks,
  token,
  userinfo,
};

/** Answers a request at a direct endpoint. Never throws an OAuthError; anything else is a fault of ours and passes through. */
export async function serve(op: Provider, name: DirectEndpointName, request: CoreRequest): Promise<CoreResponse> {
  const { methods }: EndpointRow = endpoints[name];
  if (!methods.some((method) => method === request.method)) return methodNotAllowed(methods);
  try {
    return await handlers[name](op, request);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    op.emit({ type: 'request.refused', endpoint: name, error: error.code, reason: error.diagnostic ?? error.description });
    return name === 'userinfo' ? challenge(op, error) : errorResponse(error, request);
  }
}

/** RFC 6749 section 5.2. A client that tried Basic is told which scheme was expected. */
export function errorResponse(error: OAuthError, request: Pick<CoreRequest, 'headers'>): CoreResponse {
  const tried = error.code === 'invalid_client' && request.headers.authorization !== undefined;
  const headers: Record<string, string> = tried ? { 'www-authenticate': 'Basic realm="client"' } : {};
  return json(error.status, { error: error.code, error_description: error.description }, headers);
}

function methodNotAllowed(methods: readonly string[]): CoreResponse {
  const body = { error: 'invalid_request', error_description: `use ${methods.join(' or ')}` };
  return json(405, body, { allow: methods.join(', ') });
}
