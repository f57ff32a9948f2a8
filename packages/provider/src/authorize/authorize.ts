/**
 * The authorization endpoint (OpenID Connect Core section 3.1.2). The flow:
 *
 *   authorize ── trust ── validate ── sessions ──┐
 *   resume ───── find the stored request ────────┴── proceed ── decide ──┬── show a step; it records a fact and returns to `resume`
 *                                                                        ├── refuse: an error for the client
 *                                                                        └── approve: a code for the client
 *
 * A request is stored before anything is shown or answered; one that owes nothing is born approved, so that a live session costs one
 * read and one write. Errors thrown from here are for a page; errors for the client are answers.
 */
import { hash } from 'node:crypto';
import type { Answer, CoreRequest } from '../answer.ts';
import type { Client } from '../client.ts';
import type { Provider } from '../op.ts';
import type { Approval, PendingRequest, SessionView } from '../store.ts';
import { OAuthError } from '../wire/error.ts';
import { decide, type Step } from './decide.ts';
import { collect, type TrustedRequest, trust, validate } from './request.ts';
import { codeAnswer, errorAnswer } from './response.ts';

/**
 * The browser in front of us: the hash of its cookie. `fresh` when the cookie has only just been made, so that it can hold no session.
 * Undefined when the browser could not show its cookies (a POST from another site): the request is then stored for the next one who opens it.
 */
export type Browser = { readonly hash: string; readonly fresh: boolean } | undefined;

/** A step for the person, an answer for the client, or `reopen`: come back with a GET so that cookies are sent. */
export type Outcome =
  | {
      readonly show: Step;
      readonly request: PendingRequest;
      readonly client: Client;
      readonly session?: SessionView;
      readonly sessions: readonly SessionView[];
    }
  | { readonly reopen: string }
  | { readonly answer: Answer };

/** A new authorization request. Throws an OAuthError, for a page, while client or redirect URI are not trusted. */
export async function authorize(op: Provider, request: CoreRequest, browser: Browser): Promise<Outcome> {
  const trusted = await trust(op, collect(request));
  try {
    return await open(op, trusted, browser);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    op.emit({ type: 'authorization.refused', client_id: trusted.client.client_id, error: error.code, reason: error.description });
    return { answer: errorAnswer(op, trusted.to, error) };
  }
}

async function open(op: Provider, trusted: TrustedRequest, browser: Browser): Promise<Outcome> {
  const { client } = trusted;
  const parameters = await validate(op, trusted);
  const openedAt = op.now();
  const expiresAt = openedAt + op.settings.lifetimes.interaction;
  const request = { id: op.random(16), client_id: client.client_id, parameters, browser: browser?.hash, facts: {}, openedAt, expiresAt };
  if (browser === undefined) {
    await op.store.requests.push(request);
    return { reopen: request.id };
  }
  const sessions = browser.fresh ? [] : await sessionsOf(op, browser.hash, client);
  return proceed(op, client, request, sessions, { push: true });
}

/** A stored request whose steps may now be complete. Throws, for a page, when it is gone or belongs to another browser. */
export async function resume(op: Provider, id: string, browser: Browser): Promise<Outcome> {
  const { request, client, sessions } = await load(op, id, browser);
  return proceed(op, client, request, sessions, { push: false });
}

/** A pending request of this browser with its client and the browser's accounts. Throws, for a page, when there is none. */
export async function load(op: Provider, id: string, browser: Browser) {
  const found = await op.store.requests.find(id, op.now());
  if (found === undefined || browser === undefined) throw gone();
  if (found.browser === undefined && !(await op.store.requests.claim(id, browser.hash, op.now()))) throw gone();
  if (found.browser !== undefined && found.browser !== browser.hash) throw gone();
  const client = await op.store.clients.find(found.client_id);
  if (client === undefined || client.disabled)
    throw new OAuthError('invalid_request', 'the application that asked is no longer registered');
  const request: PendingRequest = { ...found, browser: browser.hash };
  return { request, client, sessions: await sessionsOf(op, browser.hash, client) };
}

/** What a pending request of this browser owes now, without doing anything about it: what a step's page asks before it shows itself. */
export async function owing(op: Provider, id: string, browser: Browser) {
  const pending = await load(op, id, browser);
  const { parameters, facts } = pending.request;
  const decision = decide({ parameters, facts, consent: pending.client.policy.consent, sessions: pending.sessions, now: op.now() });
  return { ...pending, decision };
}

/** The person declines. The client learns access_denied (RFC 6749 section 4.1.2.1). */
export async function deny(op: Provider, id: string, browser: Browser): Promise<Outcome> {
  const { request } = await load(op, id, browser);
  return refuse(op, request, new OAuthError('access_denied', 'the person declined'), { push: false });
}

type Stored = { readonly push: boolean };

async function proceed(
  op: Provider,
  client: Client,
  request: PendingRequest,
  sessions: readonly SessionView[],
  stored: Stored,
): Promise<Outcome> {
  const { parameters, facts } = request;
  const decision = decide({ parameters, facts, consent: client.policy.consent, sessions, now: op.now() });
  if (decision.kind === 'refuse') return refuse(op, request, new OAuthError(decision.code, decision.description), stored);
  if (decision.kind === 'approve') return approve(op, client, request, decision.session, stored);
  if (stored.push) await op.store.requests.push(request);
  const { step, session } = decision;
  return session === undefined ? { show: step, request, client, sessions } : { show: step, request, client, sessions, session };
}

async function approve(op: Provider, client: Client, request: PendingRequest, session: SessionView, stored: Stored): Promise<Outcome> {
  const code = op.random(32);
  const now = op.now();
  const approval: Approval = {
    sub: session.sub,
    sid: session.sid,
    authTime: session.authTime,
    amr: session.amr,
    ...(session.acr === undefined ? undefined : { acr: session.acr }),
    scopes: request.parameters.scopes,
    codeHash: hash('sha256', code, 'base64url'),
    codeExpiresAt: now + (client.lifetimes.code ?? op.settings.lifetimes.code),
  };
  if (stored.push) await op.store.requests.push(request, approval);
  else if (!(await op.store.requests.approve(request.id, request.browser ?? '', approval, now))) throw gone();
  if (now - session.seenAt > op.settings.lifetimes.sessionIdle / 10) await op.store.sessions.touch(session.sid, now);
  op.emit({ type: 'authorization.approved', client_id: request.client_id, sub: session.sub });
  return { answer: codeAnswer(op, request.parameters, code) };
}

/** A request refused at once was never needed in the store. */
async function refuse(op: Provider, request: PendingRequest, error: OAuthError, stored: Stored): Promise<Outcome> {
  if (!stored.push && !(await op.store.requests.deny(request.id, request.browser ?? '', op.now()))) throw gone();
  op.emit({ type: 'authorization.refused', client_id: request.client_id, error: error.code, reason: error.description });
  return { answer: errorAnswer(op, request.parameters, error) };
}

function sessionsOf(op: Provider, browser: string, client: Client) {
  return op.store.sessions.find(browser, client.client_id, op.settings.lifetimes.sessionIdle, op.now());
}

/** One text for unknown, expired, finished and foreign: whose request an id is, is nobody's business. */
function gone(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'this sign-in is finished, has expired or was started in another browser; go back to the application and start again',
  );
}
