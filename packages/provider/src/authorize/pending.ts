/** A stored request in front of its browser: found, with its client, the browser's accounts, and what it owes now. */
import { activeClient } from '../active-client.ts';
import type { Client } from '../client.ts';
import type { Browser } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { AuthorizationParameters, PendingRequest, SessionView } from '../store.ts';
import { subjectIn } from '../subject.ts';
import { OAuthError } from '../wire/error.ts';
import { matchesRegistered } from '../wire/redirect-uri.ts';
import { type Decision, decide } from './decide.ts';
import { mayRequest, responseTypes } from './response-types.ts';

export type Pending = { readonly request: PendingRequest; readonly client: Client; readonly sessions: readonly SessionView[] };
/** With the browser in front of which it is, whose it may not be yet. */
export type Opened = Pending & { readonly opener: string };

/** A pending request of this browser; one that no browser has opened yet becomes this browser's. Throws, for a page, when there is none. */
export async function load(op: Provider, id: string, browser: Browser): Promise<Pending> {
  const { opener, ...pending } = await find(op, id, browser);
  await claim(op, pending.request, opener);
  return { ...pending, request: { ...pending.request, browser: opener } };
}

/** The same, left as it is for its outcome to be kept. */
export async function find(op: Provider, id: string, browser: Browser): Promise<Opened> {
  const found = await op.store.requests.find(id, op.now());
  const opened = found && (await openedBy(op, found, browser));
  if (opened === undefined) throw gone();
  return opened;
}

/**
 * A request just found, in front of a browser; undefined when it is another's. Throws, for a page, when its client is no longer registered for
 * what it asked.
 */
export async function openedBy(op: Provider, request: PendingRequest, browser: Browser): Promise<Opened | undefined> {
  if (browser === undefined || (request.browser ?? browser.hash) !== browser.hash) return undefined;
  const client = await activeClient(op, request.client_id);
  if (client === undefined || !mayAsk(client, request))
    throw new OAuthError('invalid_request', 'the application that asked is no longer registered for this', { reason: 'client_unknown' });
  return { request, client, sessions: await sessionsOf(op, browser, client), opener: browser.hash };
}

/** A client may have changed while the person took her time: what it lost is not used any more. */
function mayAsk(client: Client, { parameters }: PendingRequest): boolean {
  return (
    matchesRegistered(parameters.redirect_uri, client.redirect_uris, client.application_type) &&
    mayRequest(client, parameters.response_type) &&
    (client.scopes.includes('openid') || !responseTypes[parameters.response_type].idToken)
  );
}

/** What the request owes now; asking changes nothing. */
export function decisionOf(op: Provider, { request, client, sessions }: Pending): Decision {
  const parameters = expecting(op, request.parameters, sessions);
  const { access, policy } = client;
  const realm = op.settings.realms?.find((name) => name === parameters.identity_provider_id);
  return decide({ parameters, facts: request.facts, consent: policy.consent, access, sessions, realm, now: op.now() });
}

/** A pairwise subject cannot be turned back into the person, only be recognised; one that is nobody's here stays and is nobody's. */
function expecting(op: Provider, parameters: AuthorizationParameters, sessions: readonly SessionView[]): AuthorizationParameters {
  const { hintedSub, hintedSector } = parameters;
  if (hintedSub === undefined || hintedSector === undefined) return parameters;
  const expected = sessions.find(({ sub }) => subjectIn(op, hintedSector, sub) === hintedSub);
  return expected === undefined ? parameters : { ...parameters, hintedSub: expected.sub };
}

/**
 * Binds a request that no browser has opened yet, which from now on has the time a person has. Nothing for one that is bound. Throws, for a
 * page, when another browser was first.
 */
export async function claim(op: Provider, { id, browser }: PendingRequest, opener: string): Promise<void> {
  if (browser !== undefined) return;
  const now = op.now();
  if (!(await op.store.requests.claim(id, opener, now + op.settings.lifetimes.interaction, now))) throw gone();
}

/** The accounts signed in in a browser, with what each has consented to for the client. */
export async function sessionsOf(op: Provider, browser: Browser, client?: Client): Promise<readonly SessionView[]> {
  if (browser === undefined || browser.fresh) return [];
  return op.store.sessions.find(browser.hash, client?.client_id, op.settings.lifetimes.sessionIdle, op.now());
}

/** One text for unknown, expired, finished and foreign: whose request an id is, is nobody's business. */
export function gone(): OAuthError {
  return new OAuthError(
    'invalid_request',
    'this sign-in is finished, has expired or was started in another browser; go back to the application and start again',
    { reason: 'request_gone' },
  );
}
