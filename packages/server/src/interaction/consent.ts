/** Consent: who gets what (OpenID Connect Core section 3.1.2.4). */
import { deny, one, owing, recordConsent } from '@symbolon/provider';
import { known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { everywhere, sourceOf } from '../http/headers.ts';
import { outcomeReply } from './authorize.ts';
import { requirePending } from './gone.ts';
import { askerOf, hiddenFields, page, pageContext, stepLink } from './page.ts';
import { type ConsentScope, consentPage } from './pages/consent.tsx';

/** GET /consent */
export async function showConsent(call: Call): Promise<Reply> {
  const { id, browser } = requirePending(call);
  const { request, client, decision } = await owing(call.tenant.op, id, known(browser));
  if (decision.kind !== 'show' || decision.step !== 'consent' || decision.session === undefined)
    return seeOther(stepLink(call, 'continue', id), everywhere(call.tenant));
  const { parameters } = request;
  const view = {
    action: `${call.tenant.base}/consent`,
    hidden: hiddenFields(call, browser, { request: id }),
    client: askerOf(client),
    redirectUri: parameters.redirect_uri,
    scopes: parameters.scopes.map((name) => scopeView(call, name)),
    lifetime: lifetime(call, client.lifetimes, parameters.scopes),
    signedInAs: decision.session.account.username,
  };
  const context = pageContext(call, parameters.ui_locales, `request=${encodeURIComponent(id)}`);
  return page(call, consentPage(view, context), { formTargets: [sourceOf(parameters.redirect_uri)] });
}

/** POST /consent. Counts only while consent is what the request owes, and for the account it owes it under. */
export async function submitConsent(call: Call, { browser, form }: OwnForm): Promise<Reply> {
  const { op } = call.tenant;
  const { id } = requirePending(call);
  const { request, decision } = await owing(op, id, known(browser));
  const action = one(form, 'action');
  if (action === 'deny') return outcomeReply(call, await deny(op, id, known(browser)));
  if (action === 'switch') return seeOther(stepLink(call, 'login', id), everywhere(call.tenant));
  if (action === 'allow' && decision.kind === 'show' && decision.step === 'consent' && decision.session !== undefined)
    await recordConsent(op, request, browser.hash, decision.session);
  return seeOther(stepLink(call, 'continue', id), everywhere(call.tenant));
}

function scopeView(call: Call, name: string): ConsentScope {
  const description = call.tenant.op.settings.scopes.find((scope) => scope.name === name)?.description;
  return description === undefined ? { name } : { name, description };
}

function lifetime(call: Call, own: { readonly accessToken?: number; readonly refreshToken?: number }, scopes: readonly string[]): number {
  const lifetimes = { ...call.tenant.op.settings.lifetimes, ...own };
  return scopes.includes('offline_access') ? lifetimes.refreshToken : lifetimes.accessToken;
}
