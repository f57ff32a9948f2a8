/** The sign-in page, for a pending request or for the person's own account at /home. */
import { deny, load, one, recordLogin, signIn } from '@symbolon/provider';
import { type BrowserCookie, fresh, known, newBrowser, setCookie } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { everywhere, sourceOf } from '../http/headers.ts';
import { outcomeReply } from './authorize.ts';
import { askerOf, hiddenFields, page, pageContext, requestId, stepLink } from './page.ts';
import { type LoginProblem, type LoginView, loginPage } from './pages/login.tsx';

type Pending = Awaited<ReturnType<typeof load>>;

/** GET /login */
export async function showLogin(call: Call): Promise<Reply> {
  const browser = call.browser ?? newBrowser();
  const pending = await pendingOf(call, browser);
  return render(call, browser, pending, {});
}

/** POST /login. A refusal says the same for an unknown name, a wrong password and a disabled account. */
export async function submitLogin(call: Call, { browser, form }: OwnForm): Promise<Reply> {
  const { op } = call.tenant;
  const pending = await pendingOf(call, browser);
  if (one(form, 'action') === 'cancel') {
    if (pending === undefined) return seeOther(`${call.tenant.base}/home`);
    return outcomeReply(call, await deny(op, pending.request.id, known(browser)));
  }
  const [username, password] = [one(form, 'username'), one(form, 'password')];
  const missing: LoginProblem[] = [];
  if (username === undefined) missing.push('usernameMissing');
  if (password === undefined) missing.push('passwordMissing');
  const typed = username === undefined ? {} : { username };
  if (username === undefined || password === undefined) return render(call, browser, pending, { ...typed, problems: missing });
  const result = await call.tenant.signIn(username, password);
  if (result.outcome === 'busy') return busy(render(call, browser, pending, { ...typed, problems: ['busy'] }), result.retryAfter);
  if (result.outcome === 'refused') return render(call, browser, pending, { ...typed, problems: ['credentialsWrong'] });
  return signedIn(call, browser, pending, result.user.sub);
}

/** The browser gets a new secret: whatever was planted before the sign-in is worth nothing after it. */
async function signedIn(call: Call, browser: BrowserCookie, pending: Pending | undefined, sub: string): Promise<Reply> {
  const { op } = call.tenant;
  const next = newBrowser();
  const sid = await signIn(op, browser.hash, next.hash, { sub, amr: ['pwd'] });
  if (pending !== undefined) await recordLogin(op, pending.request, next.hash, sid);
  const to = pending === undefined ? `${call.tenant.base}/home` : stepLink(call, 'continue', pending.request.id);
  return seeOther(to, { ...everywhere(call.tenant), 'set-cookie': setCookie(call.tenant, next) });
}

async function pendingOf(call: Call, browser: BrowserCookie): Promise<Pending | undefined> {
  const id = requestId(call);
  if (id === undefined) return undefined;
  return load(call.tenant.op, id, call.browser === undefined ? fresh(browser) : known(browser));
}

function render(call: Call, browser: BrowserCookie, pending: Pending | undefined, typed: Pick<LoginView, 'username' | 'problems'>): Reply {
  const view: LoginView = {
    action: `${call.tenant.base}/login`,
    hidden: hiddenFields(call, browser, pending === undefined ? {} : { request: pending.request.id }),
    ...(pending === undefined ? undefined : { client: askerOf(pending.client) }),
    ...prefill(pending),
    ...typed,
  };
  const query = pending === undefined ? '' : `request=${encodeURIComponent(pending.request.id)}`;
  return page(call, loginPage(view, pageContext(call, pending?.request.parameters.ui_locales, query)), {
    status: typed.problems === undefined ? 200 : 400,
    ...(pending === undefined ? undefined : { formTargets: [sourceOf(pending.request.parameters.redirect_uri)] }),
    ...(call.browser === undefined ? { cookie: browser } : undefined),
  });
}

/** Who has to prove it again, or whom the client expects. */
function prefill(pending: Pending | undefined): Pick<LoginView, 'username' | 'signedInAs'> {
  if (pending === undefined) return {};
  const { facts, parameters } = pending.request;
  const session = pending.sessions.find(({ sid, sub }) => sid === facts.sid || sub === parameters.hintedSub) ?? soleSession(pending);
  if (session !== undefined && facts.selected === undefined)
    return { username: session.account.username, signedInAs: session.account.username };
  return parameters.login_hint === undefined ? {} : { username: parameters.login_hint };
}

function soleSession({ sessions }: Pending) {
  return sessions.length === 1 ? sessions[0] : undefined;
}

function busy(reply: Reply, seconds: number): Reply {
  return { ...reply, status: 503, headers: { ...reply.headers, 'retry-after': String(seconds) } };
}
