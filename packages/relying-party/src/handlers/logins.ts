/**
 * Sign-ins on their way, each in a sealed cookie of its own named after its `state`: several tabs and several providers at once, bound to
 * the browser that began them, and nothing kept at the server.
 */
import { createHash } from 'node:crypto';
import type { Login } from '../login.ts';
import type { Cookies } from './cookies.ts';
import type { Seal } from './seal.ts';

export type Logins = {
  /** The providers that sign-ins of this browser are under way at. */
  readonly providers: (request: Request) => Promise<readonly string[]>;
  /** Set-Cookie values that keep a login, and let go of the oldest where there are too many. */
  readonly keep: (request: Request, login: Login) => Promise<readonly string[]>;
  /** The login of this state in this browser, with the Set-Cookie value that forgets it. */
  readonly take: (request: Request, state: string) => Promise<{ readonly login: Login; readonly forget: string } | undefined>;
};

/** A browser sends all cookies with each request; servers refuse long headers. */
const mostAtOnce = 5;

/** `lifetime` in seconds. */
export function loginsIn(cookies: Cookies, seal: Seal, lifetime: number): Logins {
  const prefix = cookies.nameOf('rp-login-');
  const nameOf = (state: string) => `${prefix}${createHash('sha256').update(state).digest('hex').slice(0, 16)}`;
  const opened = async (text: string) => (await seal.open(text)) as Login | undefined;
  const all = (request: Request) => {
    const ours = [...cookies.read(request)].filter(([name]) => name.startsWith(prefix));
    return Promise.all(ours.map(async ([name, text]) => ({ name, login: await opened(text) })));
  };
  return {
    providers: async (request) => (await all(request)).flatMap(({ login }) => login?.provider ?? []),
    keep: async (request, login) => {
      // Of one second, those the browser names last: it sends the oldest first (RFC 6265 section 5.4).
      const newestFirst = (await all(request)).reverse().sort((one, other) => (other.login?.createdAt ?? 0) - (one.login?.createdAt ?? 0));
      const gone = newestFirst.slice(mostAtOnce - 1);
      // An answer that is posted comes from another site, and brings only cookies that say None.
      const sameSite = login.response_mode.startsWith('form_post') ? 'None' : 'Lax';
      const kept = cookies.write(nameOf(login.state), await seal.seal(login), { maxAge: lifetime, sameSite });
      return [kept, ...gone.map(({ name }) => cookies.remove(name))];
    },
    take: async (request, state) => {
      const name = nameOf(state);
      const login = await opened(cookies.read(request).get(name) ?? '');
      return login === undefined ? undefined : { login, forget: cookies.remove(name) };
    },
  };
}
