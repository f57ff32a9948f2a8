/** Requests and responses of the core as plain values: no framework's objects on the hot path, and any can be put around it. */
import type { ClientCertificate } from './certificate.ts';
import { OAuthError } from './wire/error.ts';
import type { Parameters } from './wire/parameters.ts';

export type CoreRequest = {
  readonly method: string;
  /** Parameters of the query and of the form body, kept apart: most of them may come from one of the two only. */
  readonly query: Parameters;
  /** Undefined when there is no body or it is not `application/x-www-form-urlencoded`. */
  readonly form: Parameters | undefined;
  /** The text of a body that is `application/json`, unread. */
  readonly json?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The address of the caller, already resolved through trusted proxies. */
  readonly address: string;
  /** The certificate whose key the caller has shown to hold, to us or to a proxy we trust; who issued it is not yet asked. */
  readonly certificate?: ClientCertificate;
  /** The caller wants the claims of its scopes in the ID token this once, whatever its policy `scopeClaims` says; read at the edge. */
  readonly scopeClaims?: 'id_token';
  /** How this tenant's clients sign people out; read at the edge. */
  readonly logout?: LogoutManner;
};

export type LogoutManner = {
  /** An access token in the Authorization header ends what it was given under: applications that sign out from their server. */
  readonly byToken?: true;
  /** A request that names no client in any way is refused, and not answered with a question to the person. */
  readonly forParty?: true;
};

export type CoreResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * The browser in front of us: the hash of its cookie. `fresh` when the cookie has only just been made, so that it can hold no session.
 * Undefined when the browser could not show its cookies, as after a POST from another site.
 */
export type Browser = { readonly hash: string; readonly fresh: boolean } | undefined;

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** A JSON answer that must not be kept by anybody (RFC 6749 section 5.1). */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): CoreResponse {
  return { status, headers: { 'content-type': 'application/json', ...noStore, ...headers }, body: JSON.stringify(body) };
}

/** A signed answer of this media type, to be kept as little. */
export function jwt(contentType: string, token: string, headers: Readonly<Record<string, string>> = {}): CoreResponse {
  return { status: 200, headers: { 'content-type': contentType, ...noStore, ...headers }, body: token };
}

/** The form of a POST. Throws invalid_request when there is none. */
export function formOf(request: CoreRequest): Parameters {
  if (request.form === undefined) throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded');
  return request.form;
}

/** Parameters from the query of a GET or the form of a POST, never from both: a parameter in each would be one given twice. */
export function queryOrForm(request: CoreRequest): Parameters {
  if (request.method !== 'POST') return request.query;
  if (Object.keys(request.query).length > 0)
    throw new OAuthError('invalid_request', 'send the parameters in the body or in the query, not in both');
  return formOf(request);
}
