/** What every step's page begins with: the pending request it is about, in the browser that opened it; and what its page is made of. */
import { load, OAuthError, type Pending } from '@symbolon/provider';
import { type BrowserCookie, known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { sourceOf } from '../http/headers.ts';
import { askerOf, hiddenFields, ownLink, page, pageContext, requestId } from '../http/page.ts';
import type { Asker } from '../ui/asker.tsx';
import type { FormTarget } from '../ui/form.tsx';
import type { PageContext } from '../ui/page-context.ts';

export type OpenRequest = { readonly pending: Pending; readonly browser: BrowserCookie };

/** The request of a step's page. Throws, for a page, when the address names none or this browser did not open it. */
export async function openRequest(call: Call): Promise<OpenRequest> {
  const id = requiredId(call);
  if (call.browser === undefined)
    throw new OAuthError(
      'invalid_request',
      'this browser did not send the cookie of the sign-in; allow cookies, go back to the application and start again',
      { reason: 'no_cookie' },
    );
  return { pending: await load(call.tenant.op, id, known(call.browser)), browser: call.browser };
}

/** The id of the request that an address of ours is about. Throws, for a page, when it names none. */
export function requiredId(call: Call): string {
  const id = requestId(call);
  if (id === undefined)
    throw new OAuthError('invalid_request', 'request is missing; go back to the application and start again', { reason: 'request_gone' });
  return id;
}

/** Back to the one address that knows what comes next. */
export function onward(call: Call, { request }: Pending, headers: Readonly<Record<string, string>> = {}): Reply {
  return seeOther(ownLink(call, 'continue', { request: request.id }), headers);
}

export type StepPage = {
  readonly form: FormTarget;
  readonly client: Asker;
  readonly context: PageContext;
  readonly reply: (html: string, options?: { readonly status?: number; readonly cookie?: BrowserCookie }) => Reply;
};

/** Form, client, context and headers of a step's page; `hidden` is what its form brings back beside the request. */
export function stepPage(
  call: Call,
  step: string,
  { pending, browser }: OpenRequest,
  hidden: Readonly<Record<string, string>> = {},
): StepPage {
  const { request, client } = pending;
  return {
    form: { action: `${call.tenant.base}/${step}`, hidden: hiddenFields(call, browser, { ...hidden, request: request.id }) },
    client: askerOf(client),
    context: pageContext(call, request.parameters.ui_locales, String(new URLSearchParams({ request: request.id }))),
    reply: (html, options = {}) => page(call, html, { ...options, formTargets: [sourceOf(request.parameters.redirect_uri)] }),
  };
}
