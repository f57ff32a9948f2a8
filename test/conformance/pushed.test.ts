/** Pushed authorization requests (RFC 9126), also for clients that send the browser on with `request_uri` alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  claimsIn,
  form,
  hasButton,
  people,
  redeem,
  signInAndConsent,
} from '../support/client.ts';
import { expectErrorPage } from '../support/error-page.ts';
import { type AgentResponse, createAgent } from '../support/http-agent.ts';
import { push, pushTo } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const callback = 'http://127.0.0.1:5000/callback';
const secretOf = (id: string) => `${id}+/=%&-secret-0123456789abcdef012345`;
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secretOf(client_id), redirect_uri: callback });
const entry = (id: string, more = '') =>
  `{ client_id: ${id}, client_secret: "${secretOf(id)}", redirect_uris: [${callback}], scope: openid email offline_access${more} }`;

const [pusher, other, bound] = [client('pusher'), client('other'), client('bound')];
const open: ClientUnderTest = { client_id: 'open', redirect_uri: callback };

const yaml = `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    users: &users [{ username: alice, password: correct horse battery staple, claims: { email: alice@example.test } }]
    clients: &clients
      - ${entry('pusher')}
      - ${entry('other', ', policy: { consent: implicit }')}
      - ${entry('bound', ', require_pushed_authorization_requests: true, lifetimes: { pushedRequest: 5 }')}
      - ${entry('refusing', ', policy: { unknownScopes: refuse }')}
      - { client_id: open, token_endpoint_auth_method: none, redirect_uris: [${callback}], scope: openid }
  - { id: strict, issuer: "http://127.0.0.1:4000/strict", requirePushedRequests: true, users: *users, clients: *clients }
  - { id: agate, issuer: "http://127.0.0.1:4000/agate", dialect: agate, users: *users, clients: *clients }
`;

let server: TestServer;
let issuer: string;
beforeAll(async () => {
  server = await startSymbolon({ yaml });
  issuer = server.issuer;
});
afterAll(() => server?.close());

describe('conformance: pushing', () => {
  it('F3, IP-6: the answer is 201 with a request_uri nobody can guess and the seconds it is good for', async () => {
    const { status, headers, body } = await push(issuer, pusher);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      201,
      expect.stringMatching(/^application\/json\b/),
      'no-store',
    ]);
    expect(body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{22}$/);
    expect(body.expires_in).toBe(60);
    expect((await push(issuer, pusher)).request_uri).not.toBe(body.request_uri);
  });

  it('F3: a client may have a time of its own, and a public client pushes too', async () => {
    expect((await push(issuer, bound)).body.expires_in).toBe(5);
    expect((await push(issuer, open)).status).toBe(201);
  });

  it('IP-7: a wrong secret, none, or another client_id than the one that authenticated is invalid_client', async () => {
    const parameters = Object.fromEntries(new URL(authorizationRequest(issuer, pusher).url).searchParams);
    const attempts = [
      pushTo(issuer, { ...pusher, client_secret: secretOf('other') }, parameters),
      pushTo(issuer, { client_id: 'pusher' }, parameters),
      pushTo(issuer, other, parameters),
    ];
    for (const { status, body } of await Promise.all(attempts)) expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('IP-8: parameters nobody knows are ignored, and so are unknown scopes unless the policy refuses them', async () => {
    const odd = { nbf: '1800000000', 'x-fapi-interaction-id': 'ad72d5cd', identity_provider_id: 'acme', 0: 'c', 1: 'o', 2: 'n' };
    expect((await push(issuer, pusher, { ...odd, scope: 'openid birthdate vc.Bank' })).status).toBe(201);
    const { status, body } = await push(issuer, client('refusing'), { scope: 'openid birthdate' });
    expect([status, body.error]).toEqual([400, 'invalid_scope']);
  });

  it.each([
    ['F6, IP-9', 'no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['F6, IP-9', 'a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['F7', 'a response type it is not registered for', { response_type: 'code id_token' }, 'unauthorized_client'],
    ['F7', 'the response type token', { response_type: 'token' }, 'unsupported_response_type'],
    ['F8', 'a redirect URI it did not register', { redirect_uri: `${callback}/other` }, 'invalid_request'],
    ['F5', 'a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAA' }, 'invalid_request'],
    ['F5', 'a request_uri elsewhere', { request_uri: 'https://rp.example/request.jwt' }, 'invalid_request'],
    ['F13', 'a state too long to come back', { state: 's'.repeat(1025) }, 'invalid_request'],
  ])('%s: %s is refused at once', async (_, __, changes, error) => {
    const { status, body } = await push(issuer, pusher, changes);
    expect([status, body.error, body.request_uri]).toEqual([400, error, undefined]);
  });

  it('F8: without redirect_uri the only registered one is meant', async () => {
    const pushed = await push(issuer, pusher, { redirect_uri: undefined });
    const agent = createAgent(issuer);
    const { location } = await signInAndConsent(agent, await agent.get(pushed.url));
    expect(location?.startsWith(`${callback}?code=`)).toBe(true);
  });

  it('F4: PUT and GET are answered with 405 and what is allowed', async () => {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const response = await fetch(`${issuer}/par`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('IP-26: x-fapi-interaction-id comes back when it is a UUID, and only then', async () => {
    const id = 'c770aef3-6784-41f7-8e0e-ff5f97bddb3a';
    expect((await pushTo(issuer, pusher, {}, { 'x-fapi-interaction-id': id })).headers.get('x-fapi-interaction-id')).toBe(id);
    const named = await fetch(`${issuer}/userinfo`, { headers: { 'x-fapi-interaction-id': id, authorization: 'Bearer unknown' } });
    expect([named.status, named.headers.get('x-fapi-interaction-id')]).toEqual([401, id]);
    expect((await pushTo(issuer, pusher, {}, { 'x-fapi-interaction-id': 'a"b' })).headers.has('x-fapi-interaction-id')).toBe(false);
  });

  it('D3: discovery names the endpoint and says whether it must be used', async () => {
    const document = async (at: string) =>
      (await (await fetch(`${at}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(await document(issuer)).toMatchObject({
      pushed_authorization_request_endpoint: `${issuer}/par`,
      require_pushed_authorization_requests: false,
    });
    expect(await document(`${issuer}/strict`)).toMatchObject({ require_pushed_authorization_requests: true });
  });
});

const expectGone = (response: AgentResponse) => expectErrorPage(response, 'a request_uri', 400, 'invalid_request_uri');

describe('conformance: coming with a request_uri', () => {
  it('IP-10, F3: request_uri alone is enough, and the whole flow completes', async () => {
    const pushed = await push(issuer, pusher);
    const agent = createAgent(issuer);
    const page = await agent.get(pushed.url);
    expect([page.status, hasButton(page, 'login-submit')]).toEqual([200, true]);
    const answer = answerOf(await signInAndConsent(agent, page));
    expect([answer.get('state'), answer.get('iss')]).toEqual([pushed.state, issuer]);
    const tokens = await redeem(issuer, pusher, pushed, answer);
    expect([tokens.status, claimsIn(tokens.body.id_token).nonce]).toEqual([200, pushed.nonce]);
  });

  it('F3, IP-19: a live session is answered at once, also with client_id beside, and with offline_access where consent is certain', async () => {
    const agent = createAgent(issuer);
    await signInAndConsent(agent, await agent.get((await push(issuer, other)).url));
    const pushed = await push(issuer, other, { scope: 'openid offline_access' });
    const answer = answerOf(await agent.get(`${pushed.url}&client_id=other`));
    expect((await redeem(issuer, other, pushed, answer)).body.refresh_token).toBeTypeOf('string');
  });

  it('F12: may be visited twice before the sign-in, by the browser that opened it, who then has the time a person has', async () => {
    const pushed = await push(issuer, pusher);
    const agent = createAgent(issuer);
    expect(hasButton(await agent.get(pushed.url), 'login-submit')).toBe(true);
    expectGone(await createAgent(issuer).get(pushed.url));
    server.advance(30);
    const again = await agent.get(pushed.url);
    expect(hasButton(again, 'login-submit')).toBe(true);
    server.advance(120);
    expectGone(await agent.get(pushed.url));
    expect(answerOf(await signInAndConsent(agent, again)).get('code')).toBeTruthy();
  });

  it('F12: may be visited again after the sign-in, before the consent', async () => {
    const pushed = await push(issuer, pusher, { prompt: 'consent' });
    const agent = createAgent(issuer);
    const page = await agent.submit(await agent.get(pushed.url), { button: 'login-submit', fields: people.alice });
    expect(hasButton(page, 'consent-allow')).toBe(true);
    expect(hasButton(await agent.get(pushed.url), 'consent-allow')).toBe(true);
  });

  it('F12, F15, IP-11: after its answer it is used up, for every browser', async () => {
    const agent = createAgent(issuer);
    for (const button of ['consent-allow', 'consent-deny']) {
      const pushed = await push(issuer, pusher, { prompt: 'login consent' });
      const page = await agent.submit(await agent.get(pushed.url), { button: 'login-submit', fields: people.alice });
      const answer = answerOf(await agent.submit(page, { button }));
      const { error, state, iss } = Object.fromEntries(answer);
      if (button === 'consent-deny') expect([error, state, iss]).toEqual(['access_denied', pushed.state, issuer]);
      for (const visitor of [agent, createAgent(issuer)]) expectGone(await visitor.get(pushed.url));
    }
    const born = await push(issuer, pusher);
    expect(answerOf(await agent.get(born.url)).get('code')).toBeTruthy();
    expectGone(await agent.get(born.url));
  });

  it('F12, IP-11: after expires_in without a visit it is gone', async () => {
    const pushed = await push(issuer, pusher);
    server.advance(60);
    expectGone(await createAgent(issuer).get(pushed.url));
  });

  it("F12: with another client's id, made up, or too long, it is invalid_request_uri", async () => {
    const pushed = await push(issuer, pusher);
    expectGone(await createAgent(issuer).get(`${pushed.url}&client_id=other`));
    for (const id of ['', 'AAAAAAAAAAAAAAAAAAAAAA', "' OR 1=1 --", 'A'.repeat(5000)])
      expectGone(await createAgent(issuer).get(`${issuer}/authorize?${form({ request_uri: `urn:ietf:params:oauth:request_uri:${id}` })}`));
    // Nobody's mistake used it up.
    expect((await createAgent(issuer).get(`${pushed.url}&client_id=pusher`)).status).toBe(200);
  });

  it('F14: whatever stands outside of it does not count', async () => {
    const pushed = await push(issuer, pusher, { state: undefined, prompt: 'login' });
    const agent = createAgent(issuer);
    const outside = form({
      state: 'outside',
      nonce: 'outside',
      scope: 'openid email',
      prompt: 'none',
      redirect_uri: 'https://evil.example',
    });
    const answered = await signInAndConsent(agent, await agent.get(`${pushed.url}&${outside}&request=not.a.jwt`));
    expect(answered.location?.startsWith(`${callback}?`)).toBe(true);
    const answer = answerOf(answered);
    expect(answer.has('state')).toBe(false);
    expect(claimsIn((await redeem(issuer, pusher, pushed, answer)).body.id_token).nonce).toBe(pushed.nonce);
  });

  it('F14: posted from another site it waits for the browser to come with its cookies', async () => {
    const pushed = await push(issuer, pusher);
    const agent = createAgent(issuer);
    const page = await agent.post(`${issuer}/authorize`, { request_uri: pushed.request_uri }, { origin: 'https://rp.example' });
    expect(answerOf(await signInAndConsent(agent, page)).get('code')).toBeTruthy();
  });

  it('F11: who must push is refused with plain parameters: the client, and everybody of a tenant that says so', async () => {
    const agent = createAgent(issuer);
    for (const [at, who] of [[issuer, bound] as const, [`${issuer}/strict`, pusher] as const]) {
      const request = authorizationRequest(at, who);
      const answer = answerOf(await agent.get(request.url));
      expect([answer.get('error'), answer.get('state')]).toEqual(['invalid_request', request.state]);
      const pushed = await push(at, who);
      expect(hasButton(await agent.get(pushed.url), 'login-submit')).toBe(true);
    }
    expect(hasButton(await agent.get(authorizationRequest(issuer, pusher).url), 'login-submit')).toBe(true);
  });

  it('F13: long and odd values of state and nonce come back as they were pushed', async () => {
    const agent = createAgent(issuer);
    for (const length of [10, 43, 64, 128, 384, 1024]) {
      const odd = `a-._~b"<é ${'x'.repeat(1024)}`;
      const pushed = await push(issuer, other, { state: odd.slice(0, length), nonce: odd.slice(0, length) });
      const response = await signInAndConsent(agent, await agent.get(pushed.url));
      const answer = answerOf(response);
      expect([...answer.keys()].filter((name) => name !== 'session_state').toSorted()).toEqual(['code', 'iss', 'state']);
      expect([answer.get('state'), new URL(response.location ?? '').hash]).toEqual([odd.slice(0, length), '']);
      expect(claimsIn((await redeem(issuer, other, pushed, answer)).body.id_token).nonce).toBe(odd.slice(0, length));
    }
  });

  it('F15: the order of scopes does not matter', async () => {
    const pushed = await push(issuer, pusher, { scope: 'email openid' });
    const agent = createAgent(issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(pushed.url)));
    expect((await redeem(issuer, pusher, pushed, answer)).status).toBe(200);
  });

  it('a dialect spells pushed requests as it spells others', async () => {
    const pushed = await push(`${issuer}/agate`, client('refusing'), { scope: 'openid,email' });
    expect(pushed.status).toBe(201);
  });
});
