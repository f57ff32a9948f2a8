/**
 * An upstream says that a session there is over: by a request of its own (OpenID Connect Back-Channel Logout 1.0 section 2.5), or through the
 * browser (OpenID Connect Front-Channel Logout 1.0 section 2). What rests on that session here ends in every browser, and every application that
 * knew of it is told.
 */
import { createHash } from 'node:crypto';
import { OAuthError, one, type UpstreamEnd } from '@symbolon/provider';
import { RelyingPartyError } from '@symbolon/relying-party';
import type { Call, Reply } from '../http/call.ts';
import { everywhere, sourceOf } from '../http/headers.ts';
import type { UpstreamConfig } from '../upstream.ts';

/** Seconds: longer than a logout token is taken after it was issued. */
const remembered = 900;
/** Characters. Nothing else proves a request through the browser, whose cookie does not come along in a frame. */
const unguessable = 16;

/** POST /auth/oidc/backchannel-logout/:id: 200 when nobody is signed in by that session any more, 400 for what is no such message, or none again. */
export async function upstreamBackChannel(call: Call): Promise<Reply> {
  const upstream = enabledUpstream(call);
  if (upstream === undefined) return answer(404, 'there is no such upstream');
  try {
    const token = one(call.request.form ?? {}, 'logout_token') ?? '';
    const { jti, ...over } = await call.tenant.connectors[upstream.connection.connector].readLogout(upstream, token);
    const key = createHash('sha256')
      .update(JSON.stringify([upstream.id, over.issuer, jti]))
      .digest('base64url');
    const counted = await end(call, { ...over, upstream: upstream.id, once: { key, until: over.toldUntil + remembered } });
    return counted ? answer(200) : refuse(call, upstream, 400, 'the logout token was used before');
  } catch (error) {
    if (error instanceof OAuthError) return refuse(call, upstream, 400, error.description);
    if (!(error instanceof RelyingPartyError)) throw error;
    if (error.kind === 'logout_refused') return refuse(call, upstream, 400, error.message);
    return refuse(call, upstream, 503, 'the logout token cannot be checked now; send it again later', error.message);
  }
}

/**
 * GET /auth/oidc/frontchannel-logout/:id, framed by the upstream's own page. Whoever knows the session's name there is believed: that is all the
 * protocol has, so an operator has to allow it, and a name that could be guessed is not taken.
 */
export async function upstreamFrontChannel(call: Call): Promise<Reply> {
  const upstream = enabledUpstream(call);
  const { connection, frontChannelLogout = false } = upstream ?? {};
  if (upstream === undefined || connection?.connector !== 'oidc' || !frontChannelLogout)
    return answer(404, 'there is nothing at this address');
  const { query, headers } = call.request;
  const [iss, sid = ''] = [one(query, 'iss'), one(query, 'sid')];
  const framed = [undefined, 'iframe', 'frame'].includes(headers['sec-fetch-dest']?.toString());
  if (iss !== connection.issuer || sid.length < unguessable || !framed)
    return refuse(call, upstream, 400, 'a frame with the iss of the upstream and the sid of a session is needed');
  await end(call, { upstream: upstream.id, issuer: iss, sid, toldUntil: Number.MAX_SAFE_INTEGER });
  const policy = `default-src 'none'; frame-ancestors ${sourceOf(connection.issuer)}`;
  // The same whether there was such a session or not.
  return { status: 200, headers: { ...plain(call), 'content-security-policy': policy }, body: '<!doctype html><title>Sign-out</title>' };
}

/** Also one that nobody may sign in through at first, but people do who linked it before. */
function enabledUpstream({ tenant, path }: Call): UpstreamConfig | undefined {
  return tenant.upstreams.find(({ id, enabled }) => enabled && id === path.id);
}

/** False for a message that was counted before. */
async function end({ tenant: { op } }: Call, over: UpstreamEnd): Promise<boolean> {
  const ended = await op.store.sessions.endUpstream(over, op.now());
  for (const { sid, sub } of ended ?? []) op.emit({ type: 'session.ended', sid, sub });
  return ended !== undefined;
}

function plain({ tenant }: Call): Record<string, string> {
  return { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...everywhere(tenant) };
}

function refuse({ tenant }: Call, { id }: UpstreamConfig, status: number, description: string, reason = description): Reply {
  tenant.op.emit({ type: 'upstream.refused', upstream: id, kind: 'logout', reason });
  return answer(status, description);
}

/** Section 2.8: never to be kept. */
function answer(status: number, error_description?: string): Reply {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers, body: error_description === undefined ? '' : JSON.stringify({ error: 'invalid_request', error_description }) };
}
