/** How an authorization answer travels (OAuth 2.0 Multiple Response Types, Form Post Response Mode): one row a mode. */
/** How an authorization answer travels to the client: by redirect, or as a form that the browser posts. */
export type Answer =
  | { readonly redirect: string }
  | { readonly form: { readonly action: string; readonly fields: Readonly<Record<string, string>> } };

export type ResponseMode = 'query' | 'fragment' | 'form_post';
export type AnswerFields = Readonly<Record<string, string>>;

export const responseModes: Readonly<Record<ResponseMode, (redirect_uri: string, fields: AnswerFields) => Answer>> = {
  // The registered URI is kept to the letter, its own query included (RFC 6749 section 3.1.2); it never has a fragment.
  query: (redirect_uri, fields) => ({ redirect: `${redirect_uri}${redirect_uri.includes('?') ? '&' : '?'}${encode(fields)}` }),
  fragment: (redirect_uri, fields) => ({ redirect: `${redirect_uri}#${encode(fields)}` }),
  form_post: (redirect_uri, fields) => ({ form: { action: redirect_uri, fields } }),
};

export function isResponseMode(name: string): name is ResponseMode {
  return Object.hasOwn(responseModes, name);
}

function encode(fields: AnswerFields): string {
  return new URLSearchParams(fields).toString();
}
