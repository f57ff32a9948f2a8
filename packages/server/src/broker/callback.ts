/**
 * The way back: the one address at which all upstreams answer (RFC 6749 section 4.1.2). The state finds the way out that this browser took,
 * once; that says which upstream may be believed, and its connector whether it is.
 *
 *   callback ── takeLogin (browser, once) ── connector.finish ── readProfile (claim rules) ── settle (settle.ts)
 */
import { OAuthError, one, type Parameters } from '@symbolon/provider';
import type { BrowserCookie } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { type Arrival, openUpstreams, type UpstreamConfig } from '../upstream.ts';
import { restingOn } from '../upstream-session.ts';
import { type Passage, takeLogin } from './passage.ts';
import { failureReply, problemReply, unknownUpstream } from './problem.ts';
import { readProfile } from './profile.ts';
import { settle } from './settle.ts';

const answerParameters = ['code', 'state', 'iss', 'error', 'error_description', 'response', 'session_state'];

/** POST /auth/oidc/callback (response mode form_post): comes without our cookie, so it is asked again with a GET, which brings it. */
export function repeatCallback(call: Call): Reply {
  const { form = {} } = call.request;
  return seeOther(`${call.tenant.base}/auth/oidc/callback${suffix(call)}?${searchOf(form)}`);
}

/** GET /auth/oidc/callback, and below it for upstreams that say nothing of themselves in their answers. */
export async function upstreamCallback(call: Call): Promise<Reply> {
  const { tenant, browser } = call;
  const { query } = call.request;
  const state = stateOf(query);
  if (browser === undefined)
    throw new OAuthError('invalid_request', 'this browser did not send the cookie of the sign-in; allow cookies and start again', {
      reason: 'no_cookie',
    });
  const kept = state === undefined ? undefined : await takeLogin(tenant, browser.hash, state);
  if (kept === undefined)
    throw new OAuthError('invalid_request', 'this sign-in is finished, has expired or was started in another browser; start again', {
      reason: 'request_gone',
    });
  // The file may have changed while she was away.
  const possible = kept.passage.linkTo === undefined ? openUpstreams(tenant.upstreams) : tenant.upstreams.filter(({ enabled }) => enabled);
  const upstream = possible.find(({ id }) => id === kept.passage.upstream);
  if (upstream === undefined) return unknownUpstream(call);
  const { passage, login } = kept;
  if (call.path.id !== ownAddress(upstream))
    return problemReply(call, 'refused', { upstream, passage, reason: "the answer came to another upstream's address" });
  try {
    const url = `${tenant.op.settings.issuer}/auth/oidc/callback${suffix(call)}?${searchOf(query)}`;
    const arrival = await tenant.connectors[upstream.connection.connector].finish(upstream, login, { url });
    return await received(call, browser, upstream, passage, arrival);
  } catch (error) {
    return failureReply(call, error, { upstream, passage });
  }
}

function ownAddress({ id, connection }: UpstreamConfig): string | undefined {
  return connection.connector === 'oauth2' ? id : undefined;
}

function suffix({ path }: Call): string {
  return path.id === undefined ? '' : `/${encodeURIComponent(path.id)}`;
}

/** Of an answer that is a JWT (JARM) the state is inside. It only finds what the answer must then be checked against. */
function stateOf(query: Parameters): string | undefined {
  const response = one(query, 'response');
  if (response === undefined) return one(query, 'state');
  try {
    const { state }: { state?: unknown } = JSON.parse(Buffer.from(response.split('.')[1] ?? '', 'base64url').toString());
    return typeof state === 'string' ? state : undefined;
  } catch {
    return undefined;
  }
}

/** As they came, repeated ones too: whoever checks them must see them. */
function searchOf(parameters: Parameters): string {
  const pairs = answerParameters.flatMap((name) => [parameters[name] ?? []].flat().map((value) => [name, value]));
  return String(new URLSearchParams(pairs));
}

async function received(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, passage: Passage, arrival: Arrival): Promise<Reply> {
  const { issuer, subject, authTime } = arrival;
  // OpenID Connect Core section 2: at most 255 characters; what is longer or empty names nobody.
  if (subject === '' || subject.length > 255)
    return problemReply(call, 'refused', { upstream, passage, reason: 'sub is not 1 to 255 characters' });
  if (passage.notBefore !== undefined && (authTime ?? 0) < passage.notBefore)
    return problemReply(call, 'stale', { upstream, passage, reason: `asked for a fresh sign-in; auth_time is ${authTime ?? 'missing'}` });
  const profile = readProfile(upstream, arrival);
  if ('faults' in profile) {
    const faults = profile.faults.map(({ problem }) => problem);
    return problemReply(call, 'claims', { upstream, passage, faults, reason: faults.join('; ') });
  }
  const key = { upstream: upstream.id, issuer, subject };
  const session = restingOn(call.tenant, upstream, arrival);
  return settle(call, browser, upstream, { passage, key, profile, session, ...(authTime === undefined ? {} : { authTime }) });
}
