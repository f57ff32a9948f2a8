/**
 * Sessions of this application, in memory: they end with the process. The cookie carries only a random name; everything it
 * stands for stays here. Signing in and out changes the name, so that one planted before is worth nothing.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Attempt, SignedIn } from './sign-in.ts';
import type { Steps } from './steps.ts';

export type Session = {
  readonly id: string;
  /** Hidden in each form; a page of another site cannot know it. */
  readonly csrf: string;
  /** Sign-ins begun and not finished, by `state`: two tabs may be signing in at once. */
  readonly attempts: Map<string, Attempt>;
  signedIn: SignedIn | undefined;
  /** The `state` we expect back from the provider's sign-out. */
  farewell: string | undefined;
  steps: Steps;
  usedAt: number;
};

export type Sessions = {
  readonly cookieName: string;
  /** The session of the request's cookie, if it is alive. */
  readonly find: (request: IncomingMessage) => Session | undefined;
  readonly start: () => Session;
  readonly end: (session: Session) => void;
  /** Ends all that are meant. */
  readonly endAll: (isMeant: (session: Session) => boolean) => void;
};

const idleMilliseconds = 8 * 3600 * 1000;
const most = 1000;

/** Cookies ignore ports: the port in the name keeps two applications on one host apart. */
export function createSessions(port: number): Sessions {
  const cookieName = `web_app_${port}`;
  const sessions = new Map<string, Session>();

  return {
    cookieName,
    find: (request) => {
      const session = sessions.get(readCookie(request.headers.cookie ?? '', cookieName) ?? '');
      if (!session || Date.now() - session.usedAt > idleMilliseconds) return undefined;
      session.usedAt = Date.now();
      // To the end of the map, whose first entry is thereby the one unused for longest.
      sessions.delete(session.id);
      sessions.set(session.id, session);
      return session;
    },
    start: () => {
      const session = newSession();
      sessions.set(session.id, session);
      const oldest = sessions.keys().next().value;
      if (sessions.size > most && oldest !== undefined) sessions.delete(oldest);
      return session;
    },
    end: (session) => {
      sessions.delete(session.id);
    },
    endAll: (isMeant) => {
      for (const session of [...sessions.values()].filter(isMeant)) sessions.delete(session.id);
    },
  };
}

function newSession(): Session {
  const random = () => randomBytes(32).toString('base64url');
  return { id: random(), csrf: random(), attempts: new Map(), signedIn: undefined, farewell: undefined, steps: [], usedAt: Date.now() };
}

function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/** True when a form was made for this session. */
export function csrfMatches(session: Session, given: string | null): boolean {
  const [expected, actual] = [Buffer.from(session.csrf), Buffer.from(given ?? '')];
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
