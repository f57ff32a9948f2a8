/**
 * The kit on a web server: sign-in, the one callback, sign-out, back-channel logout, from web-standard Request to Response. What a server
 * says about itself (Host, forwarded headers) is not asked: origin and callback are those of the redirect URI.
 */
import { stateOf } from '../answer-state.ts';
import { backChannelLogout } from '../back-channel.ts';
import { RelyingPartyError } from '../error.ts';
import { finish } from '../finish.ts';
import type { Answer, StartOptions } from '../login.ts';
import { logoutUrl } from '../logout.ts';
import type { RelyingParty } from '../relying-party.ts';
import { type Selector, selectedIn, selectorUrl } from '../selection.ts';
import { start } from '../start.ts';
import { cookiesOf } from './cookies.ts';
import { failurePage } from './failure-page.ts';
import { type Logins, loginsIn } from './logins.ts';
import { returnTo } from './return-to.ts';
import { sealOf } from './seal.ts';
import type { Sessions } from './sessions.ts';

export type Selection = Selector & {
  /** The path of the page that begins a sign-in; registered, with the origin, as `origin_url`. */
  readonly path: string;
  /** The provider an issuer is; undefined for one that the application does not know: anybody can make a link that names it. */
  readonly providerOf: (iss: string) => string | undefined | Promise<string | undefined>;
};

export type HandlerOptions = {
  readonly rp: RelyingParty;
  /** At least 32 random characters; several to change it. */
  readonly secrets: readonly string[];
  readonly sessions: Sessions;
  /** Below it are `/login/ID`, `/logout` and `/back-channel/ID`; `/auth` when not said. */
  readonly path?: string;
  /** Where a person lands who wanted nothing else, and who has signed out; `/` when not said. */
  readonly landing?: string;
  /** People choose at an account selector who signs them in. */
  readonly selection?: Selection;
  /** What to ask of a provider. */
  readonly startOptions?: (request: Request, provider: string) => Omit<StartOptions, 'data'>;
  /** The page for what went wrong, in place of a plain one. */
  readonly failed?: (error: RelyingPartyError, request: Request) => Response | Promise<Response>;
};

export type Handlers = {
  /** The paths to mount; one that ends in /* has a provider's id there. */
  readonly paths: readonly string[];
  /** Whether `handle` would answer for this path. */
  readonly owns: (pathname: string) => boolean;
  /** Undefined for a path that is not ours. Rejects only with what is nobody's answer: a fault of the application's own functions. */
  readonly handle: (request: Request) => Promise<Response | undefined>;
};

type Context = Required<Omit<HandlerOptions, 'secrets' | 'path' | 'selection'>> & { readonly origin: string; readonly logins: Logins };
type Handler = (context: Context, request: Request, id: string) => Promise<Response>;

/** Makes the handlers. Throws a TypeError for secrets that are too short. */
export function handlers(options: HandlerOptions): Handlers {
  const { rp, secrets, path = '/auth', landing = '/', selection, startOptions = () => ({}), failed = failurePage } = options;
  const { origin, pathname } = new URL(rp.redirectUri);
  const logins = loginsIn(cookiesOf(origin), sealOf(secrets, 'login'), rp.loginLifetime);
  const context: Context = { rp, sessions: options.sessions, landing, startOptions, failed, origin, logins };
  const routes: Readonly<Record<string, Handler>> = {
    [`GET ${path}/login/*`]: login,
    [`GET ${pathname}`]: callback,
    [`POST ${pathname}`]: callback,
    [`POST ${path}/logout`]: logout,
    [`POST ${path}/back-channel/*`]: backChannel,
    ...(selection === undefined ? {} : { [`GET ${selection.path}`]: (each, request) => select(each, selection, request) }),
  };
  const paths = [...new Set(Object.keys(routes).map((route) => route.slice(route.indexOf(' ') + 1)))];
  return {
    paths,
    owns: (each) => routeOf(paths, each) !== undefined,
    handle: (request) => routed(context, routes, paths, request),
  };
}

async function routed(context: Context, routes: Readonly<Record<string, Handler>>, paths: readonly string[], request: Request) {
  const { pathname } = new URL(request.url);
  const path = routeOf(paths, pathname);
  if (path === undefined) return undefined;
  const handler = routes[`${request.method} ${path}`];
  if (handler === undefined) return new Response(null, { status: 405 });
  const id = path.endsWith('*') ? decoded(pathname.slice(pathname.lastIndexOf('/') + 1)) : '';
  return handler(context, request, id).catch((error: unknown) => {
    if (error instanceof RelyingPartyError) return context.failed(error, request);
    throw error;
  });
}

function routeOf(paths: readonly string[], pathname: string): string | undefined {
  const parent = pathname.slice(0, pathname.lastIndexOf('/') + 1);
  return paths.find((each) => each === pathname || each === `${parent}*`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

async function login({ rp, startOptions, logins, origin, landing }: Context, request: Request, id: string): Promise<Response> {
  const wanted = returnTo(new URL(request.url).searchParams.get('returnTo'), origin, landing);
  const { url, login: begun } = await start(rp, id, { ...startOptions(request, id), data: { returnTo: wanted } });
  return redirect(url, await logins.keep(request, begun));
}

/** To the selector, and from there to the provider that was chosen; which one that was, the sealed login remembers. */
async function select({ rp, startOptions, logins, landing }: Context, selection: Selection, request: Request): Promise<Response> {
  const arrived = new URL(request.url).searchParams;
  const selected = selectedIn(arrived);
  if (selected === undefined) return redirect(selectorUrl(selection, arrived), []);
  const { iss, idp_id, idpartner_token } = selected;
  const id = await selection.providerOf(iss);
  if (id === undefined) throw new RelyingPartyError('provider_unknown', `the selector names an issuer that is not known here: ${iss}`);
  const options = startOptions(request, id);
  const chosen = { ...(idp_id && { identity_provider_id: idp_id }), ...(idpartner_token && { idpartner_token }) };
  const { url, login: begun } = await start(rp, id, { ...options, extra: { ...options.extra, ...chosen }, data: { returnTo: landing } });
  if (begun.issuer !== iss)
    throw new RelyingPartyError('settings_invalid', 'the provider has another issuer than was chosen', { provider: id });
  return redirect(url, await logins.keep(request, begun));
}

async function callback({ rp, sessions, logins, origin, landing, failed }: Context, request: Request): Promise<Response> {
  const answer: Answer = request.method === 'POST' ? { form: new URLSearchParams(await request.text()) } : { url: request.url };
  const taken = await logins.take(request, await stateOf(rp, answer, await logins.providers(request)));
  if (taken === undefined) throw new RelyingPartyError('login_unknown', 'no sign-in that this answer belongs to was begun in this browser');
  try {
    const signedIn = await finish(rp, taken.login, answer);
    const { returnTo: wanted } = signedIn.data as { readonly returnTo: string };
    return redirect(returnTo(wanted, origin, landing), [taken.forget, ...(await sessions.open(request, signedIn))]);
  } catch (error) {
    if (!(error instanceof RelyingPartyError)) throw error;
    // A login serves once, whatever came of it.
    return withCookies(await failed(error, request), [taken.forget]);
  }
}

async function logout({ rp, sessions, origin, landing, failed }: Context, request: Request): Promise<Response> {
  if (!isOurs(request, origin)) return failed(new RelyingPartyError('logout_refused', 'the form is not of this application'), request);
  const session = await sessions.find(request);
  const cookies = await sessions.close(request);
  return redirect((session && (await wayOut(rp, session, origin + landing))) ?? landing, cookies);
}

/** A provider that is down or gone does not keep anybody from signing out here. */
async function wayOut(rp: RelyingParty, { provider, id_token }: { provider: string; id_token?: string }, post_logout_redirect_uri: string) {
  const hint = id_token === undefined ? {} : { id_token_hint: id_token };
  return logoutUrl(rp, provider, { ...hint, post_logout_redirect_uri }).catch((error: unknown) => {
    if (error instanceof RelyingPartyError) return undefined;
    throw error;
  });
}

/** Of a form in a page of ours: browsers say where a POST comes from, and one that does not say is not believed. */
function isOurs({ headers }: Request, origin: string): boolean {
  const site = headers.get('sec-fetch-site');
  return site === null ? headers.get('origin') === origin : site === 'same-origin';
}

/** OpenID Connect Back-Channel Logout section 2.8: 200 when done, 400 when not. */
async function backChannel({ rp, sessions }: Context, request: Request, id: string): Promise<Response> {
  const token = new URLSearchParams(await request.text()).get('logout_token') ?? '';
  const noStore = { 'cache-control': 'no-store' };
  return backChannelLogout(rp, id, token)
    .then(sessions.end)
    .then(() => new Response(null, { status: 200, headers: noStore }))
    .catch((error: unknown) => {
      if (!(error instanceof RelyingPartyError)) throw error;
      return Response.json({ error: 'invalid_request', error_description: error.message }, { status: 400, headers: noStore });
    });
}

function redirect(location: string, cookies: readonly string[]): Response {
  // The address that is left may have a code in it.
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  return withCookies(new Response(null, { status: 303, headers }), cookies);
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie);
  return response;
}
