/** One request and the ways to answer it; and the check that a posted form is our own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelyingParty } from '@symbolon/relying-party';
import { errorPage, type Problem } from './pages.ts';
import { csrfMatches, type Session, type Sessions } from './sessions.ts';
import type { ProviderOptions } from './sign-in.ts';
import type { Steps } from './steps.ts';

export type App = {
  readonly provider: ProviderOptions;
  readonly base: string;
  readonly sessions: Sessions;
  readonly listener: RelyingParty;
};
export type Call = { readonly app: App; readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL };

const foreignForm: Problem = {
  code: 'csrf',
  description: 'This form was not made for your session, or the session has ended.',
  advice: 'Go back to the start and press the button there.',
};

const longestForm = 4096;

/** The session that the posted form belongs to; answers the request itself, and undefined, when there is none. */
export async function sessionOfForm(call: Call): Promise<Session | undefined> {
  const session = call.app.sessions.find(call.request);
  const form = await readForm(call.request);
  if (session && csrfMatches(session, form.get('csrf'))) return session;
  fail(call, 403, foreignForm, []);
  return undefined;
}

/** A posted form; empty when it is too long. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > longestForm) return new URLSearchParams();
  }
  return new URLSearchParams(body);
}

/** An error as a page. */
export function fail(call: Call, status: number, problem: Problem, steps: Steps): void {
  send(call, status, errorPage(problem, steps));
}

/** A page, never to be kept by a cache or put into a frame. */
export function send({ response }: Call, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action: Chromium applies it to redirects after a form too, and where those lead is the provider's choice.
    'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(page);
}

/** 303, so that a form is not posted again. With a session, the browser gets its cookie. */
export function redirect({ app, response }: Call, location: string, session?: Session): void {
  if (session) response.setHeader('set-cookie', `${app.sessions.cookieName}=${session.id}; Path=/; HttpOnly; SameSite=Lax`);
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
}
