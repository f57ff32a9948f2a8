/**
 * An upstream whose newcomers look at what will be their account before there is one. She may correct what no rule of the configuration is
 * about; a changed address is her word only, and goes the way of every address that nobody vouches for.
 */
import type { Parameters } from '@symbolon/provider';
import type { BrowserCookie } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { hiddenFields, page, pageContext } from '../http/page.ts';
import type { UpstreamConfig } from '../upstream.ts';
import { targets } from './ask.ts';
import { type ReviewProblem, reviewPage } from './pages/review.tsx';
import { keepProof, type Visit } from './passage.ts';

export const shown = ['name', 'given_name', 'family_name', 'email'] as const;

export async function askToReview(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit): Promise<Reply> {
  return reviewReply(call, browser, upstream, visit, { proof: await keepProof(call.tenant, browser.hash, visit) });
}

type Typed = { readonly proof: string; readonly form?: Parameters; readonly problem?: ReviewProblem };

export async function reviewReply(
  call: Call,
  browser: BrowserCookie,
  upstream: UpstreamConfig,
  visit: Visit,
  typed: Typed,
): Promise<Reply> {
  const { proof, form, problem } = typed;
  const { claims } = visit.profile.given;
  const view = {
    action: `${call.tenant.base}/auth/oidc/review`,
    hidden: hiddenFields(call, browser, { proof }),
    upstream: upstream.name,
    fields: shown.map((name) => ({
      name,
      value: (form && isOpen(upstream, name) ? typedIn(form, name) : undefined) ?? String(claims[name] ?? ''),
      open: isOpen(upstream, name),
    })),
    ...(problem === undefined ? {} : { problem }),
  };
  const status = problem === undefined ? 200 : 400;
  return page(call, reviewPage(view, pageContext(call)), { status, formTargets: await targets(call, browser, upstream, visit) });
}

/** Also an empty one: she took it out. */
export function typedIn(form: Parameters, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' ? value : undefined;
}

/** What a rule is about is agreed with the upstream, and hers to correct there. */
export function isOpen({ claims }: UpstreamConfig, name: string): boolean {
  return Object.entries(claims).every(([claim, { to = claim }]) => claim !== name && to !== name);
}
