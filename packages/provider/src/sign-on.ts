/**
 * Sign-on tokens, `sso_token` in onePortal's words: applications of one family hand a person over to each other, and she is not asked to sign
 * in again. One that has a living access token of hers gets such a token for another, which sends it along with prompt=none; it works once, in
 * a browser in which nobody is signed in. The one reader of policy `signOnTokens`, which says at what price.
 *
 * The token is a MAC over what it means and needs no row: the access token it rests on has one, and with that it ends.
 */
import { timingSafeEqual } from 'node:crypto';
import { mayUse } from './access.ts';
import { activeClient } from './active-client.ts';
import { trust } from './authorize/request.ts';
import { signIn } from './authorize/steps.ts';
import type { Client } from './client.ts';
import { authenticateClient } from './client-auth/authenticate.ts';
import { type CoreRequest, type CoreResponse, formOf, json } from './exchange.ts';
import type { Vault } from './keys.ts';
import type { Provider } from './op.ts';
import type { Grant } from './store.ts';
import { accessTokenHash } from './token/access-token.ts';
import { OAuthError } from './wire/error.ts';
import { sha256 } from './wire/hashes.ts';
import { one, required } from './wire/parameters.ts';

/** Seconds: the way of a browser from one site to another, and no more. */
const lifetime = 120;

type SignOn = {
  /** Hash of the access token it rests on. */
  readonly access: string;
  /** The client it is for. */
  readonly client_id: string;
  readonly expiresAt: number;
  readonly id: string;
};

/**
 * The sign-on endpoint: `token`, the caller's own access token about a person, and `audience`, the client that is to be given the sign-on token.
 * Throws unauthorized_client, invalid_target, or invalid_grant when the access token is dead, another client's or about nobody.
 */
export async function issueSignOn(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const form = formOf(request);
  const client = await authenticateClient(op, request, form);
  if (!accepts(client) || client.token_endpoint_auth_method === 'none')
    throw new OAuthError('unauthorized_client', 'an administrator has not allowed this client to hand people over');
  const target = await activeClient(op, required(form, 'audience'));
  if (!accepts(target)) throw new OAuthError('invalid_target', 'audience is not a client that takes sign-on tokens');
  const access = accessTokenHash(op, required(form, 'token'));
  const token = access === undefined ? undefined : await op.store.tokens.findAccess(access, op.now());
  const alive = mayUse(client, token?.account) && (await sessionLives(op, token?.grant));
  if (access === undefined || token?.client_id !== client.client_id || token.account === undefined || !alive)
    throw new OAuthError('invalid_grant', 'token is not a living access token of this client about a person');
  const { client_id } = target;
  const sso_token = write(op.vault, { access, client_id, expiresAt: op.now() + lifetime, id: op.random(16) });
  op.emit({ type: 'tokens.issued', grant_type: 'sign-on', client_id: client.client_id, sub: token.account.sub });
  return json(200, { sso_token, expires_in: lifetime });
}

/**
 * Signs the person in whom a silent authorization request brings along, in the browser `previous`, whose cookie becomes `next` (hashes); false,
 * and nothing has changed, when it brings nobody along. What the request itself is worth is judged after that, as of any other.
 */
export async function signOn(op: Provider, request: CoreRequest, previous: string | undefined, next: string): Promise<boolean> {
  const { query } = request;
  if (request.method !== 'GET' || typeof query.sso_token !== 'string' || query.prompt !== 'none') return false;
  if ((await trusted(op, request)) === undefined) return false;
  const read = readSignOn(op.vault, query.sso_token);
  if (read !== undefined && (await isTaken(op, previous))) return false;
  const token = read === undefined ? undefined : await redeem(op, read, one(query, 'client_id'));
  const grant = token?.grant;
  if (grant === undefined || grant.authTime + op.settings.lifetimes.session <= op.now() || !(await sessionLives(op, grant))) {
    op.emit({ type: 'authentication.refused', method: 'sign-on' });
    return false;
  }
  const { sub, amr, authTime, acr } = grant;
  // When and how she really signed in: nothing is newer or stronger for having been handed over.
  return (await signIn(op, previous, next, { sub, amr, authTime, ...(acr !== undefined && { acr }) })) !== undefined;
}

/**
 * Whoever signed out is not signed in again by a token that outlives the session (`offline_access`), nor is she who was signed out for too long a
 * silence. What came from no session (the password grant) has none to end.
 */
async function sessionLives(op: Provider, grant: Grant | undefined): Promise<boolean> {
  if (grant?.sid === undefined) return true;
  const sessions = await op.store.sessions.list(grant.sub, op.settings.lifetimes.sessionIdle, op.now());
  return sessions.some(({ sid }) => sid === grant.sid);
}

function accepts(client: Client | undefined): client is Client {
  return client?.policy.signOnTokens === true;
}

/** The client, when it takes such tokens and its redirect URI is its own: else the token is not looked at, and stays good. */
async function trusted(op: Provider, { query }: CoreRequest): Promise<Client | undefined> {
  try {
    const { client } = await trust(op, query);
    return accepts(client) ? client : undefined;
  } catch (error) {
    if (error instanceof OAuthError) return undefined;
    throw error;
  }
}

/** Whoever is signed in stays so: a link must not put another account into her browser. */
async function isTaken(op: Provider, browser: string | undefined): Promise<boolean> {
  if (browser === undefined) return false;
  return (await op.store.sessions.find(browser, undefined, op.settings.lifetimes.sessionIdle, op.now())).length > 0;
}

async function redeem(op: Provider, { access, client_id, expiresAt, id }: SignOn, presenter: string | undefined) {
  if (presenter !== client_id || op.now() >= expiresAt) return undefined;
  if (!(await op.store.replay.once('sign-on', sha256(id), expiresAt, op.now()))) return undefined;
  const token = await op.store.tokens.findAccess(access, op.now());
  const from = token && (await activeClient(op, token.client_id));
  // Whoever handed her over may have lost the right to since, or may not be hers any more.
  return accepts(from) && mayUse(from, token?.account) ? token : undefined;
}

function write(vault: Vault, content: SignOn): string {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${text}.${vault.mac('sign-on', text).toString('base64url')}`;
}

/** Undefined unless it is, to the last bit, one that this tenant wrote. */
function readSignOn(vault: Vault, token: string): SignOn | undefined {
  const [, text = '', mac = ''] = /^([A-Za-z0-9_-]{1,1000})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  const expected = vault.mac('sign-on', text).toString('base64url');
  if (mac.length !== expected.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) return undefined;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as SignOn;
}
