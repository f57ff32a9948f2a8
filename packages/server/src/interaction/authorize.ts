/**
 * The browser side of the authorization endpoint: what the core decides becomes a redirect to a step's page, a redirect to the client, or the
 * form that posts the answer. Every step returns to `continueRequest`.
 */
import { type Answer, authorize, type Outcome, resume, signOn } from '@symbolon/provider';
import { type BrowserCookie, fresh, known, newBrowser, setCookie } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { sourceOf } from '../http/headers.ts';
import { ownLink, page, pageContext, withState } from '../http/page.ts';
import { formPostPage } from './pages/form-post.tsx';
import { requiredId } from './pending.ts';

/** GET and POST at the authorization endpoint. */
export async function authorizeRequest(call: Call): Promise<Reply> {
  const { op } = call.tenant;
  const handedOver = await signedOn(call);
  if (handedOver !== undefined) return handedOver;
  if (call.browser !== undefined) return outcomeReply(call, await authorize(op, call.request, known(call.browser)));
  // A form posted by another site comes without our cookie though there may be one: setting a new one here would sign the person out.
  if (call.request.method === 'POST') return outcomeReply(call, await authorize(op, call.request, undefined));
  const browser = newBrowser();
  return outcomeReply(call, await authorize(op, call.request, fresh(browser)), browser);
}

/** The answer for a browser that a sign-on token of the request has just signed in; its cookie is set with the way back to the client. */
async function signedOn(call: Call): Promise<Reply | undefined> {
  if (call.request.query.sso_token === undefined) return undefined;
  const { op } = call.tenant;
  const next = newBrowser();
  if (!(await signOn(op, call.request, call.browser?.hash, next.hash))) return undefined;
  const reply = outcomeReply(call, await authorize(op, call.request, known(next)));
  return { ...reply, headers: { ...reply.headers, 'set-cookie': setCookie(call.tenant, next) } };
}

/** GET /continue: the one address all steps return to. A browser without a cookie gets one here, for a request no browser has opened yet. */
export async function continueRequest(call: Call): Promise<Reply> {
  const id = requiredId(call);
  if (call.browser !== undefined) return outcomeReply(call, await resume(call.tenant.op, id, known(call.browser)));
  const browser = newBrowser();
  return outcomeReply(call, await resume(call.tenant.op, id, fresh(browser)), browser);
}

/** `cookie`: a browser secret made for this very answer, to be set when the person stays with us. */
export function outcomeReply(call: Call, outcome: Outcome, cookie?: BrowserCookie): Reply {
  if ('answer' in outcome) {
    const reply = answerReply(call, spelled(call, outcome));
    // The client was told this state of the browser: our page's script must find the same.
    return outcome.browserState === undefined ? reply : withState(call, reply, outcome.browserState);
  }
  if ('reopen' in outcome) return seeOther(ownLink(call, 'continue', { request: outcome.reopen }));
  const headers = cookie === undefined ? {} : { 'set-cookie': setCookie(call.tenant, cookie) };
  return seeOther(ownLink(call, outcome.show, { request: outcome.request.id }), headers);
}

/** The answer as the tenant's clients expect it. */
function spelled({ tenant }: Call, { answer, codeLifetime }: Extract<Outcome, { readonly answer: Answer }>): Answer {
  return tenant.spelling.authorization?.(answer, codeLifetime) ?? answer;
}

function answerReply(call: Call, answer: Answer): Reply {
  if ('form' in answer) {
    const { action, fields } = answer.form;
    return page(call, formPostPage({ action, fields }, pageContext(call)), { formTargets: [sourceOf(action)] });
  }
  // 303 turns a POST into a GET and drops its body, which may hold a password (RFC 9700 section 4.12).
  const status = call.request.method === 'POST' ? 303 : 302;
  return { status, headers: { location: answer.redirect, 'cache-control': 'no-store' }, body: '' };
}
