/**
 * What goes wrong outside a handler's own answers: a fault of ours, a body too large, a path nobody has. The caller learns a code and the
 * trace id; the cause goes to the log under the same id.
 */
import { errorResponse, OAuthError } from '@symbolon/provider';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorReply } from '../interaction/failure.ts';
import type { Tenant } from '../tenant.ts';
import type { Call } from './call.ts';
import { corsHeaders } from './cors.ts';
import { everywhere, nosniff } from './headers.ts';

/** At an endpoint for clients: JSON. */
export function failDirect(request: FastifyRequest, reply: FastifyReply, tenant: Tenant | undefined, error: unknown): FastifyReply {
  const { status, headers, body } = errorResponse(publicError(request, error), request);
  return reply
    .code(statusOf(error) ?? status)
    .headers({ ...headers, ...corsHeaders, ...(tenant === undefined ? nosniff : everywhere(tenant)) })
    .send(body);
}

/** At a page: an error page. */
export function failPage(request: FastifyRequest, reply: FastifyReply, tenant: Tenant, error: unknown): FastifyReply {
  const shown = publicError(request, error);
  const { status, headers, body } = errorReply(bareCall(request, tenant), shown);
  return reply
    .code(statusOf(error) ?? status)
    .headers(headers)
    .send(body);
}

/** At a page, with a method it does not have. */
export function failMethod(request: FastifyRequest, reply: FastifyReply, tenant: Tenant, allowed: readonly string[]): FastifyReply {
  const error = new OAuthError('invalid_request', `use ${allowed.join(' or ')} at this address`);
  const { headers, body } = errorReply(bareCall(request, tenant), error);
  return reply
    .code(405)
    .headers({ ...headers, allow: allowed.join(', ') })
    .send(body);
}

/** No route, no tenant, or a failure before a handler had the request. */
export function failUnrouted(request: FastifyRequest, reply: FastifyReply, tenant: Tenant | undefined, error?: unknown): FastifyReply {
  if (tenant === undefined) {
    const error_description = `no tenant has an issuer with the host and path of this request; trace ${request.id}`;
    return reply
      .code(404)
      .headers({ ...nosniff, 'cache-control': 'no-store' })
      .send({ error: 'invalid_request', error_description });
  }
  if (error !== undefined) return failPage(request, reply, tenant, error);
  const { headers, body } = errorReply(bareCall(request, tenant), new OAuthError('invalid_request', 'there is nothing at this address'));
  return reply.code(404).headers(headers).send(body);
}

function publicError(request: FastifyRequest, error: unknown): OAuthError {
  if (error instanceof OAuthError) {
    request.log.info({ trace: request.id, error: error.code, description: error.description, diagnostic: error.diagnostic }, 'refused');
    return error;
  }
  if (statusOf(error) === 413) return new OAuthError('invalid_request', 'the body is larger than 65536 bytes');
  if (statusOf(error) === 415)
    return new OAuthError('invalid_request', 'the Content-Type is malformed; send application/x-www-form-urlencoded');
  if (statusOf(error) !== undefined) return new OAuthError('invalid_request', 'the request cannot be read');
  request.log.error({ trace: request.id, err: error }, 'fault');
  return new OAuthError('server_error', `something went wrong here; give the operator the trace id ${request.id}`);
}

/** The framework's own refusals of malformed requests carry their status. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof OAuthError || !(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined;
}

/** A call that knows no more than the language asked for: what failed may have been reading the rest. */
function bareCall(request: FastifyRequest, tenant: Tenant): Call {
  const language = /[?&]ui_locales=([A-Za-z0-9-]{1,64})(?:&|$)/.exec(request.raw.url ?? '')?.[1];
  const query = language === undefined ? {} : { ui_locales: language };
  const core = { method: request.method, query, form: undefined, headers: request.headers, address: request.ip };
  return { tenant, request: core, browser: undefined, path: {}, traceId: request.id };
}
