/** Access tokens at our own resources: where they may stand in a request (RFC 6750 section 2, RFC 9449 section 7.1), and how a refusal is told. */
import type { CoreRequest, CoreResponse } from './exchange.ts';
import type { Provider } from './op.ts';
import { proofAlgorithms } from './wire/dpop.ts';
import { OAuthError } from './wire/error.ts';
import { one } from './wire/parameters.ts';

const schemes = { bearer: 'Bearer', dpop: 'DPoP' } as const;
const form = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*) *$/i;

/** An access token as a request shows it. */
export type ShownToken = { readonly value: string; readonly scheme: 'Bearer' | 'DPoP' };

/**
 * The token of a request: from the Authorization header, or from the form of a POST; never from the query (RFC 9700 section 4.3.2).
 * Undefined when there is none. Throws invalid_request when it is given twice or in the query.
 */
export function shownToken(request: CoreRequest): ShownToken | undefined {
  const header = request.headers.authorization;
  const body = request.method === 'POST' && request.form !== undefined ? one(request.form, 'access_token') : undefined;
  if (request.query.access_token !== undefined)
    throw new OAuthError('invalid_request', 'access_token does not belong into the query; send it in the Authorization header');
  if (typeof header !== 'string') return body === undefined ? undefined : { value: body, scheme: 'Bearer' };
  if (body !== undefined) throw new OAuthError('invalid_request', 'the access token is given twice');
  const [, scheme = '', value] = form.exec(header) ?? [];
  if (value === undefined) throw new OAuthError('invalid_request', 'the Authorization header is not a Bearer or DPoP token');
  return { value, scheme: schemes[scheme.toLowerCase() as keyof typeof schemes] };
}

/**
 * The refusal as RFC 6750 section 3 and RFC 9449 section 7.1 want it: both schemes, the error with the one that was used; without an error when the
 * caller showed no token at all.
 */
export function challenge(op: Provider, error: OAuthError | undefined, request: CoreRequest): CoreResponse {
  return challengeFor('openid', op, error, request);
}

/** The same at a resource that wants this scope. */
export function challengeFor(wanted: string, op: Provider, error: OAuthError | undefined, request: CoreRequest): CoreResponse {
  const used = error === undefined ? undefined : usedScheme(error, request);
  const told = (scheme: ShownToken['scheme']) => (scheme === used && error !== undefined ? errorParts(error, wanted) : []);
  const realm = `realm="${op.settings.issuer}"`;
  const bearer = [realm, ...told('Bearer')].join(', ');
  const dpop = [realm, ...told('DPoP'), `algs="${proofAlgorithms.join(' ')}"`].join(', ');
  const headers = { ...error?.headers, 'www-authenticate': `Bearer ${bearer}, DPoP ${dpop}`, 'cache-control': 'no-store' };
  if (error === undefined) return { status: 401, headers, body: '' };
  const body = JSON.stringify({ error: error.code, error_description: error.description });
  return { status: isAboutProof(error) ? 401 : error.status, headers: { ...headers, 'content-type': 'application/json' }, body };
}

function usedScheme(error: OAuthError, { headers: { authorization } }: CoreRequest): ShownToken['scheme'] {
  return isAboutProof(error) || /^dpop /i.test(String(authorization)) ? 'DPoP' : 'Bearer';
}

/** At the token endpoint they are 400 (RFC 6749 section 5.2), at a resource they are a challenge. */
function isAboutProof({ code }: OAuthError): boolean {
  return code === 'invalid_dpop_proof' || code === 'use_dpop_nonce';
}

function errorParts({ code, description }: OAuthError, wanted: string): readonly string[] {
  const parts = [`error="${code}"`, `error_description="${description}"`];
  return code === 'insufficient_scope' ? [...parts, `scope="${wanted}"`] : parts;
}
