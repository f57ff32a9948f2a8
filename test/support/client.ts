/** A client of the tests' own: builds requests as the specifications spell them, so that a test can also send the wrong ones. */
import { createHash, randomBytes } from 'node:crypto';
import type { Agent, AgentResponse } from './http-agent.ts';

export type ClientUnderTest = {
  readonly client_id: string;
  /** Undefined for a public client. */
  readonly client_secret?: string;
  readonly redirect_uri: string;
};

/** Clients of the example configuration. */
export const clients = {
  web: { client_id: 'web', client_secret: 'web-secret-0123456789abcdef0123456789', redirect_uri: 'http://127.0.0.1:5000/callback' },
  trusted: { client_id: 'trusted', client_secret: 'trusted-secret-0123456789abcdef01234', redirect_uri: 'http://127.0.0.1:5000/callback' },
  spa: { client_id: 'spa', redirect_uri: 'http://127.0.0.1:5001/callback' },
  nopkce: { client_id: 'nopkce', client_secret: 'nopkce-secret-0123456789abcdef012345', redirect_uri: 'http://127.0.0.1:5000/callback' },
  es256: { client_id: 'es256', client_secret: 'es256-secret-0123456789abcdef0123456', redirect_uri: 'http://127.0.0.1:5000/callback' },
  hs256: { client_id: 'hs256', client_secret: 'hs256-secret-0123456789abcdef0123456', redirect_uri: 'http://127.0.0.1:5000/callback' },
  machine: { client_id: 'machine', client_secret: 'machine-secret-0123456789abcdef0123', redirect_uri: '' },
} as const satisfies Record<string, ClientUnderTest>;

export const people = {
  alice: { username: 'alice', password: 'correct horse battery staple' },
  bob: { username: 'bob', password: 'hunter2 hunter2' },
} as const;

export type Parameters = Readonly<Record<string, string | undefined>>;

export type AuthorizationRequest = {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly code_verifier: string;
};

/** An authorization request with everything good in it; a parameter given as undefined is left out. */
export function authorizationRequest(issuer: string, client: ClientUnderTest, changes: Parameters = {}): AuthorizationRequest {
  const code_verifier = randomBytes(32).toString('base64url');
  const [state, nonce] = [randomBytes(16).toString('base64url'), randomBytes(16).toString('base64url')];
  const parameters: Parameters = {
    client_id: client.client_id,
    redirect_uri: client.redirect_uri,
    response_type: 'code',
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  };
  return {
    url: `${issuer}/authorize?${form(parameters)}`,
    state: parameters.state ?? '',
    nonce: parameters.nonce ?? '',
    code_verifier,
  };
}

/** Form encoding of what is defined. */
export function form(parameters: Parameters): URLSearchParams {
  return new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Signs in on the page at hand and says yes to a consent page if one comes. Answers where it all ends: usually the redirect to the client. */
export async function signInAndConsent(
  agent: Agent,
  response: AgentResponse,
  person: { username: string; password: string } = people.alice,
): Promise<AgentResponse> {
  let at = response;
  if (hasButton(at, 'login-submit'))
    at = await agent.submit(at, { button: 'login-submit', fields: { username: person.username, password: person.password } });
  if (hasButton(at, 'consent-allow')) at = await agent.submit(at, { button: 'consent-allow' });
  return at;
}

export function hasButton(response: AgentResponse, id: string): boolean {
  return response.forms.some((each) => each.buttons.some((button) => button.id === id));
}

/** The parameters of an answer at the redirect URI, from query or fragment. */
export function answerOf(response: AgentResponse): URLSearchParams {
  if (response.location === undefined)
    throw new Error(`no redirect to a client but ${response.status} at ${response.url}:\n${response.text.slice(0, 2000)}`);
  const { search, hash } = new URL(response.location);
  return new URLSearchParams(hash === '' ? search : hash.slice(1));
}

/** A request to the token endpoint, with Basic authentication unless the client is public or `authorization` says otherwise. */
export async function tokenRequest(issuer: string, client: ClientUnderTest, parameters: Parameters, headers: Record<string, string> = {}) {
  const basic = client.client_secret === undefined ? {} : { authorization: basicOf(client.client_id, client.client_secret) };
  const body = form(client.client_secret === undefined ? { client_id: client.client_id, ...parameters } : parameters);
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers: { ...basic, ...headers }, body });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, string | number | undefined>,
  };
}

export function basicOf(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
}

/** Redeems the code of an answer. */
export function redeem(
  issuer: string,
  client: ClientUnderTest,
  request: AuthorizationRequest,
  answer: URLSearchParams,
  changes: Parameters = {},
) {
  const parameters = {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: client.redirect_uri,
    code_verifier: request.code_verifier,
  };
  return tokenRequest(issuer, client, { ...parameters, ...changes });
}

/** The whole way: authorization request, sign-in, consent, code, tokens. */
export async function signInFor(
  issuer: string,
  agent: Agent,
  client: ClientUnderTest,
  changes: Parameters = {},
  person: { username: string; password: string } = people.alice,
) {
  const request = authorizationRequest(issuer, client, changes);
  const response = await signInAndConsent(agent, await agent.get(request.url), person);
  const answer = answerOf(response);
  const tokens = await redeem(issuer, client, request, answer);
  return { request, answer, tokens };
}

/** Claims of a JWT, not verified. */
export function claimsIn(jwt: string | number | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString('utf8'));
}

export async function userinfo(issuer: string, access_token: string | number | undefined) {
  const response = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
