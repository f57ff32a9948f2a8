/**
 * Upstreams that speak plain OAuth 2.0 (RFC 6749 section 4.1 with PKCE, RFC 7636) and have an API that says who the token is about. There is
 * no ID token: who she is, is what that API says over TLS, for a token that came from the token endpoint to us. The issuer of such an upstream
 * is the origin of its token endpoint.
 */
import { createHash } from 'node:crypto';
import type { Fetch } from '@symbolon/provider';
import { RelyingPartyError } from '@symbolon/relying-party';
import type { Arrival, Connector, UpstreamConfig } from '../../upstream.ts';
import type { Surroundings } from './oidc.ts';

type Login = { readonly upstream: string; readonly state: string; readonly code_verifier: string; readonly redirect_uri: string };
type Places = Extract<UpstreamConfig['connection'], { connector: 'oauth2' }>;
type Json = Readonly<Record<string, unknown>>;

/** Such an upstream says nothing of itself in its answer (RFC 9207), so each has an address of its own to answer at (RFC 9700 section 4.4.2.2). */
function callbackOf(redirectUri: string, { id }: UpstreamConfig): string {
  return `${redirectUri}/${id}`;
}

export function oauth2Connector({ redirectUri, fetch: fetchFor, random }: Omit<Surroundings, 'keys'>): Connector {
  return {
    start: async (upstream, { login_hint }) => {
      const login: Login = {
        upstream: upstream.id,
        state: random(32),
        code_verifier: random(32),
        redirect_uri: callbackOf(redirectUri, upstream),
      };
      const url = new URL(placesOf(upstream).authorization_endpoint);
      const parameters = {
        response_type: 'code',
        client_id: upstream.client_id,
        redirect_uri: login.redirect_uri,
        state: login.state,
        code_challenge: createHash('sha256').update(login.code_verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...(upstream.scope === '' ? {} : { scope: upstream.scope }),
        ...(login_hint === undefined ? {} : { login_hint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url: url.href, state: login.state, login: JSON.stringify(login) };
    },
    finish: async (upstream, kept, answer) => {
      const login = JSON.parse(kept) as Login;
      const code = codeOf(upstream, login, new URL(answer.url, redirectUri).searchParams);
      const fetch = fetchFor(upstream);
      const token = await tokenOf(fetch, upstream, login, code);
      return arrivalOf(upstream, await userOf(fetch, upstream, token));
    },
    // RFC 6749 knows no sessions.
    signOut: async () => undefined,
    readLogout: async ({ id }) => {
      throw new RelyingPartyError('logout_refused', 'an upstream of plain OAuth 2.0 has no logout tokens', { provider: id });
    },
  };
}

function placesOf({ id, connection }: UpstreamConfig): Places {
  if (connection.connector === 'oauth2') return connection;
  throw new RelyingPartyError('settings_invalid', 'not an upstream of plain OAuth 2.0', { provider: id });
}

function codeOf({ id }: UpstreamConfig, { upstream, state }: Login, parameters: URLSearchParams): string {
  const refused = (why: string) => new RelyingPartyError('answer_refused', why, { provider: id });
  if (upstream !== id) throw refused('the sign-in was begun with another upstream');
  if (parameters.getAll('state').length !== 1 || parameters.get('state') !== state) throw refused('state is not that of this sign-in');
  const error = parameters.get('error');
  if (error !== null) throw new RelyingPartyError(error === 'access_denied' ? 'denied' : 'answer_error', error, { provider: id, error });
  const [code, another] = parameters.getAll('code');
  if (code === undefined || code === '' || another !== undefined) throw refused('there is not exactly one code in the answer');
  return code;
}

async function tokenOf(fetch: Fetch, upstream: UpstreamConfig, login: Login, code: string): Promise<string> {
  const { id, client_id, client_secret = '', token_endpoint_auth_method: method } = upstream;
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: login.redirect_uri,
    code_verifier: login.code_verifier,
  });
  if (method !== 'client_secret_basic') body.set('client_id', client_id);
  if (method === 'client_secret_post') body.set('client_secret', client_secret);
  const answer = await asked(fetch, id, placesOf(upstream).token_endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(method === 'client_secret_basic' ? { authorization: basicOf(client_id, client_secret) } : {}),
    },
    body: body.toString(),
  });
  const { access_token, error } = answer as Json;
  if (typeof access_token === 'string' && access_token !== '') return access_token;
  const code_ = typeof error === 'string' ? { error } : {};
  throw new RelyingPartyError('token_refused', 'the token endpoint gave no access token', { provider: id, ...code_ });
}

/** RFC 6749 section 2.3.1: form-encoded before it is joined. */
function basicOf(...parts: readonly [id: string, secret: string]): string {
  const encoded = parts.map((text) => new URLSearchParams({ _: text }).toString().slice(2));
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}

async function userOf(fetch: Fetch, upstream: UpstreamConfig, token: string): Promise<Json> {
  const { userinfo_endpoint, emails_endpoint } = placesOf(upstream);
  const headers = { authorization: `Bearer ${token}` };
  const user = (await asked(fetch, upstream.id, userinfo_endpoint, { headers })) as Json;
  if (emails_endpoint === undefined) return user;
  const emails = await asked(fetch, upstream.id, emails_endpoint, { headers });
  const primary = Array.isArray(emails) ? (emails as readonly Json[]).find((each) => each?.primary === true) : undefined;
  return { ...user, email: primary?.email, email_verified: primary?.verified === true };
}

/** A JSON object or list. Some providers answer 200 with an error in it; who asks looks for what it needs. */
async function asked(fetch: Fetch, provider: string, url: string, init: Parameters<Fetch>[1]): Promise<object> {
  const headers = { accept: 'application/json', 'user-agent': 'symbolon', ...init?.headers };
  const unavailable = () => new RelyingPartyError('provider_unavailable', `${new URL(url).host} gave no usable answer`, { provider });
  const response = await fetch(url, { ...init, headers }).catch(() => {
    throw unavailable();
  });
  if (response.status >= 500 || response.status === 429) throw unavailable();
  const value: unknown = await response.json().catch(() => undefined);
  if (typeof value === 'object' && value !== null && (response.ok || 'error' in value)) return value;
  throw new RelyingPartyError('answer_refused', `${new URL(url).host} answered ${response.status}`, { provider });
}

function arrivalOf(upstream: UpstreamConfig, user: Json): Arrival {
  const { profile, token_endpoint, emails_endpoint } = placesOf(upstream);
  const own = emails_endpoint === undefined ? {} : { email: user.email, email_verified: user.email_verified };
  const mapped: Json = Object.fromEntries(Object.entries(profile).map(([claim, path]) => [claim, at(user, path)]));
  const { sub, ...claims }: Json = { ...own, ...mapped };
  const subject = typeof sub === 'number' && Number.isSafeInteger(sub) ? String(sub) : sub;
  if (typeof subject !== 'string' || subject === '')
    throw new RelyingPartyError('answer_refused', 'the user API does not say who it is about', { provider: upstream.id });
  const given = Object.fromEntries(Object.entries({ ...user, ...claims }).filter(([, value]) => value !== undefined));
  // What the user API calls `sub` or `email_verified` counts only where the profile says so.
  const verified = claims.email_verified === true;
  return { issuer: new URL(token_endpoint).origin, subject, claims: { ...given, sub: subject, email_verified: verified } };
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, name) => (typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name) ? Reflect.get(inner, name) : undefined),
      value,
    );
}
