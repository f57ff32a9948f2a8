/** Clients that bind their tokens to DPoP keys, the configuration that has them, and their requests with a proof. */
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  form,
  type Parameters,
  signInAndConsent,
  tokenRequest,
} from '../support/client.ts';
import { type DpopKey, dpopProof, hashOf, type ProofChanges } from '../support/dpop.ts';
import { createAgent } from '../support/http-agent.ts';
import { exampleConfiguration, type TestServer } from '../support/symbolon.ts';

const redirect_uri = 'http://127.0.0.1:5000/callback';

/** A web application that cannot do without, one on a person's own machine, one whose proofs need a nonce, and one that acts for itself. */
export const bound = {
  app: { client_id: 'dpop-app', client_secret: 'dpop-app-secret-0123456789abcdef01', redirect_uri },
  native: { client_id: 'dpop-native', redirect_uri },
  nonce: { client_id: 'dpop-nonce', client_secret: 'dpop-nonce-secret-0123456789abcdef', redirect_uri },
  jwt: { client_id: 'dpop-jwt', client_secret: 'dpop-jwt-secret-0123456789abcdef01', redirect_uri },
} as const satisfies Record<string, ClientUnderTest>;

const more: Readonly<Record<keyof typeof bound, string>> = {
  app: 'dpop_bound_access_tokens: true, policy: { consent: implicit }',
  native: 'token_endpoint_auth_method: none, application_type: native, policy: { consent: implicit }',
  nonce: 'policy: { consent: implicit, dpopNonce: true }',
  jwt: 'policy: { consent: implicit, accessToken: jwt }',
};

/** The example configuration with these clients in it, in every tenant that has its clients. */
export async function dpopConfiguration(): Promise<string> {
  const anchor = '    clients: &clients\n';
  const yaml = await exampleConfiguration();
  if (!yaml.includes(anchor)) throw new Error('the example configuration has no list of clients to add to');
  const entries = Object.entries(bound).map(([name, client]) => {
    const secret = 'client_secret' in client ? `client_secret: ${client.client_secret}, ` : '';
    const rest = `redirect_uris: ["${redirect_uri}"], scope: openid profile email offline_access, ${more[name as keyof typeof bound]}`;
    return `      - { client_id: ${client.client_id}, ${secret}${rest} }\n`;
  });
  return yaml.replace(anchor, anchor + entries.join(''));
}

/** The parameters of a token request with the code of somebody who signed in. */
export async function codeOf(
  { issuer }: Pick<TestServer, 'issuer'>,
  client: ClientUnderTest,
  changes: Parameters = {},
): Promise<Parameters> {
  const agent = createAgent(issuer);
  const request = authorizationRequest(issuer, client, { scope: 'openid email offline_access', ...changes });
  const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
  const code = answer.get('code') ?? undefined;
  return { grant_type: 'authorization_code', code, redirect_uri: client.redirect_uri, code_verifier: request.code_verifier };
}

/** A token request with a proof, as good as the changes leave it. */
export function tokensWith(issuer: string, client: ClientUnderTest, key: DpopKey, parameters: Parameters, changes: ProofChanges = {}) {
  return tokenRequest(issuer, client, parameters, { dpop: dpopProof(key, 'POST', `${issuer}/token`, changes) });
}

/** Signs in and redeems with a good proof. */
export async function boundTokens(server: Pick<TestServer, 'issuer'>, client: ClientUnderTest, key: DpopKey) {
  const { status, body } = await tokensWith(server.issuer, client, key, await codeOf(server, client));
  if (status !== 200) throw new Error(`no tokens but ${status} ${JSON.stringify(body)}`);
  return { body, access: String(body.access_token), refresh: String(body.refresh_token) };
}

/** A proof for a GET of userinfo with this token. */
export function userinfoProof(issuer: string, key: DpopKey, access: string, { header = {}, claims }: ProofChanges = {}): string {
  return dpopProof(key, 'GET', `${issuer}/userinfo`, { header, claims: { ath: hashOf(access), ...claims } });
}

/** Userinfo, as these headers ask for it. */
export async function userinfoWith(issuer: string, headers: HeadersInit, query: Parameters = {}) {
  const asked = form(query).size === 0 ? '' : `?${form(query)}`;
  const response = await fetch(`${issuer}/userinfo${asked}`, { headers });
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}
