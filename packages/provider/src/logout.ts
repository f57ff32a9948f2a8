/**
 * RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0). Nobody is signed out, and nothing redirects, without proof: an ID token of
 * the session at hand, or the person's own yes.
 */
import { activeClient } from './active-client.ts';
import { sessionsOf } from './authorize/pending.ts';
import { shownToken } from './bearer.ts';
import type { Client } from './client.ts';
import { type Browser, type CoreRequest, queryOrForm } from './exchange.ts';
import { type IdTokenHint, readIdTokenHint } from './id-token-hint.ts';
import type { Provider } from './op.ts';
import type { EndedSession, SessionView } from './store.ts';
import { subjectOf } from './subject.ts';
import { accessTokenHash } from './token/access-token.ts';
import { OAuthError } from './wire/error.ts';
import { one, type Parameters } from './wire/parameters.ts';

export type LogoutOutcome =
  /** Come back with a GET and these parameters, so that cookies are sent. */
  | { readonly reopen: Readonly<Record<string, string>> }
  /** Ask the person, about one account of hers or all; repeat these parameters with the answer. */
  | { readonly confirm: Readonly<Record<string, string>>; readonly client?: Client; readonly session?: SessionView }
  /** `everything`: nobody is signed in in this browser any more. */
  | { readonly ended: readonly EndedSession[]; readonly everything: boolean; readonly redirect?: string }
  /** What an access token stood for has ended; there is nobody to show a page to. */
  | { readonly revoked: true };

/** What the person has said yes to on our own page: the end of one session, or of all in her browser. */
export type LogoutAnswer = { readonly sid: string | undefined };

const party = ['id_token_hint', 'client_id', 'post_logout_redirect_uri'] as const;
const known = [...party, 'state', 'logout_hint', 'ui_locales'] as const;

/**
 * A logout request, or the person's answer to our question about one. Throws, for a page, when the parameters contradict each other or name a
 * place that the client has not registered.
 */
export async function endSession(
  op: Provider,
  request: CoreRequest,
  browser: Browser,
  confirmed: LogoutAnswer | undefined,
): Promise<LogoutOutcome> {
  if (request.logout?.byToken === true && request.headers.authorization !== undefined) return endByToken(op, request);
  const parameters = queryOrForm(request);
  // A form posted by another site comes without our cookie; a GET brings it.
  if (browser === undefined && request.method === 'POST') return { reopen: repeatable(parameters) };
  if (confirmed === undefined && request.logout?.forParty === true) requireParty(parameters);
  const hint = await readHint(op, parameters);
  const client = await clientOf(op, parameters, hint);
  const redirect = returnAddress(parameters, client);
  const sessions = await sessionsOf(op, browser);
  const proven = hint && client && hintedSession(op, hint, client, sessions);
  // Whoever has a token of ours, and came when nobody is signed in any more, has nothing to ask.
  const idle = hint !== undefined && sessions.length === 0;
  if (confirmed === undefined && proven === undefined && !idle) return askFirst(op, parameters, client, sessions);
  const ended = await end(op, browser, confirmed === undefined ? proven : confirmed.sid, confirmed === undefined && proven === undefined);
  const everything = sessions.every(({ sid }) => ended.some((session) => session.sid === sid));
  return { ended, everything, ...(redirect === undefined ? undefined : { redirect }) };
}

async function end(op: Provider, browser: Browser, sid: string | undefined, nothing: boolean): Promise<readonly EndedSession[]> {
  if (browser === undefined || nothing) return [];
  const ended = await op.store.sessions.end(browser.hash, sid, op.now());
  for (const session of ended) op.emit({ type: 'session.ended', sid: session.sid, sub: session.sub });
  return ended;
}

/** What the token was given under ends, with its refresh token. Whether there was anything to end is not told. */
async function endByToken(op: Provider, request: CoreRequest): Promise<LogoutOutcome> {
  const shown = shownToken(request);
  const hash = shown === undefined ? undefined : accessTokenHash(op, shown.value);
  const found = hash === undefined ? undefined : await op.store.tokens.findAccess(hash, op.now());
  // One that is bound to a key proves nothing by itself, and whoever has such tokens has better ways.
  if (found?.grant !== undefined && found.confirmation === undefined) await op.store.grants.revoke(found.grant.id, op.now());
  return { revoked: true };
}

function requireParty(parameters: Parameters): void {
  if (party.every((name) => one(parameters, name) === undefined))
    throw new OAuthError('invalid_request', `say who asks: ${party.join(', ')} are all missing`);
}

async function readHint(op: Provider, parameters: Parameters): Promise<IdTokenHint | undefined> {
  const hint = one(parameters, 'id_token_hint');
  if (hint === undefined) return undefined;
  const read = await readIdTokenHint(op, hint);
  if (read === undefined) throw new OAuthError('invalid_request', 'id_token_hint is not an ID token of this provider');
  return read;
}

async function clientOf(op: Provider, parameters: Parameters, hint: IdTokenHint | undefined): Promise<Client | undefined> {
  const client_id = one(parameters, 'client_id');
  if (hint !== undefined && client_id !== undefined && hint.client_id !== client_id)
    throw new OAuthError('invalid_request', 'id_token_hint was issued to another client than client_id');
  const id = client_id ?? hint?.client_id;
  if (id === undefined) return undefined;
  const client = await activeClient(op, id);
  if (client === undefined) throw new OAuthError('invalid_request', 'client_id is not the id of an application registered here');
  return client;
}

function returnAddress(parameters: Parameters, client: Client | undefined): string | undefined {
  const uri = one(parameters, 'post_logout_redirect_uri');
  if (uri === undefined) return undefined;
  if (client === undefined) throw new OAuthError('invalid_request', 'post_logout_redirect_uri needs id_token_hint or client_id beside it');
  if (!client.post_logout_redirect_uris.includes(uri))
    throw new OAuthError(
      'invalid_request',
      'post_logout_redirect_uri is not one that this application registered; it must match to the letter',
    );
  const state = one(parameters, 'state');
  if (state === undefined) return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
}

/** The session the hint is about, if this browser has it. A hint about somebody else proves nothing here. */
function hintedSession(op: Provider, hint: IdTokenHint, client: Client, sessions: readonly SessionView[]): string | undefined {
  const own = sessions.filter((session) => subjectOf(op, client, session.sub) === hint.sub);
  return own.find((session) => session.sid === hint.sid || (hint.sid === undefined && !hint.byClient))?.sid;
}

function askFirst(op: Provider, parameters: Parameters, client: Client | undefined, sessions: readonly SessionView[]): LogoutOutcome {
  const session = meant(op, one(parameters, 'logout_hint'), client, sessions);
  return { confirm: repeatable(parameters), ...(client && { client }), ...(session && { session }) };
}

/** Whom `logout_hint` names among the accounts here: by session, subject, username or e-mail address. It only says what to ask about. */
function meant(op: Provider, hint: string | undefined, client: Client | undefined, sessions: readonly SessionView[]) {
  if (hint === undefined) return undefined;
  return sessions.find(({ sid, sub, account }) =>
    [sid, client === undefined ? sub : subjectOf(op, client, sub), account.username, account.claims.email].includes(hint),
  );
}

/** What of the request comes back with the person's answer. */
function repeatable(parameters: Parameters): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of known) {
    const value = one(parameters, name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
