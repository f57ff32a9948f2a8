/** The page for what went wrong where the application has none: plain text, so that nothing in it can be markup. */
import type { ErrorKind, RelyingPartyError } from '../error.ts';

/** What HTTP calls it, and what a person is told. */
const texts: Readonly<Record<ErrorKind, readonly [status: number, text: string]>> = {
  provider_unknown: [404, 'There is no sign-in under this address.'],
  provider_unavailable: [503, 'The provider you sign in with does not answer. Please try again in a moment.'],
  discovery_invalid: [502, 'The provider you sign in with is set up wrongly. Its support can help.'],
  settings_invalid: [500, 'This application is set up wrongly for the provider you sign in with.'],
  request_refused: [502, 'The provider you sign in with refused this application.'],
  login_unknown: [400, 'This sign-in was not begun in this browser, or was finished already. Please begin again.'],
  login_expired: [400, 'This sign-in took too long. Please begin again.'],
  denied: [403, 'The sign-in was cancelled.'],
  answer_error: [502, 'The provider you sign in with answered with an error.'],
  answer_refused: [502, 'The answer of the provider you sign in with could not be accepted. Please begin again.'],
  token_refused: [502, 'The provider you sign in with refused this application.'],
  claims: [403, 'The provider you sign in with did not say everything that is needed about you.'],
  logout_refused: [403, 'This request to sign out did not come from this application.'],
};

/** The broken claims are named: they are what the partner's support needs to hear. */
export function failurePage({ kind, faults }: RelyingPartyError): Response {
  const [status, text] = texts[kind];
  const body = [text, ...faults.map(({ problem }) => `- ${problem}`)].join('\n');
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    // The page's own address may have a code in it.
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  return new Response(`${body}\n`, { status, headers });
}
