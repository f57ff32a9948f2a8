/**
 * Reading an authorization request (OpenID Connect Core section 3.1.2.1) in two steps. Until client and redirect URI are trusted, an error is
 * for the person in front of the browser and nothing redirects; from then on it is for the client.
 */
import { activeClient } from '../active-client.ts';
import { askedScopes } from '../asked-scopes.ts';
import type { Client } from '../client.ts';
import { readIdTokenHint } from '../id-token-hint.ts';
import type { Provider } from '../op.ts';
import type { AuthorizationParameters } from '../store.ts';
import { sectorOf } from '../subject.ts';
import { readResources } from '../token/audience.ts';
import { OAuthError } from '../wire/error.ts';
import { one, type Parameters, required } from '../wire/parameters.ts';
import { readChallenge } from '../wire/pkce.ts';
import { type Prompt, readPrompt } from '../wire/prompt.ts';
import { matchesRegistered } from '../wire/redirect-uri.ts';
import { expectedSub, readClaims } from './claims-request.ts';
import { type Asked, askedBy } from './request-object.ts';
import type { ReturnAddress } from './response.ts';
import { defaultMode, type ResponseMode, responseModeNamed, unpostable, unsafe } from './response-modes.ts';
import { mayRequest, type ResponseTypeName, responseTypeNamed, responseTypes } from './response-types.ts';

/** A request whose client and redirect URI are trusted; the rest is still as it came. */
export type TrustedRequest = {
  readonly client: Client;
  readonly to: ReturnAddress;
  readonly sent: boolean;
  readonly parameters: Parameters;
  /** Whether they are those of a request object. */
  readonly signed: boolean;
};

/** Longer values of state and nonce are refused: they would not survive the way back in an address. */
const longest = 1024;

/** Client and redirect URI. What it throws must be shown as a page: there is nobody to redirect to. */
export async function trust(op: Provider, parameters: Parameters): Promise<TrustedRequest> {
  const client_id = required(parameters, 'client_id');
  const client = await activeClient(op, client_id);
  if (client === undefined)
    throw new OAuthError('invalid_request', 'client_id is not the id of an application registered here', { reason: 'client_unknown' });
  return trustFrom(client, await askedBy(op, client, parameters));
}

/** The same, of a client that is known. */
export function trustFrom(client: Client, { parameters, signed }: Asked): TrustedRequest {
  const sent = one(parameters, 'redirect_uri');
  const redirect_uri = sent ?? soleRedirectUri(client);
  if (!matchesRegistered(redirect_uri, client.redirect_uris, client.application_type))
    throw new OAuthError('invalid_request', 'redirect_uri is not one that this application registered; it must match to the letter', {
      reason: 'redirect_uri_unknown',
    });
  const state = one(parameters, 'state');
  const to: ReturnAddress = { redirect_uri, response_mode: modeForErrors(parameters, redirect_uri) };
  return { client, to: state === undefined ? to : { ...to, state }, sent: sent !== undefined, parameters, signed };
}

function soleRedirectUri(client: Client): string {
  const [only, another] = client.redirect_uris;
  if (only === undefined) throw new OAuthError('invalid_request', 'this application has no redirect_uri registered');
  if (another !== undefined)
    throw new OAuthError('invalid_request', 'redirect_uri is missing, and the application has more than one registered');
  return only;
}

/** The mode an error may use before the parameters are checked: the one asked for if there is one, else the response type's own. */
function modeForErrors({ response_mode, response_type }: Parameters, redirect_uri: string): ResponseMode {
  const type = typeof response_type === 'string' ? response_type : '';
  const asked = typeof response_mode === 'string' ? responseModeNamed(response_mode, type) : undefined;
  return asked === undefined || unpostable(asked, redirect_uri) ? defaultMode(type) : asked;
}

/** Everything else. What it throws goes to the client. */
export async function validate(op: Provider, { client, to, sent, parameters, signed }: TrustedRequest): Promise<AuthorizationParameters> {
  if (parameters.registration !== undefined) throw new OAuthError('registration_not_supported', 'registration is not supported');
  if (client.require_signed_request_object === true && !signed)
    throw new OAuthError('invalid_request', 'this application must sign its requests and send them as request (RFC 9101)');
  const response_type = responseType(client, parameters);
  const response_mode = readMode(one(parameters, 'response_mode'), response_type, to.redirect_uri);
  const prompt = readPrompt(one(parameters, 'prompt'));
  const scopes = readScope(op, client, one(parameters, 'scope'), prompt, response_type);
  const { sub, ...claims } = readClaims(client, op.settings.scopes, one(parameters, 'claims'), scopes);
  return {
    response_type,
    response_mode,
    redirect_uri: to.redirect_uri,
    redirect_uri_sent: sent,
    scopes,
    prompt,
    ...claims,
    ...present({
      state: short('state', to.state),
      nonce: readNonce(one(parameters, 'nonce'), response_type),
      code_challenge: readChallenge(parameters, pkceOf(client, response_type)),
      dpop_jkt: readThumbprint(one(parameters, 'dpop_jkt')),
      max_age: readMaxAge(one(parameters, 'max_age')) ?? client.default_max_age,
      login_hint: one(parameters, 'login_hint')?.slice(0, 254),
      ui_locales: one(parameters, 'ui_locales')?.slice(0, 254),
      acr_values: one(parameters, 'acr_values')?.slice(0, 254),
      identity_provider_id: one(parameters, 'identity_provider_id')?.slice(0, 254),
      whr: one(parameters, 'whr')?.slice(0, 254),
      resources: await readResources(op, client, parameters),
      ...expected(await readHint(op, client, one(parameters, 'id_token_hint'), prompt), client, sub),
    }),
  };
}

function readMode(name: string | undefined, response_type: ResponseTypeName, redirect_uri: string): ResponseMode {
  if (name === undefined) return defaultMode(response_type);
  const mode = responseModeNamed(name, response_type);
  if (mode === undefined) throw new OAuthError('invalid_request', 'response_mode is not supported');
  if (unsafe(mode, response_type))
    throw new OAuthError('invalid_request', `response_mode ${mode} is not for a response_type that gives tokens`);
  if (unpostable(mode, redirect_uri)) throw new OAuthError('invalid_request', `response_mode ${mode} needs a web address as redirect_uri`);
  return mode;
}

function responseType(client: Client, parameters: Parameters): ResponseTypeName {
  const response_type = responseTypeNamed(required(parameters, 'response_type'));
  if (response_type === undefined) throw new OAuthError('unsupported_response_type', 'response_type is not supported');
  if (mayRequest(client, response_type)) return response_type;
  throw new OAuthError('unauthorized_client', `the application is not registered for response_type ${response_type}`);
}

/** PKCE protects a code; without one there is nothing to protect. */
function pkceOf(client: Client, response_type: ResponseTypeName): 'required' | 'optional' {
  if (!responseTypes[response_type].code) return 'optional';
  return client.token_endpoint_auth_method === 'none' ? 'required' : client.policy.pkce;
}

/** OpenID Connect Core sections 3.2.2.1, 3.3.2.11: without a nonce, an ID token from the address bar could be anybody's. */
function readNonce(nonce: string | undefined, response_type: ResponseTypeName): string | undefined {
  if (nonce === undefined && responseTypes[response_type].idToken)
    throw new OAuthError('invalid_request', 'nonce is missing; an ID token from the authorization endpoint needs it');
  return short('nonce', nonce);
}

function readScope(op: Provider, client: Client, value: string | undefined, prompt: readonly Prompt[], response_type: ResponseTypeName) {
  if (value === undefined) throw new OAuthError('invalid_scope', 'scope is missing; ask at least for openid');
  const scopes = askedScopes(op, client, value);
  const { code, idToken } = responseTypes[response_type];
  if (idToken && !scopes.includes('openid')) throw new OAuthError('invalid_scope', 'an ID token needs the scope openid');
  // `offline_access` counts only with a code, and where consent is certain (section 11).
  const offline = code && (prompt.includes('consent') || client.policy.consent === 'implicit');
  return offline ? scopes : scopes.filter((scope) => scope !== 'offline_access');
}

/** RFC 9449 section 10: SHA-256, base64url. */
function readThumbprint(value: string | undefined): string | undefined {
  if (value === undefined || /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  throw new OAuthError('invalid_request', 'dpop_jkt is not the SHA-256 thumbprint of a key');
}

function readMaxAge(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,10}$/.test(value)) throw new OAuthError('invalid_request', 'max_age must be a number of seconds');
  return Number(value);
}

type Hinted = { readonly hintedSub?: string | undefined; readonly hintedSector?: string | undefined };

/** A hint has the subject as the client it was issued to knows it, which may be another one than the client that shows it. */
async function sectorOfHint(op: Provider, client_id: string): Promise<string | undefined> {
  const issuedTo = await op.store.clients.find(client_id);
  return issuedTo && sectorOf(issuedTo);
}

/** An ID token we issued, expired or not, says whom the client expects. */
async function readHint(op: Provider, client: Client, hint: string | undefined, prompt: readonly Prompt[]): Promise<Hinted> {
  if (hint === undefined) return {};
  const read = await readIdTokenHint(op, hint);
  // One that its client could have made says something about that client's people only.
  if (read !== undefined && (!read.byClient || read.client_id === client.client_id))
    return { hintedSub: read.sub, hintedSector: await sectorOfHint(op, read.client_id) };
  throw new OAuthError(prompt.includes('none') ? 'login_required' : 'invalid_request', 'id_token_hint is not an ID token of this provider');
}

/** Whom the client means, by a hint or by the `sub` it asks for, which is one it knows. Throws invalid_request when the two differ. */
function expected({ hintedSub, hintedSector }: Hinted, client: Client, asked: string | undefined): Hinted {
  return {
    hintedSub: expectedSub(hintedSub, asked),
    hintedSector: hintedSub === undefined && asked !== undefined ? sectorOf(client) : hintedSector,
  };
}

function short(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && value.length > longest)
    throw new OAuthError('invalid_request', `${name} is longer than ${longest} characters`);
  return value;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends Record<string, unknown>>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
