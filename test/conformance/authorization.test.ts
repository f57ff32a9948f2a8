/** The authorization endpoint (OpenID Connect Core section 3.1.2, RFC 6749 section 4.1, RFC 9207), driven as a browser without script does. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  claimsIn,
  clients,
  form,
  hasButton,
  type Parameters,
  people,
  redeem,
  signInAndConsent,
  signInFor,
} from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { freePort } from '../support/process.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorAnswer, expectErrorPage, expectLoginPage, expectNoPage, expectUnguessable } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

type Posted = { readonly url: string; readonly contentType: string | undefined; readonly body: string };

let server: TestServer;
let issuer: string;
let receiver: Server;
/** A client whose callback really listens: it keeps what it was posted. */
let listening: ClientUnderTest;
const posted: Posted[] = [];

beforeAll(async () => {
  const port = await freePort();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    posted.push({ url: request.url ?? '', contentType: request.headers['content-type'], body });
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(port, '127.0.0.1', resolve));
  const redirect_uri = `http://127.0.0.1:${port}/callback?kept=yes`;
  listening = { client_id: 'listening', client_secret: 'listening-secret-0123456789abcdef012', redirect_uri };
  server = await startSymbolon({ yaml: await extendedConfiguration({ others: [listening] }) });
  issuer = server.issuer;
});

afterAll(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  await server?.close();
});

function newAgent(): Agent {
  return createAgent(issuer);
}

/** Opens a request; answers request, page or redirect, and the answer if there is one. */
async function open(agent: Agent, client: ClientUnderTest, changes: Parameters = {}) {
  const request = authorizationRequest(issuer, client, changes);
  return { request, response: await agent.get(request.url) };
}

/** ID token claims of a request that needs no page, in a session that is there. */
async function silently(agent: Agent, changes: Parameters = {}) {
  const { request, response } = await open(agent, clients.trusted, changes);
  expectNoPage(response);
  const answer = answerOf(response);
  expect(answer.get('state')).toBe(request.state);
  return claimsIn((await redeem(issuer, clients.trusted, request, answer)).body.id_token);
}

describe('conformance: authorization requests that succeed', () => {
  it.each([16, 128, 384])('A1: a state of %d characters comes back unchanged, and iss is the issuer', async (length) => {
    const { answer, request } = await signInFor(issuer, newAgent(), clients.trusted, { state: 'aZ09-._~'.repeat(length / 8) });
    expect(answer.getAll('state')).toEqual([request.state]);
    expect(answer.getAll('iss')).toEqual([issuer]);
  });

  it('A1: a state of any characters comes back unchanged', async () => {
    const state = 'a b+c%20&d=e#f"g\\hä€\u{1F600}';
    expect((await signInFor(issuer, newAgent(), clients.trusted, { state })).answer.get('state')).toBe(state);
  });

  it('A1: without a state there is none in the answer', async () => {
    expect((await signInFor(issuer, newAgent(), clients.trusted, { state: undefined })).answer.has('state')).toBe(false);
  });

  it('A1: the query of the registered redirect URI is kept to the letter', async () => {
    const agent = newAgent();
    const { response } = await open(agent, more.queries);
    const end = await signInAndConsent(agent, response);
    expect(end.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:5000\/callback\?dummy1=lorem&dummy2=ipsum&code=/);
  });

  it('A2: codes are unguessable and each is new', async () => {
    const agent = newAgent();
    const codes = [(await signInFor(issuer, agent, clients.trusted)).answer.get('code')];
    for (let count = 0; count < 9; count++) codes.push(answerOf((await open(agent, clients.trusted)).response).get('code'));
    for (const code of codes) expectUnguessable(code);
    expect(new Set(codes).size).toBe(10);
  });

  it('A3: the answer of the code flow is in the query', async () => {
    const agent = newAgent();
    const end = await signInAndConsent(agent, (await open(agent, clients.trusted)).response);
    const { search, hash } = new URL(end.location ?? '');
    expect([...new URLSearchParams(search).keys()].toSorted()).toEqual(['code', 'iss', 'session_state', 'state']);
    expect(hash).toBe('');
  });

  it('A3: response_mode=query says the same', async () => {
    const agent = newAgent();
    const end = await signInAndConsent(agent, (await open(agent, clients.trusted, { response_mode: 'query' })).response);
    expect(new URL(end.location ?? '').searchParams.has('code')).toBe(true);
  });

  it('A3: with response_mode=fragment all of the answer is in the fragment', async () => {
    const agent = newAgent();
    const { request, response } = await open(agent, clients.trusted, { response_mode: 'fragment' });
    const end = await signInAndConsent(agent, response);
    expect(new URL(end.location ?? '').search).toBe('');
    expect(end.location).toMatch(/^http:\/\/127\.0\.0\.1:5000\/callback#code=/);
    expect((await redeem(issuer, clients.trusted, request, answerOf(end))).status).toBe(200);
  });

  it('A3: with response_mode=form_post the browser posts the answer, and nothing of it is in the query', async () => {
    const agent = newAgent();
    const { request, response } = await open(agent, listening, { response_mode: 'form_post' });
    const page = await signInAndConsent(agent, response);
    expect([page.status, page.location]).toEqual([200, undefined]);
    posted.length = 0;
    await agent.submit(page, { button: 'form-post-continue' });
    expect(posted).toMatchObject([{ url: '/callback?kept=yes', contentType: 'application/x-www-form-urlencoded' }]);
    const answer = new URLSearchParams(posted[0]?.body);
    expect(answer.getAll('state')).toEqual([request.state]);
    expect(answer.getAll('iss')).toEqual([issuer]);
    expect((await redeem(issuer, listening, request, answer)).status).toBe(200);
  });

  it('A3: errors go the way of the response mode too', async () => {
    const bad = { prompt: 'none' };
    const fragment = (await open(newAgent(), clients.trusted, { ...bad, response_mode: 'fragment' })).response;
    expect([new URL(fragment.location ?? '').search, answerOf(fragment).get('error')]).toEqual(['', 'login_required']);
    const agent = newAgent();
    const { request, response } = await open(agent, listening, { ...bad, response_mode: 'form_post' });
    posted.length = 0;
    await agent.submit(response, { button: 'form-post-continue' });
    expect(Object.fromEntries(new URLSearchParams(posted[0]?.body))).toMatchObject({
      error: 'login_required',
      state: request.state,
      iss: issuer,
    });
    expect(posted[0]?.url).toBe('/callback?kept=yes');
  });

  it('A4: the code flow works without a nonce, and then the ID token has none', async () => {
    const { tokens } = await signInFor(issuer, newAgent(), clients.nopkce, { nonce: undefined });
    expect(tokens.status).toBe(200);
    expect(claimsIn(tokens.body.id_token)).not.toHaveProperty('nonce');
  });

  it.each([
    ['an unknown parameter', { extra: 'foobar' }],
    ['display=page', { display: 'page' }],
    ['display=popup', { display: 'popup' }],
    ['ui_locales', { ui_locales: 'se' }],
    ['claims_locales', { claims_locales: 'se' }],
    ['login_hint', { login_hint: 'buffy@127.0.0.1' }],
    ['acr_values', { acr_values: '1 2' }],
  ] as [string, Parameters][])('A6: %s causes no error', async (_, changes) => {
    const { tokens } = await signInFor(issuer, newAgent(), clients.trusted, changes);
    expect(tokens.status).toBe(200);
    expect([undefined, '1', '2']).toContain(claimsIn(tokens.body.id_token).acr);
  });

  it('A7: the order of scopes does not matter', async () => {
    const { tokens } = await signInFor(issuer, newAgent(), clients.trusted, { scope: 'email openid' });
    expect(String(tokens.body.scope).split(' ').toSorted()).toEqual(['email', 'openid']);
    expect(tokens.body.id_token).toBeTypeOf('string');
  });

  it('A7: the order of parameters does not matter', async () => {
    const agent = newAgent();
    const request = authorizationRequest(issuer, clients.trusted);
    const url = new URL(request.url);
    url.search = new URLSearchParams([...url.searchParams].reverse()).toString();
    const answer = answerOf(await signInAndConsent(agent, await agent.get(url.href)));
    expect((await redeem(issuer, clients.trusted, request, answer)).status).toBe(200);
  });

  it('A8: a form posted to the authorization endpoint by the client completes', async () => {
    const agent = newAgent();
    const request = authorizationRequest(issuer, clients.web);
    const response = await agent.post(`${issuer}/authorize`, new URL(request.url).searchParams, fromTheClient);
    expectLoginPage(response);
    const answer = answerOf(await signInAndConsent(agent, response));
    expect(answer.get('state')).toBe(request.state);
    expect((await redeem(issuer, clients.web, request, answer)).status).toBe(200);
  });

  it('A8: a form posted by the client finds the session though the browser keeps the cookie back', async () => {
    const agent = newAgent();
    const before = claimsIn((await signInFor(issuer, agent, clients.trusted)).tokens.body.id_token);
    const request = authorizationRequest(issuer, clients.trusted);
    const body = new URL(request.url).searchParams;
    // SameSite=Lax: no cookie on the cross-site POST, the cookie again on the redirect that follows.
    const response = await fetch(`${issuer}/authorize`, { method: 'POST', body, headers: fromTheClient, redirect: 'manual' });
    expect(response.headers.getSetCookie()).toEqual([]);
    const end = await agent.get(new URL(response.headers.get('location') ?? '', issuer).href, { 'sec-fetch-site': 'cross-site' });
    expectNoPage(end);
    const { body: tokens } = await redeem(issuer, clients.trusted, request, answerOf(end));
    expect(claimsIn(tokens.id_token)).toMatchObject({ sub: before.sub, auth_time: before.auth_time });
  });

  it('A9: PKCE S256 works for a client that must use it and for one that need not', async () => {
    for (const client of [clients.trusted, clients.nopkce]) expect((await signInFor(issuer, newAgent(), client)).tokens.status).toBe(200);
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    const agent = newAgent();
    const { request, response } = await open(agent, clients.nopkce, without);
    const answer = answerOf(await signInAndConsent(agent, response));
    expect((await redeem(issuer, clients.nopkce, request, answer, { code_verifier: undefined })).status).toBe(200);
  });
});

const fromTheClient = { origin: 'http://127.0.0.1:5000', 'sec-fetch-site': 'cross-site' };

describe('conformance: sessions and prompts', () => {
  it('A11: prompt=login shows the login page again, and auth_time is later', async () => {
    const agent = newAgent();
    const before = claimsIn((await signInFor(issuer, agent, clients.trusted)).tokens.body.id_token);
    server.advance(1);
    const { request, response } = await open(agent, clients.trusted, { prompt: 'login' });
    expectLoginPage(response);
    const { body } = await redeem(issuer, clients.trusted, request, answerOf(await signInAndConsent(agent, response)));
    const after = claimsIn(body.id_token);
    expect(after.sub).toBe(before.sub);
    expect(Number(after.auth_time)).toBeGreaterThan(Number(before.auth_time));
  });

  it('A12: prompt=none in a session shows no page and gives the same person and auth_time', async () => {
    const agent = newAgent();
    const before = claimsIn((await signInFor(issuer, agent, clients.trusted)).tokens.body.id_token);
    server.advance(5);
    expect(await silently(agent, { prompt: 'none' })).toMatchObject({ sub: before.sub, auth_time: before.auth_time });
  });

  it('A12: prompt=none shows no page once consent was given', async () => {
    const agent = newAgent();
    await signInFor(issuer, agent, clients.web);
    const { request, response } = await open(agent, clients.web, { prompt: 'none' });
    expectNoPage(response);
    expect((await redeem(issuer, clients.web, request, answerOf(response))).status).toBe(200);
  });

  it('A13: prompt=none without a session is refused at the redirect URI, with the state of 128 characters', async () => {
    const { request, response } = await open(newAgent(), clients.web, { prompt: 'none', state: 's'.repeat(128) });
    expectNoPage(response);
    expect(expectErrorAnswer(response, request, issuer)).toBe('login_required');
  });

  it('A13: prompt=none in a session without the consent it needs is refused with consent_required', async () => {
    const agent = newAgent();
    await signInFor(issuer, agent, clients.trusted, {}, people.bob);
    const { request, response } = await open(agent, clients.web, { prompt: 'none' });
    expect(expectErrorAnswer(response, request, issuer)).toBe('consent_required');
  });

  it('A14: prompt=none with the ID token as hint answers as without', async () => {
    const agent = newAgent();
    const { tokens } = await signInFor(issuer, agent, clients.trusted);
    const { sub, auth_time } = claimsIn(tokens.body.id_token);
    const id_token_hint = String(tokens.body.id_token);
    expect(await silently(agent, { prompt: 'none', id_token_hint })).toMatchObject({ sub, auth_time });
  });

  it('A14: an ID token that has expired is still a hint', async () => {
    const agent = newAgent();
    const { tokens } = await signInFor(issuer, agent, clients.trusted);
    server.advance(3700);
    const id_token_hint = String(tokens.body.id_token);
    expect(await silently(agent, { prompt: 'none', id_token_hint })).toMatchObject({ sub: claimsIn(id_token_hint).sub });
  });

  it('A14: the ID token of a client that registered HS256 is a hint too', async () => {
    const agent = newAgent();
    const { tokens } = await signInFor(issuer, agent, clients.hs256);
    const id_token_hint = String(tokens.body.id_token);
    const { request, response } = await open(agent, clients.hs256, { prompt: 'none', id_token_hint });
    expectNoPage(response);
    const { body } = await redeem(issuer, clients.hs256, request, answerOf(response));
    expect(claimsIn(body.id_token)).toMatchObject({ sub: claimsIn(id_token_hint).sub, auth_time: claimsIn(id_token_hint).auth_time });
  });

  it('A14: the ID token of somebody else is refused with login_required', async () => {
    const bobs = (await signInFor(issuer, newAgent(), clients.trusted, {}, people.bob)).tokens.body.id_token;
    const agent = newAgent();
    await signInFor(issuer, agent, clients.trusted);
    const { request, response } = await open(agent, clients.trusted, { prompt: 'none', id_token_hint: String(bobs) });
    expect(expectErrorAnswer(response, request, issuer)).toBe('login_required');
  });

  it('A15: max_age=1 two seconds after the login shows the login page again, and auth_time is later', async () => {
    const agent = newAgent();
    const before = claimsIn((await signInFor(issuer, agent, clients.trusted)).tokens.body.id_token);
    server.advance(2);
    const { request, response } = await open(agent, clients.trusted, { max_age: '1' });
    expectLoginPage(response);
    const { body } = await redeem(issuer, clients.trusted, request, answerOf(await signInAndConsent(agent, response)));
    const after = claimsIn(body.id_token);
    expect(Number(after.auth_time)).toBeGreaterThan(Number(before.auth_time));
    expect(Number(after.iat) - Number(after.auth_time)).toBeLessThanOrEqual(2);
  });

  it('A15: with prompt=none a login that is too old is refused with login_required', async () => {
    const agent = newAgent();
    await signInFor(issuer, agent, clients.trusted);
    server.advance(3);
    const { request, response } = await open(agent, clients.trusted, { max_age: '1', prompt: 'none' });
    expect(expectErrorAnswer(response, request, issuer)).toBe('login_required');
  });

  it('A16: a max_age the session satisfies shows no page, and both ID tokens have the same auth_time', async () => {
    const agent = newAgent();
    const before = claimsIn((await signInFor(issuer, agent, clients.trusted, { max_age: '15000' })).tokens.body.id_token);
    expect(before.auth_time).toBeTypeOf('number');
    server.advance(60);
    expect(await silently(agent, { max_age: '10000' })).toMatchObject({ sub: before.sub, auth_time: before.auth_time });
  });
});

describe('conformance: authorization requests that are refused', () => {
  it.each([
    'http://127.0.0.1:5000/other',
    'https://evil.example/callback',
    'http://127.0.0.1:5000/callback/',
    'http://127.0.0.1:5002/callback',
    'http://127.0.0.1:5000/callback#fragment',
  ])('E1: the redirect_uri %s, which is not registered, is answered with a page', async (redirect_uri) => {
    const { response } = await open(newAgent(), clients.web, { redirect_uri });
    expectErrorPage(response);
    expect(response.text).not.toContain(redirect_uri);
  });

  it('E1: a foreign redirect_uri is answered with a page in a live session too, and whatever else is wrong', async () => {
    const agent = newAgent();
    await signInFor(issuer, agent, clients.trusted);
    const redirect_uri = 'https://evil.example/callback';
    expectErrorPage((await open(agent, clients.trusted, { redirect_uri })).response);
    expectErrorPage((await open(agent, clients.trusted, { redirect_uri, prompt: 'none' })).response);
    expectErrorPage((await open(agent, clients.trusted, { redirect_uri, response_type: undefined })).response);
  });

  it('E1: an unknown client is answered with a page', async () => {
    expectErrorPage((await open(newAgent(), clients.web, { client_id: 'nobody' })).response);
    expectErrorPage((await open(newAgent(), clients.web, { client_id: undefined })).response);
  });

  it('E2: no redirect_uri, when the client has registered two, is answered with a page', async () => {
    expectErrorPage((await open(newAgent(), clients.web, { redirect_uri: undefined })).response);
  });

  it.each([
    'http://127.0.0.1:5000/callback?dummy=2',
    'http://127.0.0.1:5000/callback?dummy=1&foo=bar',
    'http://127.0.0.1:5000/callback?foo=bar',
    'http://127.0.0.1:5000/callback?',
  ])('E3: the redirect_uri %s, with a query that is not the registered one, is answered with a page', async (redirect_uri) => {
    expectErrorPage((await open(newAgent(), clients.web, { redirect_uri })).response);
  });

  it('E3: the registered redirect URI with its query works', async () => {
    const client = { ...clients.web, redirect_uri: 'http://127.0.0.1:5000/callback?dummy=1' };
    const { answer, tokens } = await signInFor(issuer, newAgent(), client);
    expect([answer.get('dummy'), tokens.status]).toEqual(['1', 200]);
  });

  it('E4: a missing response_type is an error in the query, with state and iss', async () => {
    const { request, response } = await open(newAgent(), clients.web, { response_type: undefined });
    expect(['unsupported_response_type', 'invalid_request']).toContain(expectErrorAnswer(response, request, issuer));
    expect(new URL(response.location ?? '').hash).toBe('');
  });

  it.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a hybrid response type it is not registered for', { response_type: 'code id_token' }, 'unauthorized_client'],
    ['a response type nobody knows', { response_type: 'none"\\\u00e9\t' }, 'unsupported_response_type'],
    ['no scope', { scope: undefined }, 'invalid_scope'],
    ['scopes no scope can be', { scope: '"\\\u00fc\t\r\n' }, 'invalid_scope'],
    ['prompt none with login', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: '"\\\u{1F600}' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['a max_age in words', { max_age: '"soon"' }, 'invalid_request'],
    ['an unknown response mode', { response_mode: 'post' }, 'invalid_request'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['PKCE plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is no digest', { code_challenge: 'short' }, 'invalid_request'],
    ['a hint that is no ID token', { id_token_hint: 'a.b.c' }, 'invalid_request'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
  ] as [string, Parameters, string][])('E5: %s is refused with state, iss and a printable description', async (_, changes, code) => {
    const { request, response } = await open(newAgent(), clients.web, changes);
    expect(expectErrorAnswer(response, request, issuer)).toBe(code);
  });

  it('E5: a response type whose answers belong into the fragment is refused there, unless the client asks for another mode', async () => {
    for (const response_type of ['token', 'id_token', 'code id_token']) {
      const { location } = (await open(newAgent(), clients.web, { response_type })).response;
      expect(location, response_type).toMatch(/^http:\/\/127\.0\.0\.1:5000\/callback#error=un(supported_response_type|authorized_client)&/);
    }
    const { location } = (await open(newAgent(), clients.web, { response_type: 'token', response_mode: 'query' })).response;
    expect(location).toMatch(/callback\?error=unsupported_response_type&/);
  });

  it('E5: a parameter given twice is refused with state and iss', async () => {
    const request = authorizationRequest(issuer, clients.web);
    const response = await newAgent().get(`${request.url}&${form({ nonce: 'again' })}`);
    expect(expectErrorAnswer(response, request, issuer)).toBe('invalid_request');
  });

  it('E5: the query of the registered redirect URI is kept with an error too', async () => {
    const { response } = await open(newAgent(), more.queries, { prompt: 'none' });
    expect(response.headers.get('location')).toMatch(/callback\?dummy1=lorem&dummy2=ipsum&error=login_required&/);
  });

  it('E6: who does not consent sends access_denied to the client', async () => {
    const agent = newAgent();
    const { request, response } = await open(agent, clients.web, { prompt: 'consent' });
    const consent = await agent.submit(response, { button: 'login-submit', fields: people.alice });
    expect(hasButton(consent, 'consent-deny')).toBe(true);
    const end = await agent.submit(consent, { button: 'consent-deny' });
    expect(expectErrorAnswer(end, request, issuer)).toBe('access_denied');
  });
});
