/** The browser side of the end-session endpoint: asks, ends, and leads on: to the client where it may be, else to the page that says what ended. */
import { endSession, type LogoutAnswer, type LogoutOutcome, one, type SessionView, sessionsOf, urlOf } from '@symbolon/provider';
import { type BrowserCookie, known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { ownForm } from '../http/csrf.ts';
import { sourceOf } from '../http/headers.ts';
import { askerOf, hiddenFields, ownLink, page, pageContext } from '../http/page.ts';
import { signedOutCookies } from './ended.ts';
import { logoutPage } from './pages/logout.tsx';
import { farewell, signedOut } from './signed-out.ts';

/** GET and POST at the end-session endpoint, and at our own /sign-out: a request to sign out, or the answer to our question about one. */
export async function logout(call: Call): Promise<Reply> {
  const answer = call.request.method === 'POST' ? ownForm(call) : undefined;
  const action = answer === undefined ? undefined : one(answer.form, 'action');
  if (action === 'no') return seeOther(ownLink(call, 'home'));
  const confirmed: LogoutAnswer | undefined = answer !== undefined && action === 'yes' ? { sid: one(answer.form, 'sid') } : undefined;
  const outcome = await endSession(call.tenant.op, call.request, call.browser && known(call.browser), confirmed);
  if ('reopen' in outcome) return seeOther(`${endSessionPath(call)}?${new URLSearchParams(outcome.reopen)}`);
  if ('confirm' in outcome) return call.browser === undefined ? farewell(call) : ask(call, call.browser, outcome);
  if ('revoked' in outcome) return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
  return done(call, outcome);
}

async function ask(call: Call, browser: BrowserCookie, outcome: Extract<LogoutOutcome, { readonly confirm: unknown }>): Promise<Reply> {
  const { confirm, client, session } = outcome;
  const { ui_locales, ...query } = confirm;
  const accounts = session === undefined ? await sessionsOf(call.tenant.op, known(browser)) : [session];
  const view = {
    action: endSessionPath(call),
    // The answer is about the account that the question named, whoever else signs in meanwhile.
    hidden: hiddenFields(call, browser, session === undefined ? confirm : { ...confirm, sid: session.sid }),
    ...(client === undefined ? undefined : { client: askerOf(client) }),
    signedInAs: accounts.map(({ account }: SessionView) => account.username),
  };
  const back = query.post_logout_redirect_uri;
  const context = pageContext(call, ui_locales, String(new URLSearchParams(query)));
  return page(call, logoutPage(view, context), { formTargets: back === undefined ? [] : [sourceOf(back)] });
}

async function done(call: Call, outcome: Extract<LogoutOutcome, { readonly ended: unknown }>): Promise<Reply> {
  const { ended, everything, redirect } = outcome;
  const cookies = await signedOutCookies(call, everything);
  return signedOut(call, { ended, here: ended.map(({ sid }) => sid), ...(redirect === undefined ? undefined : { redirect }) }, cookies);
}

function endSessionPath(call: Call): string {
  return urlOf(call.tenant.op.settings, 'endSession').slice(call.tenant.origin.length);
}
