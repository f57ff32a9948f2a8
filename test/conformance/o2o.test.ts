/** Our provider as a partner of o2o: what my.o2o.be asks of it, as the description has it. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, form, people, signInAndConsent } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const redirect_uri = 'https://my.o2o.be/auth/oidc/callback';
const credentials = { client_id: 'my-o2o', client_secret: 'o2o-secret-of-the-partner-0123456789abcdef' };

let server: TestServer;

beforeAll(async () => {
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
  - id: partner
    issuer: http://127.0.0.1:4000
    dialect: o2o
    users: [{ username: alice, password: ${people.alice.password}, claims: { name: Alice Archer, email: alice@example.test, bike_plan: gold, personnel_number: "0042" } }]
    clients:
      - client_id: ${credentials.client_id}
        client_secret: ${credentials.client_secret}
        token_endpoint_auth_method: client_secret_post
        redirect_uris: [${redirect_uri}]
        scope: openid profile email
        claims:
          - { to: bikePlanCode, from: claim, claim: bike_plan, into: [id_token] }
          - { to: personnelNumber, from: claim, claim: personnel_number, into: [id_token] }
          - { to: contractType, from: value, value: clerk, into: [id_token] }
`,
  });
});
afterAll(() => server?.close());

/** What the discovery document says, and nothing known beforehand. */
async function document(): Promise<Record<string, string>> {
  return (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json() as Promise<Record<string, string>>;
}

/** Response type, client, redirect URI, scope and state; neither nonce nor PKCE. */
async function signIn() {
  const { authorization_endpoint, token_endpoint } = await document();
  const agent = createAgent(server.issuer);
  const query = form({ response_type: 'code', client_id: credentials.client_id, redirect_uri, scope: 'openid profile email', state: 'x' });
  const answer = answerOf(await signInAndConsent(agent, await agent.get(`${authorization_endpoint}?${query}`)));
  const code = answer.get('code') ?? '';
  const body = form({ grant_type: 'authorization_code', code, redirect_uri, ...credentials });
  const response = await fetch(String(token_endpoint), { method: 'POST', body });
  return { answer, token_endpoint, response, tokens: (await response.json()) as Record<string, unknown> };
}

describe('o2o: our provider as the partner', () => {
  it('O2-15: the token request, with the secret in the body, is answered with the five fields', async () => {
    const { answer, token_endpoint, response, tokens } = await signIn();
    expect([answer.get('state'), token_endpoint]).toEqual(['x', `${server.issuer}/oauth/token`]);
    expect(response.status).toBe(200);
    const text = expect.stringMatching(/./);
    expect(tokens).toMatchObject({ access_token: text, token_type: 'Bearer', expires_in: 3600, id_token: text, refresh_token: text });
    expect(decodeProtectedHeader(String(tokens.id_token)).alg).toBe('RS256');
  });

  it('O2-16: the claims agreed upon are in the ID token, name and e-mail there and in userinfo', async () => {
    const { tokens } = await signIn();
    const known = { name: 'Alice Archer', email: 'alice@example.test' };
    const claims = decodeJwt(String(tokens.id_token));
    expect(claims).toMatchObject({ ...known, bikePlanCode: 'gold', personnelNumber: '0042', contractType: 'clerk' });
    const { userinfo_endpoint } = await document();
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect(await (await fetch(String(userinfo_endpoint), { headers })).json()).toMatchObject({ sub: claims.sub, ...known });
  });

  it('O2-15: the refresh token that came unasked gives new tokens', async () => {
    const { tokens, token_endpoint } = await signIn();
    const body = form({ grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token), ...credentials });
    const response = await fetch(String(token_endpoint), { method: 'POST', body });
    expect([response.status, typeof ((await response.json()) as { access_token?: unknown }).access_token]).toEqual([200, 'string']);
  });
});
