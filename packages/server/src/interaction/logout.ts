/** The browser side of the end-session endpoint: asks, ends, says so, and leads back where the client may be led back to. */
import { endSession, one, urlOf } from '@symbolon/provider';
import { clearCookie, known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { ownForm } from '../http/csrf.ts';
import { everywhere, sourceOf } from '../http/headers.ts';
import { askerOf, hiddenFields, page, pageContext } from './page.ts';
import { loggedOutPage } from './pages/logged-out.tsx';
import { logoutPage } from './pages/logout.tsx';

/** GET and POST at the end-session endpoint: a client's request, or the answer to our own question. */
export async function logout(call: Call): Promise<Reply> {
  const answer = call.request.method === 'POST' ? ownForm(call) : undefined;
  const action = answer === undefined ? undefined : one(answer.form, 'action');
  if (action === 'no') return seeOther(`${call.tenant.base}/home`, everywhere(call.tenant));
  const browser = call.browser === undefined ? undefined : known(call.browser);
  const outcome = await endSession(call.tenant.op, call.request, browser, action === 'yes' ? 'confirmed' : 'unconfirmed');
  if ('confirm' in outcome && call.browser !== undefined) return ask(call, call.browser, outcome);
  return 'confirm' in outcome ? farewell(call) : done(call, outcome.redirect, action === 'yes');
}

function ask(
  call: Call,
  browser: NonNullable<Call['browser']>,
  outcome: { confirm: Readonly<Record<string, string>>; client?: Parameters<typeof askerOf>[0] },
): Reply {
  const { op } = call.tenant;
  const view = {
    action: urlOf(op.settings, 'endSession').slice(call.tenant.origin.length),
    hidden: hiddenFields(call, browser, outcome.confirm),
    ...(outcome.client === undefined ? undefined : { client: askerOf(outcome.client) }),
  };
  const back = outcome.confirm.post_logout_redirect_uri;
  return page(call, logoutPage(view, pageContext(call, outcome.confirm.ui_locales)), {
    formTargets: back === undefined ? [] : [sourceOf(back)],
  });
}

function done(call: Call, redirect: string | undefined, everything: boolean): Reply {
  const cookie: Record<string, string> = everything ? { 'set-cookie': clearCookie(call.tenant) } : {};
  if (redirect !== undefined) return seeOther(redirect, { ...everywhere(call.tenant), ...cookie });
  const reply = farewell(call);
  return { ...reply, headers: { ...reply.headers, ...cookie } };
}

function farewell(call: Call): Reply {
  return page(call, loggedOutPage({ signIn: `${call.tenant.base}/login` }, pageContext(call)));
}
