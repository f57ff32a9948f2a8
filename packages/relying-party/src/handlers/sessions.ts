/** What the handlers need of an application's sessions; and a small implementation that keeps them in a sealed cookie. */
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
  /** Ends the sessions that a provider has ended (back-channel logout). Rejects when it could not: the provider is told. */
  readonly end: (loggedOut: LoggedOut) => Promise<void>;
};

export type CookieSession = {
  readonly provider: string;
  readonly issuer: string;
  readonly sub: string;
  readonly sid?: string;
  readonly attributes: Claims;
  readonly id_token?: string;
  /** Epoch seconds. */
  readonly openedAt: number;
};

/** Which sessions were ended by a provider. Shared between processes by whoever runs several. */
export type Endings = {
  /** `until` in epoch seconds: no session lives longer. */
  readonly add: (name: string, endedAt: number, until: number) => Promise<void>;
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

/** Sessions in a sealed cookie: no store, and nothing to ask but whether the provider has ended them. */
export function cookieSessions(options: CookieSessionOptions): CookieSessions {
  const { secrets, origin, lifetime = 8 * 3600, now = () => Math.floor(Date.now() / 1000), endings = memoryEndings(now) } = options;
  const cookies = cookiesOf(origin);
  const { seal, open } = sealOf(secrets, 'session');
  const name = cookies.nameOf('rp-session');
  const written: CookieOptions = { maxAge: lifetime, sameSite: 'Lax' };

  const isEnded = async ({ issuer, sub, sid, openedAt }: CookieSession): Promise<boolean> => {
    if (sid !== undefined && (await endings.find(endingOf(issuer, 'sid', sid))) !== undefined) return true;
    const ended = await endings.find(endingOf(issuer, 'sub', sub));
    return ended !== undefined && openedAt <= ended;
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
    find: async (request) => {
      const session = (await open(cookies.read(request).get(name) ?? '')) as CookieSession | undefined;
      if (session === undefined || now() >= session.openedAt + lifetime || (await isEnded(session))) return undefined;
      return session;
    },
    close: async () => [cookies.remove(name)],
    end: ({ issuer, sub, sid, iat }) => {
      const ending = sid === undefined ? endingOf(issuer, 'sub', sub ?? '') : endingOf(issuer, 'sid', sid);
      // Not of those opened later: a token that is sent again must not end them.
      return endings.add(ending, iat + clockTolerance, now() + lifetime);
    },
  };
}

function sessionOf({ provider, issuer, sub, claims, attributes, tokens }: SignedIn, openedAt: number): CookieSession {
  const sid = typeof claims.sid === 'string' ? { sid: claims.sid } : {};
  return { provider, issuer, sub, ...sid, attributes, id_token: tokens.id_token, openedAt };
}

function endingOf(issuer: string, kind: 'sid' | 'sub', value: string): string {
  return JSON.stringify([issuer, kind, value]);
}

/** For one process; a restart forgets them. */
export function memoryEndings(now: () => number): Endings {
  const ended = new Map<string, { readonly endedAt: number; readonly until: number }>();
  return {
    add: async (name, endedAt, until) => {
      for (const [key, value] of ended) if (now() >= value.until) ended.delete(key);
      ended.set(name, { endedAt, until });
    },
    find: async (name) => ended.get(name)?.endedAt,
  };
}
