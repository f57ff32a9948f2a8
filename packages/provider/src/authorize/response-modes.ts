/**
 * How an authorization answer travels (OAuth 2.0 Multiple Response Types, Form Post Response Mode, JWT Secured Authorization Response Mode):
 * one row a mode.
 */
import { usesFragment } from './response-types.ts';

/** How an authorization answer travels to the client: by redirect, or as a form that the browser posts. */
export type Answer =
  | { readonly redirect: string }
  | { readonly form: { readonly action: string; readonly fields: Readonly<Record<string, string>> } };

type Carrier = 'query' | 'fragment' | 'form_post';
export type ResponseMode = Carrier | `${Carrier}.jwt`;
export type AnswerFields = Readonly<Record<string, string>>;

type Carry = (redirect_uri: string, fields: AnswerFields) => Answer;

// The registered URI is kept to the letter, its own query included (RFC 6749 section 3.1.2); it never has a fragment.
const query: Carry = (redirect_uri, fields) => ({ redirect: `${redirect_uri}${redirect_uri.includes('?') ? '&' : '?'}${encode(fields)}` });
const fragment: Carry = (redirect_uri, fields) => ({ redirect: `${redirect_uri}#${encode(fields)}` });
const form_post: Carry = (redirect_uri, fields) => ({ form: { action: redirect_uri, fields } });

/** `secured`: the fields go as claims of one signed JWT, which is all that travels. */
export const responseModes: Readonly<Record<ResponseMode, { readonly carry: Carry; readonly secured: boolean }>> = {
  query: { carry: query, secured: false },
  fragment: { carry: fragment, secured: false },
  form_post: { carry: form_post, secured: false },
  'query.jwt': { carry: query, secured: true },
  'fragment.jwt': { carry: fragment, secured: true },
  'form_post.jwt': { carry: form_post, secured: true },
};

/** The mode of this name; `jwt` is that of the response type, secured (JARM section 2.3.4). Undefined for one that is not supported. */
export function responseModeNamed(name: string, response_type: string): ResponseMode | undefined {
  if (name === 'jwt') return `${defaultMode(response_type)}.jwt`;
  return Object.hasOwn(responseModes, name) ? (name as ResponseMode) : undefined;
}

/** Where answers of a response type go unless the request says otherwise. */
export function defaultMode(response_type: string): 'query' | 'fragment' {
  return usesFragment(response_type) ? 'fragment' : 'query';
}

/** The names that `response_mode` may have. */
export const responseModeNames: readonly string[] = [...Object.keys(responseModes), 'jwt'];

/** A browser can post a form to a web address only, not to an application's own scheme. */
export function unpostable(mode: ResponseMode, redirect_uri: string): boolean {
  return responseModes[mode].carry === form_post && !/^https?:/.test(redirect_uri);
}

/** What holds a token never goes into a query, which ends in logs (Multiple Response Types section 5, JARM section 2.3.1). */
export function unsafe(mode: ResponseMode, response_type: string): boolean {
  return responseModes[mode].carry === query && usesFragment(response_type);
}

function encode(fields: AnswerFields): string {
  return new URLSearchParams(fields).toString();
}
