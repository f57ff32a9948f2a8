/**
 * Pushed authorization requests (RFC 9126): a client sends its request here itself, authenticated, and gets a `request_uri`, which is all that
 * goes through the browser. What is pushed is judged now, and is then a stored request like any other that no browser has opened yet.
 */
import { lifetimeOf } from '../active-client.ts';
import type { Client } from '../client.ts';
import { authenticateClient } from '../client-auth/authenticate.ts';
import { codeBinding, nonceHeader, provenKey } from '../dpop.ts';
import { type Browser, type CoreRequest, type CoreResponse, formOf, json } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { PendingRequest } from '../store.ts';
import { OAuthError } from '../wire/error.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import { type Opened, openedBy } from './pending.ts';
import { trustFrom, validate } from './request.ts';
import { pushedBy } from './request-object.ts';

const scheme = 'urn:ietf:params:oauth:request_uri:';

/** The pushed authorization request endpoint (RFC 9126 section 2). One store statement, the request is written; one more for a `jti`, and for a DPoP proof. */
export async function pushAuthorizationRequest(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const form = formOf(request);
  const client = await authenticateClient(op, request, form);
  if (one(form, 'request_uri') !== undefined)
    throw new OAuthError('invalid_request', 'request_uri cannot be pushed; send the parameters themselves, or request');
  // Before anything is used up: who is asked for a nonce comes again with the same request.
  const jkt = await provenKey(op, request, { endpoint: 'pushedAuthorizationRequest', client });
  const valid = await validate(op, trustFrom(client, await pushedBy(op, client, form)));
  const parameters = { ...valid, ...codeBinding(jkt, valid) };
  const openedAt = op.now();
  const expires_in = lifetimeOf(op, client, 'pushedRequest');
  const pushed: PendingRequest = {
    id: op.random(16),
    client_id: client.client_id,
    parameters: request.scopeClaims === undefined ? parameters : { ...parameters, scopeClaims: request.scopeClaims },
    browser: undefined,
    facts: {},
    openedAt,
    expiresAt: openedAt + expires_in,
  };
  await op.store.requests.push(pushed);
  op.emit({ type: 'authorization.pushed', client_id: client.client_id });
  return json(201, { request_uri: scheme + pushed.id, expires_in }, nonceHeader(op, client, jkt));
}

/** The id of the pushed request that these parameters are about; undefined when they are not about one. */
export function pushedId(parameters: Parameters): string | undefined {
  const request_uri = one(parameters, 'request_uri');
  return request_uri?.startsWith(scheme) === true ? request_uri.slice(scheme.length) : undefined;
}

/**
 * The pushed request in front of the browser that comes with its `request_uri` (RFC 9126 section 4), or `reopen` for one that shows no cookies.
 * Nothing else in the request counts, and `client_id` may be missing: clients older than the RFC send none. Until it is answered and as long as
 * `expires_in` said it may be visited again, by the browser that opened it. Throws, for a page, when it is not there.
 */
export async function openPushed(
  op: Provider,
  id: string,
  parameters: Parameters,
  browser: Browser,
): Promise<Opened | { readonly reopen: string }> {
  const found = /^[\w-]{22}$/.test(id) ? await op.store.requests.find(id, op.now()) : undefined;
  const client_id = one(parameters, 'client_id');
  if (found === undefined || (client_id !== undefined && client_id !== found.client_id)) throw unknown();
  if (browser === undefined) return { reopen: id };
  const opened = await openedBy(op, found, browser);
  // Once it was opened it lives as long as the person needs, but its address does not.
  if (opened === undefined || op.now() >= found.openedAt + lifetimeOf(op, opened.client, 'pushedRequest')) throw unknown();
  return opened;
}

/** Whether this client's requests count only when they were pushed (RFC 9126 sections 5 and 6). */
export function mustPush({ settings }: Provider, client: Client): boolean {
  return settings.requirePushedRequests === true || client.require_pushed_authorization_requests === true;
}

/** One text for unknown, expired, used and another's: whose request an id is, is nobody's business. */
function unknown(): OAuthError {
  return new OAuthError(
    'invalid_request_uri',
    'request_uri is unknown, has expired, was used, or was opened in another browser; go back to the application and start again',
    { reason: 'request_gone' },
  );
}
