/** A step's page makes sense only with a request and the browser that opened it. */
import { OAuthError } from '@symbolon/provider';
import type { BrowserCookie } from '../http/browser.ts';
import type { Call } from '../http/call.ts';
import { requestId } from './page.ts';

/** Request id and browser of a step's page. Throws, for a page, when one is missing. */
export function requirePending(call: Call): { readonly id: string; readonly browser: BrowserCookie } {
  const id = requestId(call);
  if (id === undefined) throw new OAuthError('invalid_request', 'request is missing; go back to the application and start again');
  if (call.browser === undefined)
    throw new OAuthError(
      'invalid_request',
      'this browser did not send the cookie of the sign-in; allow cookies, go back to the application and start again',
    );
  return { id, browser: call.browser };
}
