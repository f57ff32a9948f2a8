/** The errors of openid-client as ours. Theirs carry whole answers; ours say what failed and nothing that was in it. */
import * as client from 'openid-client';
import { type ErrorKind, RelyingPartyError } from './error.ts';

/** Of a pushed authorization request, or one that could not be made. */
export function requestFailure(provider: string, error: unknown): RelyingPartyError {
  return ofProvider(provider, error, 'request_refused', 'settings_invalid');
}

/** Of the token endpoint, and of what came from there. */
export function tokenFailure(provider: string, error: unknown): RelyingPartyError {
  return ofProvider(provider, error, 'token_refused', 'answer_refused');
}

/** Of the answer at the redirect URI, and of everything that follows from it. */
export function answerFailure(provider: string, error: unknown): RelyingPartyError {
  if (!(error instanceof client.AuthorizationResponseError)) return tokenFailure(provider, error);
  const kind = error.error === 'access_denied' ? 'denied' : 'answer_error';
  return new RelyingPartyError(kind, `the provider answered ${error.error}`, { provider, ...said(error) });
}

function ofProvider(provider: string, error: unknown, refused: ErrorKind, other: ErrorKind): RelyingPartyError {
  const own = ownAmong(error);
  if (own !== undefined) return own;
  if (error instanceof client.ResponseBodyError)
    return new RelyingPartyError(refused, `the provider answered ${error.error}`, { provider, ...said(error) });
  if (error instanceof client.WWWAuthenticateChallengeError) return challenged(provider, error, refused);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return new RelyingPartyError('provider_unavailable', 'timed out', { provider });
  return new RelyingPartyError(other, reasonOf(error), { provider });
}

/** Ours, thrown below openid-client (by the fetch) and wrapped by it. */
function ownAmong(error: unknown): RelyingPartyError | undefined {
  if (error instanceof RelyingPartyError) return error;
  return error instanceof Error && error.cause !== undefined ? ownAmong(error.cause) : undefined;
}

function challenged(provider: string, failure: client.WWWAuthenticateChallengeError, kind: ErrorKind): RelyingPartyError {
  const { error, error_description } = failure.cause.find(({ parameters }) => parameters.error !== undefined)?.parameters ?? {};
  const message = `the provider answered ${failure.status} with ${error ?? 'a challenge'}`;
  return new RelyingPartyError(kind, message, { provider, ...said({ error, error_description }) });
}

function said({ error, error_description }: { error?: string | undefined; error_description?: string | undefined }) {
  return { ...(error === undefined ? {} : { error }), ...(error_description === undefined ? {} : { error_description }) };
}

/** The innermost message is the most precise one; those of openid-client are fixed texts. The name of a claim is added where there is one. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the answer does not hold';
  const inner: unknown = error.cause instanceof Error ? error.cause : error;
  const { message, cause } = inner as Error;
  const claim = typeof cause === 'object' && cause !== null && 'claim' in cause ? ` (${String(cause.claim)})` : '';
  return `${message}${claim}`;
}
