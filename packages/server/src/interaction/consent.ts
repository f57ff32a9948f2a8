/** Consent: who gets what (OpenID Connect Core section 3.1.2.4). */
import {
  decisionOf,
  deny,
  one,
  type Pending,
  recordConsent,
  responseTypes,
  type SessionView,
  scopesToConsent,
  wantsRefreshToken,
} from '@symbolon/provider';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { ownLink } from '../http/page.ts';
import type { ScopeWords } from '../ui/scope-text.tsx';
import { outcomeReply } from './authorize.ts';
import { consentPage } from './pages/consent.tsx';
import { onward, openRequest, stepPage } from './pending.ts';

/** GET /consent */
export async function showConsent(call: Call): Promise<Reply> {
  const open = await openRequest(call);
  const session = owedBy(call, open.pending);
  if (session === undefined) return onward(call, open.pending);
  const { request, client } = open.pending;
  const { redirect_uri, response_type, scopes } = request.parameters;
  const offline = responseTypes[response_type].code && wantsRefreshToken(client, scopes);
  const lifetimes = { ...call.tenant.op.settings.lifetimes, ...client.lifetimes };
  const { form, client: asker, context, reply } = stepPage(call, 'consent', open, { sid: session.sid });
  const view = {
    ...form,
    client: asker,
    redirectUri: redirect_uri,
    scopes: scopesToConsent(request.parameters).map((name) => scopeView(call, name)),
    offline,
    lifetime: offline ? lifetimes.refreshToken : lifetimes.accessToken,
    signedInAs: session.account.username,
  };
  return reply(consentPage(view, context));
}

/** POST /consent. Counts only while consent is what the request owes, and from the account that the page named. */
export async function submitConsent(call: Call, { form }: OwnForm): Promise<Reply> {
  const { op } = call.tenant;
  const { pending, browser } = await openRequest(call);
  const action = one(form, 'action');
  if (action === 'deny') return outcomeReply(call, await deny(op, pending));
  if (action === 'switch') return seeOther(ownLink(call, 'login', { request: pending.request.id }));
  const session = owedBy(call, pending);
  if (action === 'allow' && session !== undefined && session.sid === one(form, 'sid'))
    await recordConsent(op, pending.request, browser.hash, session);
  return onward(call, pending);
}

/** Whose consent the request owes now; nobody's when it owes something else. */
function owedBy(call: Call, pending: Pending): SessionView | undefined {
  const decision = decisionOf(call.tenant.op, pending);
  return decision.kind === 'show' && decision.step === 'consent' ? decision.session : undefined;
}

function scopeView(call: Call, name: string): ScopeWords {
  const description = call.tenant.op.settings.scopes.find((scope) => scope.name === name)?.description;
  return description === undefined ? { name } : { name, description };
}
