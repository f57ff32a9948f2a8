/** Authorization answers as JWTs (JWT Secured Authorization Response Mode for OAuth 2.0), signed. */
import { decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, type ClientUnderTest, people, redeem, signInAndConsent } from '../support/client.ts';
import { textOf } from '../support/error-page.ts';
import { type AgentResponse, createAgent } from '../support/http-agent.ts';
import { push, verifiedAnswer } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const callback = 'http://127.0.0.1:5000/callback';
const secretOf = (id: string) => `${id}-secret-0123456789abcdef0123456789abcdef`;
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secretOf(client_id), redirect_uri: callback });
const entry = (id: string, more: string) =>
  `{ client_id: ${id}, client_secret: ${secretOf(id)}, redirect_uris: [${callback}], scope: openid email${more} }`;

const [plain, ps256, hs256, tokens] = [client('plain'), client('ps256'), client('hs256'), client('tokens')];

const yaml = `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    users: &users [{ username: alice, password: correct horse battery staple, claims: { email: alice@example.test } }]
    clients: &clients
      - ${entry('plain', '')}
      - ${entry('ps256', ', authorization_signed_response_alg: PS256, policy: { consent: implicit }')}
      - ${entry('hs256', ', authorization_signed_response_alg: HS256, policy: { consent: implicit }')}
      - ${entry('tokens', ', response_types: [code, id_token token], policy: { consent: implicit }')}
  - { id: agate, issuer: "http://127.0.0.1:4000/agate", dialect: agate, users: *users, clients: *clients }
`;

let server: TestServer;
let issuer: string;
beforeAll(async () => {
  server = await startSymbolon({ yaml });
  issuer = server.issuer;
});
afterAll(() => server?.close());

/** Signs in with this response mode; answers where the browser ends and what the request was. */
async function signIn(who: ClientUnderTest, changes: Record<string, string>, at = issuer) {
  const request = authorizationRequest(at, who, { ...changes });
  const agent = createAgent(at);
  return { request, agent, at: await signInAndConsent(agent, await agent.get(request.url)) };
}

/** The only parameter there is. */
function responseIn(answer: URLSearchParams): string {
  expect([...answer.keys()]).toEqual(['response']);
  return answer.get('response') ?? '';
}

/** What the page posts to the client. */
function postedBy(page: AgentResponse): URLSearchParams {
  const [form] = page.forms;
  return new URLSearchParams(
    form?.fields.filter(({ name }) => name !== '').map(({ name, value }): [string, string] => [name, String(value)]),
  );
}

describe('conformance: signed authorization answers', () => {
  it.each(['jwt', 'query.jwt'])(
    'J5, IP-12, IP-24: %s is one parameter in the query, with code, state, iss, aud and exp',
    async (response_mode) => {
      const { request, at } = await signIn(ps256, { response_mode });
      expect(at.location?.startsWith(`${callback}?response=`)).toBe(true);
      const { payload, protectedHeader } = await verifiedAnswer(issuer, ps256, responseIn(answerOf(at)));
      expect(protectedHeader).toMatchObject({ alg: 'PS256', typ: 'JWT', kid: expect.stringMatching(/./) });
      expect(
        Object.keys(payload)
          .filter((name) => name !== 'session_state')
          .toSorted(),
      ).toEqual(['aud', 'code', 'exp', 'iss', 'state']);
      expect(payload).toMatchObject({ iss: issuer, aud: 'ps256', state: request.state });
      const ahead = (payload.exp ?? 0) - Math.floor(Date.now() / 1000);
      expect(ahead).toBeGreaterThan(10);
      expect(ahead).toBeLessThanOrEqual(600);
      const redeemed = await redeem(issuer, ps256, request, new URLSearchParams({ code: String(payload.code) }));
      expect(redeemed.status).toBe(200);
    },
  );

  it('J5: a pushed request may ask for it, and it is signed with RS256 unless the client registered another algorithm', async () => {
    const pushed = await push(issuer, plain, { response_mode: 'jwt' });
    const agent = createAgent(issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(pushed.url)));
    const { payload, protectedHeader } = await verifiedAnswer(issuer, plain, responseIn(answer));
    expect([protectedHeader.alg, payload.state]).toEqual(['RS256', pushed.state]);
  });

  it('J5: HS256 is keyed by the secret of the client', async () => {
    const { at } = await signIn(hs256, { response_mode: 'jwt' });
    const response = responseIn(answerOf(at));
    const { payload } = await jwtVerify(response, Buffer.from(secretOf('hs256')), { issuer, audience: 'hs256', algorithms: ['HS256'] });
    expect(payload.code).toBeTypeOf('string');
  });

  it('J5, F14: no state sent, none in the answer', async () => {
    const request = authorizationRequest(issuer, ps256, { response_mode: 'jwt', state: undefined });
    const agent = createAgent(issuer);
    const response = responseIn(answerOf(await signInAndConsent(agent, await agent.get(request.url))));
    expect(decodeJwt(response)).not.toHaveProperty('state');
  });

  it('J5: fragment.jwt is in the fragment, and jwt is for a response type with tokens', async () => {
    const given = await signIn(plain, { response_mode: 'fragment.jwt' });
    expect(given.at.location?.startsWith(`${callback}#response=`)).toBe(true);
    const { at } = await signIn(tokens, { response_mode: 'jwt', response_type: 'id_token token' });
    expect(at.location?.startsWith(`${callback}#response=`)).toBe(true);
    const { payload } = await verifiedAnswer(issuer, tokens, responseIn(answerOf(at)));
    expect(payload).toMatchObject({ id_token: expect.any(String), access_token: expect.any(String), token_type: 'Bearer' });
  });

  it('J5: form_post.jwt posts one field', async () => {
    const { at } = await signIn(ps256, { response_mode: 'form_post.jwt' });
    expect(at.forms[0]?.action).toBe(callback);
    const { payload } = await verifiedAnswer(issuer, ps256, responseIn(postedBy(at)));
    expect(payload.code).toBeTypeOf('string');
  });

  it('J5: query.jwt does not carry tokens', async () => {
    const request = authorizationRequest(issuer, tokens, { response_mode: 'query.jwt', response_type: 'id_token token' });
    const { payload } = await verifiedAnswer(issuer, tokens, responseIn(answerOf(await createAgent(issuer).get(request.url))));
    expect(payload.error).toBe('invalid_request');
  });

  it('IP-13, E6, J5: who declines gives access_denied and state, signed', async () => {
    const request = authorizationRequest(issuer, plain, { response_mode: 'jwt', prompt: 'login consent' });
    const agent = createAgent(issuer);
    const consent = await agent.submit(await agent.get(request.url), { button: 'login-submit', fields: people.alice });
    const answer = answerOf(await agent.submit(consent, { button: 'consent-deny' }));
    const { payload } = await verifiedAnswer(issuer, plain, responseIn(answer));
    expect(Object.keys(payload).toSorted()).toEqual(['aud', 'error', 'error_description', 'exp', 'iss', 'state']);
    expect(payload).toMatchObject({ error: 'access_denied', state: request.state });
  });

  it.each([
    ['login_required', { prompt: 'none' }],
    ['invalid_request', { code_challenge: undefined }],
    ['unsupported_response_type', { response_type: 'nonsense' }],
  ])('J5, E5: errors come signed too: %s', async (error, changes) => {
    const request = authorizationRequest(issuer, ps256, { response_mode: 'jwt', ...changes });
    const { payload } = await verifiedAnswer(issuer, ps256, responseIn(answerOf(await createAgent(issuer).get(request.url))));
    expect(payload).toMatchObject({ error, state: request.state });
  });

  it('J5: an error before the redirect URI is trusted stays a page', async () => {
    const request = authorizationRequest(issuer, ps256, { response_mode: 'jwt', redirect_uri: 'https://evil.example/cb' });
    const page = await createAgent(issuer).get(request.url);
    expect([page.status, page.location, textOf(page, 'error-code')]).toEqual([400, undefined, 'invalid_request']);
  });

  it('J5: a dialect that puts more beside the code leaves a signed answer alone', async () => {
    const { at } = await signIn(ps256, { response_mode: 'jwt' }, `${issuer}/agate`);
    const { payload } = await verifiedAnswer(`${issuer}/agate`, ps256, responseIn(answerOf(at)));
    expect(payload.code).toBeTypeOf('string');
    const unsigned = await signIn(ps256, {}, `${issuer}/agate`);
    expect(answerOf(unsigned.at).get('expires_in')).toBe('60');
  });

  it('J6: discovery lists the modes and the algorithms', async () => {
    const document = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, readonly string[]>;
    expect(document.response_modes_supported).toEqual(expect.arrayContaining(['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']));
    expect(document.authorization_signing_alg_values_supported).toEqual(expect.arrayContaining(['RS256', 'PS256', 'ES256']));
  });
});
