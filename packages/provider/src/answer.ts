/** Requests and answers of the core as plain values: no framework's objects on the hot path, and any can be put around it. */
import type { Parameters } from './wire/parameters.ts';

export type CoreRequest = {
  readonly method: string;
  /** Parameters of the query and of the form body, kept apart: most of them may come from one of the two only. */
  readonly query: Parameters;
  /** Undefined when there is no body or it is not `application/x-www-form-urlencoded`. */
  readonly form: Parameters | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The address of the caller, already resolved through trusted proxies. */
  readonly address: string;
};

export type CoreResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** How an authorization answer travels to the client: by redirect, or as a form that the browser posts. */
export type Answer =
  | { readonly redirect: string }
  | { readonly form: { readonly action: string; readonly fields: Readonly<Record<string, string>> } };

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** A JSON answer that must not be kept by anybody (RFC 6749 section 5.1). */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): CoreResponse {
  return { status, headers: { 'content-type': 'application/json', ...noStore, ...headers }, body: JSON.stringify(body) };
}
