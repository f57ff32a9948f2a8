/**
 * The way out: a partner's start link, or a button on the sign-in page, to the upstream's authorization endpoint. Both are plain GETs, as the
 * partner's link has to be, and do nothing but remember where this browser went.
 */
import { decisionOf, load, one, type Pending } from '@symbolon/provider';
import { type BrowserCookie, fresh, known, newBrowser, setCookie } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { openUpstreams, type UpstreamConfig, type Wish } from '../upstream.ts';
import { linkingSession } from './links.ts';
import { keepLogin, type Passage } from './passage.ts';
import { failureReply, unknownUpstream } from './problem.ts';

/** GET /auth/oidc/owner/:type/:id/redirect */
export function startForOwner(call: Call): Promise<Reply> | Reply {
  const { type, id } = call.path;
  const upstream = openUpstreams(call.tenant.upstreams).find(({ owner }) => owner?.type === type && owner?.id === id);
  return upstream === undefined ? unknownUpstream(call) : depart(call, upstream, { upstream: upstream.id }, {});
}

/** GET /auth/oidc/start/:id, for an authorization request (`request`), for a proof that waits (`proof`), or for the person herself. */
export async function startUpstream(call: Call): Promise<Reply> {
  if (one(call.request.query, 'ticket') !== undefined) return startLink(call);
  const upstream = openUpstreams(call.tenant.upstreams).find(({ id }) => id === call.path.id);
  if (upstream === undefined) return unknownUpstream(call);
  const [request, proof] = [one(call.request.query, 'request'), one(call.request.query, 'proof')];
  if (proof !== undefined) return depart(call, upstream, { upstream: upstream.id, proof }, {});
  if (request === undefined) return depart(call, upstream, { upstream: upstream.id }, {});
  const browser = call.browser ?? newBrowser();
  const pending = await load(call.tenant.op, request, call.browser === undefined ? fresh(browser) : known(browser));
  const { wish, notBefore } = wishOf(call, pending);
  return depart(call, upstream, { upstream: upstream.id, request, ...(notBefore === undefined ? {} : { notBefore }) }, wish, browser);
}

/** From the page of her links: also an upstream that is for nothing else. */
async function startLink(call: Call): Promise<Reply> {
  const upstream = call.tenant.upstreams.find(({ id, enabled }) => id === call.path.id && enabled);
  if (upstream === undefined) return unknownUpstream(call);
  return depart(call, upstream, { upstream: upstream.id, linkTo: await linkingSession(call, upstream) }, {});
}

/** Clocks differ by a little, and the upstream may have begun before we wrote down when. */
const tolerance = 10;

/** What the client asks of the sign-in is asked of the upstream, and must then have been done. */
function wishOf({ tenant: { op } }: Call, pending: Pending): { readonly wish: Wish; readonly notBefore?: number } {
  const { prompt, max_age, login_hint, ui_locales } = pending.request.parameters;
  const decision = decisionOf(op, pending);
  const again = prompt.includes('login') || (decision.kind === 'show' && decision.step === 'login' && decision.session !== undefined);
  const ages = [...(again ? [0] : []), ...(max_age === undefined ? [] : [max_age])];
  const chosen = again ? 'login' : prompt.includes('select_account') ? 'select_account' : undefined;
  const wish = {
    ...(chosen === undefined ? {} : { prompt: chosen }),
    ...(max_age === undefined ? {} : { max_age }),
    ...(login_hint === undefined ? {} : { login_hint }),
    ...(ui_locales === undefined ? {} : { ui_locales }),
  };
  return ages.length === 0 ? { wish } : { wish, notBefore: op.now() - Math.min(...ages) - tolerance };
}

async function depart(
  call: Call,
  upstream: UpstreamConfig,
  passage: Passage,
  wish: Wish,
  browser: BrowserCookie = call.browser ?? newBrowser(),
): Promise<Reply> {
  const { tenant } = call;
  try {
    const { url, state, login } = await tenant.connectors[upstream.connection.connector].start(upstream, wish);
    await keepLogin(tenant, browser.hash, state, { passage, login });
    const cookie = call.browser === undefined ? { 'set-cookie': setCookie(tenant, browser) } : {};
    return { status: 302, headers: { location: url, 'cache-control': 'no-store', ...cookie }, body: '' };
  } catch (error) {
    return failureReply(call, error, { upstream, passage });
  }
}
