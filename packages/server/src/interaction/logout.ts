/** The browser side of the end-session endpoint: asks, ends, says so, and leads back where the client may be led back to. */
import { type Client, endSession, one, sessionsOf, urlOf } from '@symbolon/provider';
import { type BrowserCookie, clearCookie, known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { ownForm } from '../http/csrf.ts';
import { sourceOf } from '../http/headers.ts';
import { askerOf, hiddenFields, ownLink, page, pageContext } from '../http/page.ts';
import { loggedOutPage } from './pages/logged-out.tsx';
import { logoutPage } from './pages/logout.tsx';

/** GET and POST at the end-session endpoint: a client's request, or the answer to our own question. */
export async function logout(call: Call): Promise<Reply> {
  const answer = call.request.method === 'POST' ? ownForm(call) : undefined;
  const action = answer === undefined ? undefined : one(answer.form, 'action');
  if (action === 'no') return seeOther(ownLink(call, 'home'));
  const browser = call.browser && known(call.browser);
  const outcome = await endSession(call.tenant.op, call.request, browser, action === 'yes' ? 'confirmed' : 'unconfirmed');
  if ('reopen' in outcome) return seeOther(`${endSessionPath(call)}?${new URLSearchParams(outcome.reopen)}`);
  if ('confirm' in outcome) return call.browser === undefined ? farewell(call) : ask(call, call.browser, outcome.confirm, outcome.client);
  return done(call, outcome.redirect, action === 'yes');
}

async function ask(
  call: Call,
  browser: BrowserCookie,
  confirm: Readonly<Record<string, string>>,
  client: Client | undefined,
): Promise<Reply> {
  const { ui_locales, ...query } = confirm;
  const [session] = await sessionsOf(call.tenant.op, known(browser));
  const view = {
    action: endSessionPath(call),
    hidden: hiddenFields(call, browser, confirm),
    ...(client === undefined ? undefined : { client: askerOf(client) }),
    ...(session === undefined ? undefined : { signedInAs: session.account.username }),
  };
  const back = query.post_logout_redirect_uri;
  const context = pageContext(call, ui_locales, String(new URLSearchParams(query)));
  return page(call, logoutPage(view, context), { formTargets: back === undefined ? [] : [sourceOf(back)] });
}

function done(call: Call, redirect: string | undefined, everything: boolean): Reply {
  const cookie: Record<string, string> = everything ? { 'set-cookie': clearCookie(call.tenant) } : {};
  if (redirect !== undefined) return seeOther(redirect, cookie);
  const reply = farewell(call);
  return { ...reply, headers: { ...reply.headers, ...cookie } };
}

function farewell(call: Call): Reply {
  return page(call, loggedOutPage({ signIn: ownLink(call, 'login') }, pageContext(call)));
}

function endSessionPath(call: Call): string {
  return urlOf(call.tenant.op.settings, 'endSession').slice(call.tenant.origin.length);
}
