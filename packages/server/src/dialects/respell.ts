/** The few ways in which dialects spell requests and answers otherwise. Pure. */
import type { Answer, CoreRequest, CoreResponse } from '@symbolon/provider';

/** Commas between scopes, as libraries of other protocols send them. No scope of a system that reads them so has a comma in it. */
export function commasToBlanks(request: CoreRequest): CoreRequest {
  const blanked = (parameters: CoreRequest['query']) =>
    typeof parameters.scope === 'string' && parameters.scope.includes(',')
      ? { ...parameters, scope: parameters.scope.replaceAll(',', ' ') }
      : parameters;
  return { ...request, query: blanked(request.query), form: request.form && blanked(request.form) };
}

/** A JSON answer with its members spelled otherwise; a signed one stays as it was signed. */
export function respelled(
  response: CoreResponse,
  change: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): CoreResponse {
  if (response.headers['content-type'] !== 'application/json') return response;
  return { ...response, body: JSON.stringify(change(JSON.parse(response.body))) };
}

/** An answer with another status, where it has one of `instead`. */
export function withStatus(response: CoreResponse, status: number, instead: readonly number[]): CoreResponse {
  return instead.includes(response.status) ? { ...response, status } : response;
}

/** An authorization answer with these fields besides; those it has stay as they are. Ours stand behind the registered URI, so more go to its end. */
export function withFields(answer: Answer, fields: Readonly<Record<string, string>>): Answer {
  if ('form' in answer) return { form: { ...answer.form, fields: { ...fields, ...answer.form.fields } } };
  const missing = Object.entries(fields).filter(([name]) => !new RegExp(`[?&#]${name}=`).test(answer.redirect));
  return { redirect: [answer.redirect, ...missing.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join('&') };
}

/** An error answer with one code in the place of another; the last one that stands there is ours, whatever the registered URI says. */
export function withError(answer: Answer, from: string, to: string): Answer {
  if ('redirect' in answer) return { redirect: answer.redirect.replace(new RegExp(`^(.*[?&#]error=)${from}(?=&|$)`), `$1${to}`) };
  const { fields } = answer.form;
  return fields.error === from ? { form: { ...answer.form, fields: { ...fields, error: to } } } : answer;
}
