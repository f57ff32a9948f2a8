/** The authorization response (RFC 6749 sections 4.1.2 and 4.1.2.1), always with `iss` (RFC 9207). */
import type { Provider } from '../op.ts';
import type { OAuthError } from '../wire/error.ts';
import { type Answer, type AnswerFields, type ResponseMode, responseModes } from './response-modes.ts';

export type { Answer };

/** Where an answer goes. It exists only once client and redirect URI are trusted. */
export type ReturnAddress = { readonly redirect_uri: string; readonly response_mode: ResponseMode; readonly state?: string };

export function errorAnswer(op: Provider, to: ReturnAddress, error: Pick<OAuthError, 'code' | 'description'>): Answer {
  return answerWith(op, to, { error: error.code, error_description: error.description });
}

/** An answer with `state` and `iss` beside its own parameters. */
export function answerWith(op: Provider, to: ReturnAddress, fields: AnswerFields): Answer {
  const state = to.state === undefined ? undefined : { state: to.state };
  return responseModes[to.response_mode](to.redirect_uri, { ...fields, ...state, iss: op.settings.issuer });
}
