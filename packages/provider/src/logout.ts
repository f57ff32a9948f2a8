/**
 * RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0). Nobody is signed out, and nothing redirects, without proof: an ID token of
 * the session at hand, or the person's own yes.
 */
import { activeClient } from './active-client.ts';
import { sessionsOf } from './authorize/pending.ts';
import type { Client } from './client.ts';
import { type Browser, type CoreRequest, queryOrForm } from './exchange.ts';
import { type IdTokenHint, readIdTokenHint } from './id-token-hint.ts';
import type { Provider } from './op.ts';
import type { EndedSession } from './store.ts';
import { subjectOf } from './subject.ts';
import { OAuthError } from './wire/error.ts';
import { one, type Parameters } from './wire/parameters.ts';

export type LogoutOutcome =
  /** Come back with a GET and these parameters, so that cookies are sent. */
  | { readonly reopen: Readonly<Record<string, string>> }
  /** Ask the person; repeat these parameters with the answer. */
  | { readonly confirm: Readonly<Record<string, string>>; readonly client?: Client }
  | { readonly ended: readonly EndedSession[]; readonly redirect?: string };

/**
 * A logout request; `confirmed` when the person has just said yes on our own page. Throws, for a page, when the parameters contradict
 * each other or name a place that the client has not registered.
 */
export async function endSession(
  op: Provider,
  request: CoreRequest,
  browser: Browser,
  confirmation: 'confirmed' | 'unconfirmed',
): Promise<LogoutOutcome> {
  const parameters = queryOrForm(request);
  // A form posted by another site comes without our cookie; a GET brings it.
  if (browser === undefined && request.method === 'POST') return { reopen: repeatable(parameters) };
  const hint = await readHint(op, parameters);
  const client = await clientOf(op, parameters, hint);
  const redirect = returnAddress(parameters, client);
  const sid = client && hint && (await hintedSession(op, hint, client, browser));
  if (confirmation === 'unconfirmed' && sid === undefined) return askFirst(parameters, client);
  const ended =
    browser === undefined ? [] : await op.store.sessions.end(browser.hash, confirmation === 'confirmed' ? undefined : sid, op.now());
  for (const session of ended) op.emit({ type: 'session.ended', sid: session.sid, sub: session.sub });
  return redirect === undefined ? { ended } : { ended, redirect };
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
async function hintedSession(op: Provider, hint: IdTokenHint, client: Client, browser: Browser): Promise<string | undefined> {
  const sessions = await sessionsOf(op, browser);
  const own = sessions.filter((session) => subjectOf(op, client, session.sub) === hint.sub);
  return own.find((session) => session.sid === hint.sid || (hint.sid === undefined && !hint.byClient))?.sid;
}

function askFirst(parameters: Parameters, client: Client | undefined): LogoutOutcome {
  const confirm = repeatable(parameters);
  return client === undefined ? { confirm } : { confirm, client };
}

/** What of the request comes back with the person's answer. */
function repeatable(parameters: Parameters): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'logout_hint', 'ui_locales']) {
    const value = one(parameters, name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}
