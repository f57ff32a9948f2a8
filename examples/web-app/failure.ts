/** What went wrong, in words for the person in front of the browser and for the developer beside her. */
import { AuthorizationResponseError, ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import type { Problem } from './pages.ts';

/** Tells the provider's refusals (an `error` of its own), an unreachable provider, and answers that do not fit apart. */
export function explain(error: unknown, issuer: string): { readonly status: number; readonly problem: Problem } {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const description = error.error_description ?? 'The provider gave no reason.';
    return { status: 400, problem: { code: error.error, description, advice: adviceFor(error.error) } };
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const challenge = error.cause[0]?.parameters;
    const description = challenge?.error_description ?? 'The provider refused the access token.';
    return { status: 400, problem: { code: challenge?.error ?? 'invalid_token', description, advice: adviceFor('invalid_token') } };
  }
  if (unreachable(error)) {
    const description = `The provider at ${issuer} does not answer.`;
    return {
      status: 502,
      problem: { code: 'provider_unreachable', description, advice: 'Start it, then try again: nothing else is needed here.' },
    };
  }
  const code = error instanceof ClientError && error.code ? error.code : 'unexpected';
  const description = `The provider's answer was not accepted: ${reasons(error).join(': ')}.`;
  return {
    status: 502,
    problem: { code, description, advice: 'The steps below show the answer. Check issuer, client_id and client_secret.' },
  };
}

function unreachable(error: unknown): boolean {
  const causes = error instanceof Error ? [error, error.cause] : [];
  return causes.some((cause) => cause instanceof Error && (cause.message === 'fetch failed' || cause.name === 'TimeoutError'));
}

/** What an error says and what caused it, outermost first. */
function reasons(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return ['no reason known'];
  return error.cause instanceof Error ? [error.message, ...reasons(error.cause)] : [error.message];
}

function adviceFor(code: string): string {
  if (code === 'access_denied') return 'You, or the provider, said no. You can try again and allow it.';
  if (code === 'invalid_client') return 'The client_id and client_secret of this application do not fit those registered at the provider.';
  if (code === 'invalid_grant' || code === 'invalid_token') return 'What we held is no longer good. Sign in again.';
  return 'Try again; if it stays so, the steps below tell a developer why.';
}
