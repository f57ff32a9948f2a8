/**
 * The application: node:http, no framework. Seven routes: home, /login, /callback, /refresh, /sign-out, /bye, /backchannel. What is OpenID
 * Connect is in sign-in.ts; here is what any web application needs around it: sessions, a token in each form, error pages.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RelyingPartyError } from '@symbolon/relying-party';
import { type App, type Call, fail, readForm, redirect, send, sessionOfForm } from './call.ts';
import { endedElsewhere, listener } from './ended-elsewhere.ts';
import { explain } from './failure.ts';
import { html } from './html.ts';
import { byePage, type Problem, signedInPage, signInPage } from './pages.ts';
import { createSessions } from './sessions.ts';
import { beginSignIn, finishSignIn, refresh, signOutUrl } from './sign-in.ts';
import { addStep, showUrl } from './steps.ts';

export type WebAppOptions = {
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** 0 takes any free port; the redirect URI then is the port's, and must be registered all the same. */
  readonly port: number;
  readonly scope?: string;
  readonly host?: string;
};

const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8');
const attemptsPerSession = 10;

/** Starts the application. Its redirect URI is `URL/callback`, its post-logout redirect URI `URL/bye`, its back-channel logout URI
 * `URL/backchannel`. Throws when the port is taken. */
export async function startWebApp(options: WebAppOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const { issuer, client_id, client_secret, port, scope = 'openid profile email offline_access', host = '127.0.0.1' } = options;
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const base = `http://${host}:${(server.address() as AddressInfo).port}`;
  const provider = { issuer, client_id, client_secret, scope };
  const sessions = createSessions(Number(new URL(base).port));
  const app: App = { provider, base, sessions, listener: listener(provider, `${base}/callback`) };
  server.on('request', (request, response) => void handle(app, request, response));
  return { url: base, close: () => close(server) };
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

const routes: Readonly<Record<string, (call: Call) => void | Promise<void>>> = {
  'GET /': home,
  'GET /login': login,
  'GET /callback': callback,
  'POST /refresh': refreshTokens,
  'POST /sign-out': signOut,
  'GET /bye': bye,
  'POST /backchannel': backChannel,
  'GET /style.css': ({ response }) => void response.setHeader('content-type', 'text/css').end(style),
};

async function handle(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!URL.canParse(request.url ?? '', app.base)) return void response.writeHead(400).end();
  const call = { app, request, response, url: new URL(request.url ?? '', app.base) };
  if (request.headers.host !== new URL(app.base).host) return comeByOurName(call);
  const route = routes[`${request.method} ${call.url.pathname}`];
  try {
    if (route) await route(call);
    else fail(call, 404, { code: 'not_found', description: 'There is no such page here.', advice: 'Go back to the start.' }, []);
  } catch (error) {
    const { status, problem } = explain(error, app.provider.issuer);
    fail(call, status, problem, app.sessions.find(request)?.steps ?? []);
  }
}

/** `localhost` is not `127.0.0.1` to a browser: a cookie set under one name would not come back under the other, where the provider leads to. */
function comeByOurName(call: Call): void {
  const { pathname, search } = call.url;
  redirect(call, call.app.base + (call.request.method === 'GET' ? pathname + search : '/'));
}

function home(call: Call): void {
  const session = call.app.sessions.find(call.request);
  send(call, 200, session?.signedIn ? signedInPage(session, session.signedIn) : signInPage(call.app.provider.issuer));
}

async function login(call: Call): Promise<void> {
  const { sessions, provider, base } = call.app;
  const { attempt, url } = await beginSignIn(provider, `${base}/callback`);
  const session = sessions.find(call.request) ?? sessions.start();
  session.attempts.set(attempt.state, attempt);
  const oldest = session.attempts.keys().next().value;
  if (session.attempts.size > attemptsPerSession && oldest !== undefined) session.attempts.delete(oldest);
  redirect(call, url.href, session);
}

async function callback(call: Call): Promise<void> {
  const { sessions } = call.app;
  const before = sessions.find(call.request);
  const state = call.url.searchParams.get('state') ?? '';
  const attempt = before?.attempts.get(state);
  if (!before || !attempt) return fail(call, 400, notBegunHere, []);
  before.attempts.delete(state);
  try {
    const signedIn = await finishSignIn(attempt, call.url);
    const session = sessions.start();
    sessions.end(before);
    Object.assign(session, { signedIn, steps: attempt.steps });
    redirect(call, '/', session);
  } catch (error) {
    const { status, problem } = explain(error, call.app.provider.issuer);
    fail(call, status, problem, attempt.steps);
  }
}

async function refreshTokens(call: Call): Promise<void> {
  const session = await sessionOfForm(call);
  if (!session) return;
  if (session.signedIn) session.signedIn = await refresh(session.signedIn);
  redirect(call, '/');
}

async function signOut(call: Call): Promise<void> {
  const session = await sessionOfForm(call);
  if (!session) return;
  const { sessions, base } = call.app;
  const there = session.signedIn && signOutUrl(session.signedIn, `${base}/bye`);
  sessions.end(session);
  if (!there) return redirect(call, '/bye');
  // A fresh session with nobody in it, to compare `state` when the browser is back.
  const after = sessions.start();
  Object.assign(after, { farewell: there.state, steps: [] });
  addStep(after.steps, { title: 'Sign-out at the provider', channel: 'browser', request: showUrl('GET', there.url), response: '' });
  redirect(call, there.url.href, after);
}

function bye(call: Call): void {
  const session = call.app.sessions.find(call.request);
  const back = session?.farewell !== undefined && call.url.searchParams.get('state') === session.farewell;
  const steps = back ? (session?.steps ?? []).map((step) => ({ ...step, response: showUrl('GET', call.url) })) : [];
  const farewell = back
    ? html`Here, and at <strong>${call.app.provider.issuer}</strong>.`
    : html`Here. Whether you still are signed in at <strong>${call.app.provider.issuer}</strong>, this application cannot tell.`;
  if (session && !session.signedIn) call.app.sessions.end(session);
  send(call, 200, byePage(farewell, steps));
}

/** The answers are those of Back-Channel Logout section 2.8; the caller is a server, and whoever else comes has no token that holds. */
async function backChannel({ app, request, response }: Call): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  try {
    const form = await readForm(request);
    app.sessions.endAll(await endedElsewhere(app.listener, form.get('logout_token') ?? ''));
    response.writeHead(200).end();
  } catch (error) {
    const error_description = error instanceof RelyingPartyError ? error.message : 'failed';
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'invalid_request', error_description }));
  }
}

const notBegunHere: Problem = {
  code: 'unknown_state',
  description: 'This sign-in was not begun in this browser, or it was finished before.',
  advice: 'Begin again. If it happens each time, the browser does not keep our cookie.',
};
