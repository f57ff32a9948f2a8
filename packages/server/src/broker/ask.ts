/**
 * When the decision is not ours alone. An identity that may belong to an account that is there waits until control of that account is proved,
 * and somebody who would become somebody else in her browser is asked. What waits is random, hashed, bound to this browser and to the
 * upstream's subject, and serves once.
 */
import { load } from '@symbolon/provider';
import { type BrowserCookie, known } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { sourceOf } from '../http/headers.ts';
import { hiddenFields, ownLink, page, pageContext } from '../http/page.ts';
import { openUpstreams, type UpstreamConfig } from '../upstream.ts';
import { landingOf } from './enter.ts';
import { type ConfirmProblem, confirmPage } from './pages/confirm.tsx';
import { switchPage } from './pages/switch.tsx';
import { keepProof, type Visit } from './passage.ts';

export async function askToConfirm(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit): Promise<Reply> {
  return confirmReply(call, browser, upstream, visit, { proof: await keepProof(call.tenant, browser.hash, visit) });
}

export async function askToSwitch(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit): Promise<Reply> {
  const proof = await keepProof(call.tenant, browser.hash, visit);
  const view = {
    action: `${call.tenant.base}/auth/oidc/switch`,
    hidden: hiddenFields(call, browser, { proof }),
    ...shownOf(upstream, visit),
  };
  return page(call, switchPage(view, pageContext(call)), { formTargets: await targets(call, browser, upstream, visit) });
}

export type Typed = { readonly proof: string; readonly username?: string; readonly problem?: ConfirmProblem; readonly status?: number };

/** The page that asks for a password of the account, or another sign-in to it. */
export async function confirmReply(
  call: Call,
  browser: BrowserCookie,
  upstream: UpstreamConfig,
  visit: Visit,
  { proof, username, problem, status = 200 }: Typed,
): Promise<Reply> {
  const others = openUpstreams(call.tenant.upstreams).filter(({ id }) => id !== upstream.id);
  const view = {
    action: `${call.tenant.base}/auth/oidc/confirm`,
    hidden: hiddenFields(call, browser, { proof }),
    ...shownOf(upstream, visit),
    ...(username === undefined ? {} : { username }),
    ...(problem === undefined ? {} : { problem }),
    unproven: visit.unproven === true,
    others: others.map(({ id, name }) => ({ id, name, href: ownLink(call, `auth/oidc/start/${id}`, { proof }) })),
  };
  return page(call, confirmPage(view, pageContext(call)), { status, formTargets: await targets(call, browser, upstream, visit) });
}

function shownOf({ name }: UpstreamConfig, { profile }: Visit) {
  const { name: own } = profile.given.claims;
  const person = profile.email ?? (typeof own === 'string' ? own : undefined);
  return { upstream: name, ...(person === undefined ? {} : { person }) };
}

/** Where the answer to the form may lead in the end: Chromium asks the page's policy about every redirect after it. */
export async function targets(
  call: Call,
  browser: BrowserCookie,
  upstream: UpstreamConfig,
  { passage }: Visit,
): Promise<readonly string[]> {
  const { op } = call.tenant;
  if (passage.request !== undefined) {
    const { request } = await load(op, passage.request, known(browser));
    return [sourceOf(request.parameters.redirect_uri)];
  }
  const landing = await landingOf(call.tenant, upstream);
  return landing.startsWith('/') ? [] : [sourceOf(landing)];
}
