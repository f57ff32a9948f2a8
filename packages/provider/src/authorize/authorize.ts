/**
 * The authorization endpoint (OpenID Connect Core section 3.1.2). The flow:
 *
 *   authorize ── trust ── validate ── sessions ──┐
 *   pushed ───── find the stored request ────────┤
 *   resume ───── find the stored request ────────┴── proceed ── decide ──┬── show a step; it records a fact and returns to `resume`
 *                                                                        ├── refuse: an error for the client
 *                                                                        └── approve: a code or tokens for the client
 *
 * A request is stored before anything is shown or answered; one that owes nothing is born approved, so that a live session costs one
 * read and one write. Errors thrown from here are for a page; errors for the client are answers.
 */
import { lifetimeOf } from '../active-client.ts';
import { type Browser, type CoreRequest, queryOrForm } from '../exchange.ts';
import type { Provider } from '../op.ts';
import { browserState, sessionState } from '../session-state.ts';
import type { Approval, PendingRequest, SessionView } from '../store.ts';
import { OAuthError } from '../wire/error.ts';
import { sha256 } from '../wire/hashes.ts';
import type { Parameters } from '../wire/parameters.ts';
import type { Step } from './decide.ts';
import { frontChannel } from './front-channel.ts';
import { type Keeping, stored, unstored } from './keeping.ts';
import { decisionOf, find, gone, type Opened, type Pending, sessionsOf } from './pending.ts';
import { mustPush, openPushed, pushedId } from './pushed.ts';
import { type TrustedRequest, trust, validate } from './request.ts';
import { type Answer, answerWith, errorAnswer } from './response.ts';
import { responseModes } from './response-modes.ts';

/** A step for the person, an answer for the client, or `reopen`: come back with a GET so that cookies are sent. */
export type Outcome =
  | (Pending & { readonly show: Step; readonly session?: SessionView })
  | { readonly reopen: string }
  /** `codeLifetime`: seconds that the code in the answer is good for, where it has one in sight. */
  | {
      readonly answer: Answer;
      readonly codeLifetime?: number;
      /** The state of the browser that `session_state` in the answer was made from, to be kept where our page's script finds it. */
      readonly browserState?: string;
    };

/** A new authorization request, or one that was pushed. Throws an OAuthError, for a page, while client or redirect URI are not trusted. */
export async function authorize(op: Provider, request: CoreRequest, browser: Browser): Promise<Outcome> {
  const asked = await orTell(op, () => read(op, queryOrForm(request), browser));
  if ('reopen' in asked) return asked;
  if ('opener' in asked) return proceed(op, asked, stored(op, asked.request, asked.opener));
  const { client, to } = asked;
  try {
    return await open(op, asked, request, browser);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    op.emit({ type: 'authorization.refused', client_id: client.client_id, error: error.code, reason: error.description });
    return { answer: await errorAnswer(op, client, to, error) };
  }
}

function read(op: Provider, parameters: Parameters, browser: Browser): Promise<TrustedRequest | Opened | { readonly reopen: string }> {
  const id = pushedId(parameters);
  return id === undefined ? trust(op, parameters) : openPushed(op, id, parameters, browser);
}

/** A request that cannot be trusted is told to the operator too: it may be somebody trying. */
async function orTell<T>(op: Provider, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof OAuthError) op.emit({ type: 'authorization.refused', error: error.code, reason: error.description });
    throw error;
  }
}

async function open(op: Provider, trusted: TrustedRequest, { scopeClaims }: CoreRequest, browser: Browser): Promise<Outcome> {
  const { client } = trusted;
  if (mustPush(op, client)) throw new OAuthError('invalid_request', 'this application must push its requests (RFC 9126)');
  const valid = await validate(op, trusted);
  const parameters = scopeClaims === undefined ? valid : { ...valid, scopeClaims };
  const openedAt = op.now();
  const expiresAt = openedAt + op.settings.lifetimes.interaction;
  const request = { id: op.random(16), client_id: client.client_id, parameters, browser: browser?.hash, facts: {}, openedAt, expiresAt };
  if (browser !== undefined)
    return proceed(op, { request, client, sessions: await sessionsOf(op, browser, client) }, unstored(op, request));
  await op.store.requests.push(request);
  return { reopen: request.id };
}

/** A stored request whose steps may now be complete. Throws, for a page, when it is gone or belongs to another browser. */
export async function resume(op: Provider, id: string, browser: Browser): Promise<Outcome> {
  const pending = await find(op, id, browser);
  return proceed(op, pending, stored(op, pending.request, pending.opener));
}

/** The person declines a request that `load` found. The client learns access_denied (RFC 6749 section 4.1.2.1). */
export function deny(op: Provider, pending: Pending): Promise<Outcome> {
  const { request } = pending;
  return refuse(op, pending, new OAuthError('access_denied', 'the person declined'), stored(op, request, request.browser ?? ''));
}

async function proceed(op: Provider, pending: Pending, keeping: Keeping): Promise<Outcome> {
  const decision = decisionOf(op, pending);
  if (decision.kind === 'refuse') return refuse(op, pending, new OAuthError(decision.code, decision.description), keeping);
  if (decision.kind === 'approve') return approve(op, pending, decision.session, keeping);
  await keeping.show();
  const { step, session } = decision;
  return session === undefined ? { ...pending, show: step } : { ...pending, show: step, session };
}

async function approve(op: Provider, { request, client, sessions }: Pending, session: SessionView, keeping: Keeping): Promise<Outcome> {
  const code = op.random(32);
  const now = op.now();
  const codeLifetime = lifetimeOf(op, client, 'code');
  const { sub, sid, authTime, amr, acr } = session;
  const approval: Approval = {
    sub,
    sid,
    authTime,
    amr,
    ...(acr === undefined ? undefined : { acr }),
    scopes: request.parameters.scopes,
    codeHash: sha256(code),
    codeExpiresAt: now + codeLifetime,
  };
  // Before the answer: of a sign-out and an approval, the one that comes later knows the client.
  if (!Object.hasOwn(session.clients, client.client_id)) await op.store.sessions.join(sid, client.client_id, now);
  if (!(await keeping.approve(approval))) throw gone();
  if (now - session.seenAt > op.settings.lifetimes.sessionIdle / 10) await op.store.sessions.touch(sid, now);
  op.emit({ type: 'authorization.approved', client_id: client.client_id, sub });
  const fields = await frontChannel(op, { client, account: session.account, request, approval, code });
  const state = browserState(op, sessions);
  const answer = await answerWith(op, client, request.parameters, { ...fields, ...sessionStateFor(op, request, state) });
  const inSight = 'code' in fields && !responseModes[request.parameters.response_mode].secured;
  return { answer, browserState: state, ...(inSight ? { codeLifetime } : undefined) };
}

/** Here and not in the token response: were it in both, clients would want them equal (Session Management section 2). */
function sessionStateFor(op: Provider, { client_id, parameters }: PendingRequest, state: string): { readonly session_state?: string } {
  const session_state = parameters.scopes.includes('openid') ? sessionState(op, client_id, parameters.redirect_uri, state) : undefined;
  return session_state === undefined ? {} : { session_state };
}

async function refuse(op: Provider, { request, client }: Pending, error: OAuthError, keeping: Keeping): Promise<Outcome> {
  if (!(await keeping.deny())) throw gone();
  op.emit({ type: 'authorization.refused', client_id: request.client_id, error: error.code, reason: error.description });
  return { answer: await errorAnswer(op, client, request.parameters, error) };
}
