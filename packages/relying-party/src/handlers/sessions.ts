/** What the handlers need of an application's sessions; and a small implementation that keeps them in a sealed cookie. */
import { randomUUID } from 'node:crypto';
import type { LoggedOut } from '../back-channel.ts';
import type { Claims } from '../claims.ts';
import { RelyingPartyError } from '../error.ts';
import type { SignedIn } from '../login.ts';
import { type CookieOptions, cookiesOf } from './cookies.ts';
import { sealOf } from './seal.ts';

/** Implemented by the application that has sessions of its own. */
export type Sessions = {
  /** Opens a session under a new name, never one that the request brought. Answers Set-Cookie values. */
  readonly open: (request: Request, signedIn: SignedIn) => Promise<readonly string[]>;
  /** Whose session a request belongs to, as far as signing out at the provider needs it. */
  readonly find: (request: Request) => Promise<{ readonly provider: string; readonly id_token?: string } | undefined>;
  /** Ends the request's session. Answers Set-Cookie values. */
  readonly close: (request: Request) => Promise<readonly string[]>;
  /**
   * Ends the sessions that a provider has ended (back-channel logout). Rejects with `logout_refused` when a token of that `jti` was used
   * before, and with anything else when it could not be done.
   */
  readonly end: (loggedOut: LoggedOut) => Promise<void>;
};

export type CookieSession = {
  /** Random; its name among the endings. */
  readonly id: string;
  readonly provider: string;
  readonly issuer: string;
  readonly sub: string;
  readonly sid?: string;
  readonly attributes: Claims;
  readonly id_token?: string;
  /** Epoch seconds. */
  readonly openedAt: number;
};

/** Which sessions were ended before their time, and by which tokens. Shared between processes by whoever runs several. */
export type Endings = {
  /** `until` in epoch seconds: nothing needs it longer. Answers whether the name was new; one that was there takes the new time. */
  readonly add: (name: string, endedAt: number, until: number) => Promise<boolean>;
  /** Epoch seconds; undefined when it was not ended. */
  readonly find: (name: string) => Promise<number | undefined>;
};

export type CookieSessions = Omit<Sessions, 'find'> & { readonly find: (request: Request) => Promise<CookieSession | undefined> };

export type CookieSessionOptions = {
  /** At least 32 random characters; several to change it. */
  readonly secrets: readonly string[];
  /** The application's, as in its redirect URI. */
  readonly origin: string;
  /** Seconds; 8 hours when not said. Not prolonged by use. */
  readonly lifetime?: number;
  readonly now?: () => number;
  readonly endings?: Endings;
};

/** Browsers keep 4096 bytes for name, value and attributes. */
const longestCookie = 3900;
/** Seconds between a provider's clock and ours. */
const clockTolerance = 60;

/** Sessions in a sealed cookie: no store, and nothing to ask but whether they were ended. */
export function cookieSessions(options: CookieSessionOptions): CookieSessions {
  const { secrets, origin, lifetime = 8 * 3600, now = () => Math.floor(Date.now() / 1000), endings = memoryEndings(now) } = options;
  const cookies = cookiesOf(origin);
  const { seal, open } = sealOf(secrets, 'session');
  const name = cookies.nameOf('rp-session');
  const written: CookieOptions = { maxAge: lifetime, sameSite: 'Lax' };

  const isEnded = async ({ id, issuer, sub, sid, openedAt }: CookieSession): Promise<boolean> => {
    if ((await endings.find(endingOf(issuer, 'id', id))) !== undefined) return true;
    if (sid !== undefined && (await endings.find(endingOf(issuer, 'sid', sid))) !== undefined) return true;
    const ended = await endings.find(endingOf(issuer, 'sub', sub));
    return ended !== undefined && openedAt <= ended;
  };
  const find = async (request: Request): Promise<CookieSession | undefined> => {
    const session = (await open(cookies.read(request).get(name) ?? '')) as CookieSession | undefined;
    return session === undefined || now() >= session.openedAt + lifetime || (await isEnded(session)) ? undefined : session;
  };
  return {
    open: async (_, signedIn) => {
      const session = sessionOf(signedIn, now());
      const { id_token: _id, ...shorter } = session;
      for (const each of [session, shorter]) {
        const text = await seal(each);
        if (text.length <= longestCookie) return [cookies.write(name, text, written)];
      }
      throw new RelyingPartyError(
        'settings_invalid',
        'the attributes are too long for a cookie: fewer claim rules, or sessions in a store',
      );
    },
    find,
    close: async (request) => {
      const session = await find(request);
      // A copy of the cookie must not outlive its session.
      if (session !== undefined) await endings.add(endingOf(session.issuer, 'id', session.id), now(), session.openedAt + lifetime);
      return [cookies.remove(name)];
    },
    end: async ({ provider, issuer, sub, sid, jti, iat }) => {
      const until = now() + lifetime;
      if (!(await endings.add(endingOf(issuer, 'jti', jti), iat, until)))
        throw new RelyingPartyError('logout_refused', 'the logout token was used before', { provider });
      const ending = sid === undefined ? endingOf(issuer, 'sub', sub ?? '') : endingOf(issuer, 'sid', sid);
      // Not of those opened later: they are not what the provider ended.
      await endings.add(ending, iat + clockTolerance, until);
    },
  };
}

function sessionOf({ provider, issuer, sub, claims, attributes, tokens }: SignedIn, openedAt: number): CookieSession {
  const sid = typeof claims.sid === 'string' ? { sid: claims.sid } : {};
  return { id: randomUUID(), provider, issuer, sub, ...sid, attributes, id_token: tokens.id_token, openedAt };
}

function endingOf(issuer: string, kind: 'id' | 'jti' | 'sid' | 'sub', value: string): string {
  return JSON.stringify([issuer, kind, value]);
}

/** For one process; a restart forgets them. */
export function memoryEndings(now: () => number): Endings {
  const ended = new Map<string, { readonly endedAt: number; readonly until: number }>();
  return {
    add: async (name, endedAt, until) => {
      for (const [key, value] of ended) if (now() >= value.until) ended.delete(key);
      const isNew = !ended.has(name);
      ended.set(name, { endedAt, until });
      return isNew;
    },
    find: async (name) => ended.get(name)?.endedAt,
  };
}
