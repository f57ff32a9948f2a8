/** The sign-in page, for a pending request or for the person's own account at /home. */
import { decisionOf, deny, load, one, recordLogin, signIn } from '@symbolon/provider';
import { fresh, known, newBrowser, setCookie } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { hiddenFields, ownLink, page, pageContext, requestId } from '../http/page.ts';
import { deviceOf } from '../ui/device.ts';
import { homeRealm, openUpstreams, type UpstreamConfig } from '../upstream.ts';
import type { SignIn } from '../users/sign-in.ts';
import { outcomeReply } from './authorize.ts';
import { type LoginProblem, type LoginView, loginPage } from './pages/login.tsx';
import { type OpenRequest, onward, stepPage } from './pending.ts';

/** For whom the page is: a request, or nobody but the person herself. */
type Purpose = Partial<Pick<OpenRequest, 'pending'>> & Pick<OpenRequest, 'browser'>;
type SignedIn = Extract<SignIn, { outcome: 'signed-in' }>;
type Typed = Pick<LoginView, 'username' | 'problems'>;

/** GET /login */
export async function showLogin(call: Call): Promise<Reply> {
  const purpose = await purposeOf(call);
  const upstream = purpose.pending && elsewhere(call, purpose.pending);
  return upstream === undefined ? render(call, purpose, {}) : leave(call, purpose, upstream);
}

/** Where this sign-in is to happen, when the request or the account says so; not once the person has come back to choose for herself. */
function elsewhere(call: Call, pending: OpenRequest['pending']): UpstreamConfig | undefined {
  const { op, upstreams } = call.tenant;
  if (upstreams.length === 0 || call.request.query.choose !== undefined) return undefined;
  const decision = decisionOf(op, pending);
  if (decision.kind !== 'show' || decision.step !== 'login') return undefined;
  const before = decision.session?.upstream;
  if (before !== undefined) return openUpstreams(upstreams).find(({ id }) => id === before);
  const realm = decision.session === undefined ? homeRealm(upstreams, pending.request.parameters) : undefined;
  return realm === 'local' ? undefined : realm;
}

function leave(call: Call, { pending, browser }: Purpose, { id }: UpstreamConfig): Reply {
  const cookie = call.browser === undefined ? { 'set-cookie': setCookie(call.tenant, browser) } : {};
  return seeOther(startLink(call, id, pending), cookie);
}

function startLink(call: Call, id: string, pending: Purpose['pending']): string {
  return ownLink(call, `auth/oidc/start/${id}`, pending === undefined ? {} : { request: pending.request.id });
}

/** A button for each upstream that anybody may sign in through. */
function buttons(call: Call, pending: Purpose['pending']): Pick<LoginView, 'upstreams'> {
  const shown = openUpstreams(call.tenant.upstreams).map(({ id, name, logo }) => ({
    id,
    name,
    ...(logo === undefined ? {} : { logo }),
    href: startLink(call, id, pending),
  }));
  return shown.length === 0 ? {} : { upstreams: shown };
}

/** POST /login. A refusal says the same for an unknown name, a wrong password and a disabled account. */
export async function submitLogin(call: Call, { form }: OwnForm): Promise<Reply> {
  const purpose = await purposeOf(call);
  if (one(form, 'action') === 'cancel') return cancel(call, purpose);
  const [username, password] = [one(form, 'username'), one(form, 'password')];
  const typed = username === undefined ? {} : { username };
  if (username === undefined || password === undefined) return render(call, purpose, { ...typed, problems: missing(username, password) });
  const result = await call.tenant.signIn(username, password);
  const problem = (problem: LoginProblem) => render(call, purpose, { ...typed, problems: [problem] });
  if (result.outcome === 'busy') return later(503, problem('busy'), result.retryAfter);
  // Who was typed is not told: it may be a password in the wrong field.
  if (result.outcome !== 'signed-in') call.tenant.op.emit({ type: 'authentication.refused', method: 'pwd' });
  if (result.outcome === 'throttled') return later(429, problem('tooManyAttempts'), result.retryAfter);
  if (result.outcome === 'signed-in') return (await signedIn(call, purpose, result)) ?? problem('credentialsWrong');
  return problem('credentialsWrong');
}

function missing(username: string | undefined, password: string | undefined): readonly LoginProblem[] {
  return [
    ...(username === undefined ? (['usernameMissing'] as const) : []),
    ...(password === undefined ? (['passwordMissing'] as const) : []),
  ];
}

async function cancel(call: Call, { pending }: Purpose): Promise<Reply> {
  return pending === undefined ? seeOther(ownLink(call, 'home')) : outcomeReply(call, await deny(call.tenant.op, pending));
}

/**
 * The browser gets a new secret: whatever was planted before the sign-in is worth nothing after it. Undefined when the password was changed
 * while it was being checked.
 */
async function signedIn(call: Call, { pending, browser }: Purpose, { user, passwordHash }: SignedIn): Promise<Reply | undefined> {
  const { op } = call.tenant;
  const next = newBrowser();
  const cookie = { 'set-cookie': setCookie(call.tenant, next) };
  const sid = await signIn(op, browser.hash, next.hash, {
    sub: user.sub,
    amr: ['pwd'],
    credential: passwordHash,
    device: deviceOf(call.request.headers['user-agent']?.toString()),
  });
  if (sid === undefined) return undefined;
  if (pending === undefined) return seeOther(ownLink(call, 'home'), cookie);
  await recordLogin(op, pending.request, next.hash, sid);
  return onward(call, pending, cookie);
}

async function purposeOf(call: Call): Promise<Purpose> {
  const browser = call.browser ?? newBrowser();
  const id = requestId(call);
  if (id === undefined) return { browser };
  return { browser, pending: await load(call.tenant.op, id, call.browser === undefined ? fresh(browser) : known(browser)) };
}

function render(call: Call, { pending, browser }: Purpose, typed: Typed): Reply {
  const status = typed.problems === undefined ? 200 : 400;
  const cookie = call.browser === undefined ? { cookie: browser } : {};
  if (pending === undefined) {
    const view = { action: `${call.tenant.base}/login`, hidden: hiddenFields(call, browser), ...buttons(call, pending), ...typed };
    return page(call, loginPage(view, pageContext(call, undefined, '')), { status, ...cookie });
  }
  const { form, client, context, reply } = stepPage(call, 'login', { pending, browser });
  return reply(loginPage({ ...form, client, ...buttons(call, pending), ...expected(call, pending), ...typed }, context), {
    status,
    ...cookie,
  });
}

/** Who has to prove it again, or whom the client expects; nobody when the person asked for another account. */
function expected(call: Call, pending: OpenRequest['pending']): Pick<LoginView, 'username' | 'signedInAs'> {
  const decision = decisionOf(call.tenant.op, pending);
  if (decision.kind !== 'show' || decision.step !== 'login') return {};
  const username = decision.session?.account.username;
  if (username !== undefined) return { username, signedInAs: username };
  const { login_hint } = pending.request.parameters;
  return login_hint === undefined ? {} : { username: login_hint };
}

function later(status: number, reply: Reply, seconds: number): Reply {
  return { ...reply, status, headers: { ...reply.headers, 'retry-after': String(seconds) } };
}
