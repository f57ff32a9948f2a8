/** The steps that scenarios are made of, the same for every target: sign in, ask for a code, redeem it, refresh. */
import { createHash, randomBytes } from 'node:crypto';
import { type Agent, createAgent } from '../test/support/http-agent.ts';
import { clientHeaders, type Reply, type Send } from './http.ts';
import { person, type plainClient, type RunningTarget, redirect_uri, scope, usernames } from './target.ts';

type Client = typeof plainClient;

export type Metadata = {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint: string;
  readonly jwks_uri: string;
  readonly introspection_endpoint?: string;
  readonly pushed_authorization_request_endpoint?: string;
};

export type Tokens = { readonly access_token: string; readonly id_token?: string; readonly refresh_token?: string };

// One verifier for all: what a server does with it costs the same.
export const code_verifier = randomBytes(32).toString('base64url');
export const pkce = {
  code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
  code_challenge_method: 'S256',
};

function authorizationUrl(metadata: Metadata, { client_id }: Client): string {
  const state = randomBytes(8).toString('hex');
  const parameters = {
    client_id,
    redirect_uri,
    response_type: 'code',
    scope,
    state,
    nonce: state,
    ...pkce,
  };
  return `${metadata.authorization_endpoint}?${new URLSearchParams(parameters)}`;
}

/** One step with its status checked: a fast error page must not look like a fast server. */
export function expectStatus(reply: Reply, ...expected: readonly number[]): Reply {
  if (!expected.includes(reply.status))
    throw new Error(`expected ${expected.join(' or ')}, got ${reply.status}: ${reply.body.slice(0, 300)}`);
  return reply;
}

/** Signs somebody in as a browser without cookies does; answers the code, and the agent, whose session now lives. */
export async function signIn(metadata: Metadata, client: Client, worker: number): Promise<{ agent: Agent; code: string }> {
  const agent = createAgent(metadata.issuer);
  const [username = '', password] = [usernames[worker], person.password];
  const page = await agent.get(authorizationUrl(metadata, client));
  const done = await agent.submit(page, { button: 'login-submit', fields: { username, password } });
  return { agent, code: codeFrom(done.location, `${done.status} ${done.text.slice(0, 300)}`) };
}

/** Signs the upstream's person in, in a browser without cookies; answers the code. */
export async function signInThrough(metadata: Metadata, client: Client, upstream: NonNullable<RunningTarget['upstream']>): Promise<string> {
  const agent = createAgent(metadata.issuer);
  const gone = await agent.get(`${authorizationUrl(metadata, client)}&identity_provider_id=${upstream.id}`);
  const back = await agent.get(await upstream.visit(gone.location ?? ''));
  return codeFrom(back.location, `${back.status} ${back.text.slice(0, 300)}`);
}

function codeFrom(location: string | undefined, otherwise: string): string {
  const code = location?.startsWith(redirect_uri) ? new URL(location).searchParams.get('code') : null;
  if (!code) throw new Error(`no code in ${location ?? otherwise}`);
  return code;
}

/** The Cookie header of a signed-in browser for the authorization endpoint. */
export function cookieOf(agent: Agent, metadata: Metadata): string {
  return agent.cookies.header(new URL(metadata.authorization_endpoint)) ?? '';
}

/** Authorization on a live session: straight to the code. */
export async function authorize(send: Send, metadata: Metadata, client: Client, cookie: string): Promise<string> {
  const reply = expectStatus(await send('GET', authorizationUrl(metadata, client), { cookie }), 302, 303);
  return codeFrom(reply.location, reply.body);
}

async function askTokens(send: Send, metadata: Metadata, client: Client, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const reply = await send('POST', metadata.token_endpoint, clientHeaders(client), new URLSearchParams(form).toString());
  return JSON.parse(expectStatus(reply, 200).body) as Tokens;
}

export async function redeem(send: Send, metadata: Metadata, client: Client, code: string): Promise<Tokens> {
  const tokens = await askTokens(send, metadata, client, { grant_type: 'authorization_code', code, redirect_uri, code_verifier });
  if (!tokens.id_token) throw new Error('the code gave no ID token');
  return tokens;
}

/** Answers the next refresh token. */
export async function rotate(send: Send, metadata: Metadata, client: Client, refresh_token: string): Promise<string> {
  const tokens = await askTokens(send, metadata, client, { grant_type: 'refresh_token', refresh_token });
  return refreshTokenOf(tokens);
}

export function refreshTokenOf({ refresh_token }: Tokens): string {
  if (!refresh_token) throw new Error('no refresh token was given');
  return refresh_token;
}
