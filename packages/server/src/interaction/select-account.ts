/** The choice among the accounts signed in in this browser (OpenID Connect Core section 3.1.2.1, prompt=select_account). */
import { decisionOf, one, recordSelection } from '@symbolon/provider';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { ownLink } from '../http/page.ts';
import { selectAccountPage } from './pages/select-account.tsx';
import { onward, openRequest, stepPage } from './pending.ts';

/** GET /select-account */
export async function showAccounts(call: Call): Promise<Reply> {
  const open = await openRequest(call);
  const decision = decisionOf(call.tenant.op, open.pending);
  if (decision.kind !== 'show' || decision.step !== 'select-account') return onward(call, open.pending);
  const accounts = open.pending.sessions.map(({ sid, account }) => {
    const name = account.claims.name;
    return typeof name === 'string' && name !== ''
      ? { value: sid, name, detail: account.username }
      : { value: sid, name: account.username };
  });
  const { form, client, context, reply } = stepPage(call, 'select-account', open);
  return reply(selectAccountPage({ ...form, client, accounts }, context));
}

/** POST /select-account */
export async function submitSelection(call: Call, { form }: OwnForm): Promise<Reply> {
  const { pending, browser } = await openRequest(call);
  if (one(form, 'action') === 'other') return seeOther(ownLink(call, 'login', { request: pending.request.id }));
  const session = pending.sessions.find(({ sid }) => sid === one(form, 'account'));
  const decision = decisionOf(call.tenant.op, pending);
  const owed = decision.kind === 'show' && decision.step === 'select-account';
  // The account may have ended since the page was shown, or the choice be made in another tab: `continue` then asks what is owed.
  if (owed && session !== undefined) await recordSelection(call.tenant.op, pending.request, browser.hash, session.sid);
  return onward(call, pending);
}
