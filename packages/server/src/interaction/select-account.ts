/** The choice among the accounts signed in in this browser (OpenID Connect Core section 3.1.2.1, prompt=select_account). */
import { one, owing, recordSelection } from '@symbolon/provider';
import { known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { everywhere, sourceOf } from '../http/headers.ts';
import { requirePending } from './gone.ts';
import { askerOf, hiddenFields, page, pageContext, stepLink } from './page.ts';
import { selectAccountPage } from './pages/select-account.tsx';

/** GET /select-account */
export async function showAccounts(call: Call): Promise<Reply> {
  const { id, browser } = requirePending(call);
  const { request, client, sessions, decision } = await owing(call.tenant.op, id, known(browser));
  if (decision.kind !== 'show' || decision.step !== 'select-account')
    return seeOther(stepLink(call, 'continue', id), everywhere(call.tenant));
  const accounts = sessions.map(({ sid, account }) => {
    const name = account.claims.name;
    return typeof name === 'string' && name !== ''
      ? { value: sid, name, detail: account.username }
      : { value: sid, name: account.username };
  });
  const view = {
    action: `${call.tenant.base}/select-account`,
    hidden: hiddenFields(call, browser, { request: id }),
    client: askerOf(client),
    accounts,
  };
  const context = pageContext(call, request.parameters.ui_locales, `request=${encodeURIComponent(id)}`);
  return page(call, selectAccountPage(view, context), { formTargets: [sourceOf(request.parameters.redirect_uri)] });
}

/** POST /select-account */
export async function submitAccount(call: Call, { browser, form }: OwnForm): Promise<Reply> {
  const { id } = requirePending(call);
  const { request, sessions } = await owing(call.tenant.op, id, known(browser));
  if (one(form, 'action') === 'other') return seeOther(stepLink(call, 'login', id), everywhere(call.tenant));
  const session = sessions.find(({ sid }) => sid === one(form, 'account'));
  // The account may have ended since the page was shown: `continue` then asks again.
  if (session !== undefined) await recordSelection(call.tenant.op, request, browser.hash, session.sid);
  return seeOther(stepLink(call, 'continue', id), everywhere(call.tenant));
}
