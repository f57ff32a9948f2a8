/** The token endpoint (RFC 6749 sections 2.3, 3.2, 4.1.3, 4.4, 5 and 6; OpenID Connect Core sections 3.1.3, 9 and 12). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  basicOf,
  type ClientUnderTest,
  claimsIn,
  clients,
  form,
  type Parameters,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorBody, expectUnguessable } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

type Tokens = Awaited<ReturnType<typeof tokenRequest>>;

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await extendedConfiguration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

const offline = { scope: 'openid profile email offline_access', prompt: 'consent' };

/** A person signed in; the code is not redeemed yet. */
async function codeFor(client: ClientUnderTest, changes: Parameters = {}) {
  const agent = createAgent(issuer);
  const request = authorizationRequest(issuer, client, changes);
  const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
  return { request, answer, code: answer.get('code') ?? '' };
}

async function tokensFor(client: ClientUnderTest, changes: Parameters = offline): Promise<Tokens['body']> {
  const { tokens } = await signInFor(issuer, createAgent(issuer), client, changes);
  expect(tokens.status).toBe(200);
  return tokens.body;
}

function refresh(client: ClientUnderTest, refresh_token: unknown, changes: Parameters = {}): Promise<Tokens> {
  return tokenRequest(issuer, client, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...changes });
}

async function post(headers: Record<string, string>, parameters: Parameters) {
  const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body: form(parameters) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

function expectTokenResponse({ status, headers, body }: Tokens): void {
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^application\/json\b/);
  expect(headers.get('cache-control')).toContain('no-store');
  expect(headers.get('pragma')).toBe('no-cache');
  expectUnguessable(body.access_token);
  expect(body.token_type).toBe('Bearer');
  expect(body.expires_in).toSatisfy((seconds) => Number.isInteger(seconds) && Number(seconds) > 0 && Number(seconds) <= 31_536_000);
}

function expectRefused(response: { status: number; headers: Headers; body: Record<string, unknown> }, code = 'invalid_grant'): void {
  expect(expectErrorBody(response)).toBe(code);
  expect(response.status).toBe(code === 'invalid_client' ? 401 : 400);
}

describe('conformance: token responses', () => {
  it('T1: the code flow gives an access token, its type and life, and an ID token', async () => {
    const { tokens } = await signInFor(issuer, createAgent(issuer), clients.web, { scope: 'openid email' });
    expectTokenResponse(tokens);
    expect(tokens.body.id_token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(tokens.body.scope).toBe('openid email');
    expect(tokens.body).not.toHaveProperty('refresh_token');
  });

  it('T1: the access token lives as long as expires_in says, and no longer', async () => {
    const { access_token, expires_in } = await tokensFor(clients.trusted);
    server.advance(Number(expires_in) - 5);
    expect((await userinfo(issuer, access_token)).status).toBe(200);
    server.advance(10);
    expect((await userinfo(issuer, access_token)).status).toBe(401);
  });

  it('T1: without openid in the scope there is no ID token', async () => {
    const tokens = await tokensFor(clients.trusted, { scope: 'profile' });
    expect(tokens).not.toHaveProperty('id_token');
  });
});

describe('conformance: client authentication', () => {
  const wrong = 'wrong-secret-0123456789abcdef01234567';

  it.each([['web'], ['poster']] as const)('T2: client_secret_basic and client_secret_post both work for %s', async (name) => {
    const client = name === 'web' ? clients.web : more.poster;
    const { client_secret, ...bare } = client;
    const byHeader = await codeFor(client);
    expectTokenResponse(await redeem(issuer, client, byHeader.request, byHeader.answer));
    const byForm = await codeFor(client);
    expectTokenResponse(await redeem(issuer, bare, byForm.request, byForm.answer, { client_secret }));
  });

  it('T2: Basic credentials are taken form-encoded, as RFC 6749 says', async () => {
    const { request, answer } = await codeFor(more.odd);
    const encode = (text: string) => form({ x: text }).toString().slice(2);
    const authorization = `Basic ${Buffer.from(`${encode(more.odd.client_id)}:${encode(more.odd.client_secret)}`).toString('base64')}`;
    expect(await redeemWith(more.odd, request, answer, authorization)).toMatchObject({ status: 200 });
  });

  it.each([['odd'], ['poster']] as const)(
    'T2: the secret of %s is taken raw in Basic credentials too, as many clients send it',
    async (name) => {
      const client = more[name];
      const { request, answer } = await codeFor(client);
      const authorization = `Basic ${Buffer.from(`${encodeURIComponent(client.client_id)}:${client.client_secret}`).toString('base64')}`;
      expect(await redeemWith(client, request, answer, authorization)).toMatchObject({ status: 200 });
    },
  );

  it('T2: a public client redeems with its client_id and the code verifier alone', async () => {
    const { request, answer } = await codeFor(clients.spa);
    expectTokenResponse(await redeem(issuer, clients.spa, request, answer));
  });

  it('T2: a public client without the code verifier gets nothing', async () => {
    const { request, answer } = await codeFor(clients.spa);
    expectRefused(await redeem(issuer, clients.spa, request, answer, { code_verifier: undefined }));
  });

  it.each([
    ['a wrong secret by Basic', { authorization: basicOf('web', wrong) }, {}],
    ['no secret by Basic', { authorization: basicOf('web', '') }, {}],
    ['an unknown client by Basic', { authorization: basicOf('nobody', wrong) }, {}],
    ['another scheme', { authorization: 'Bearer abc' }, { client_id: 'web' }],
    ['credentials that are not base64', { authorization: 'Basic %%%' }, {}],
    [
      'a client_id beside the credentials of another',
      { authorization: basicOf('web', clients.web.client_secret) },
      { client_id: 'trusted' },
    ],
    ['a public client with a secret', { authorization: basicOf('spa', wrong) }, {}],
  ] as [string, Record<string, string>, Parameters][])(
    'T2: %s is refused with invalid_client and the scheme',
    async (_, headers, parameters) => {
      const response = await post(headers, { grant_type: 'authorization_code', code: 'x', ...parameters });
      expectRefused(response, 'invalid_client');
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic\b/);
    },
  );

  it.each([
    ['a wrong secret in the form', { client_id: 'web', client_secret: wrong }],
    ['no secret', { client_id: 'web' }],
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', {}],
    ['a public client with a secret in the form', { client_id: 'spa', client_secret: wrong }],
  ] as [string, Parameters][])('T2: %s is refused with invalid_client', async (_, parameters) => {
    expectRefused(await post({}, { grant_type: 'authorization_code', code: 'x', ...parameters }), 'invalid_client');
  });

  it('T2: a client that authenticates twice is refused with invalid_request', async () => {
    const { client_id, client_secret } = clients.web;
    expectRefused(
      await tokenRequest(issuer, clients.web, { grant_type: 'authorization_code', client_id, client_secret }),
      'invalid_request',
    );
  });

  it('T2: client authentication that failed leaves the code alone', async () => {
    const { request, answer } = await codeFor(clients.web);
    expectRefused(await redeem(issuer, { ...clients.web, client_secret: wrong }, request, answer), 'invalid_client');
    expectTokenResponse(await redeem(issuer, clients.web, request, answer));
  });

  async function redeemWith(client: ClientUnderTest, request: { code_verifier: string }, answer: URLSearchParams, authorization: string) {
    const { redirect_uri } = client;
    const parameters = {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri,
      code_verifier: request.code_verifier,
    };
    return post({ authorization }, parameters);
  }
});

describe('conformance: codes', () => {
  it('T3: a code used again at once is refused, and what it gave is dead', async () => {
    const { request, answer } = await codeFor(clients.trusted, offline);
    const { body } = await redeem(issuer, clients.trusted, request, answer);
    expect((await userinfo(issuer, body.access_token)).status).toBe(200);
    expectRefused(await redeem(issuer, clients.trusted, request, answer));
    await expectDead(body);
  });

  it('T3: a code used again after 30 s is refused, and what it gave is dead, refreshed tokens too', async () => {
    const { request, answer } = await codeFor(clients.trusted, offline);
    const { body } = await redeem(issuer, clients.trusted, request, answer);
    const { body: refreshed } = await refresh(clients.trusted, body.refresh_token);
    server.advance(30);
    expectRefused(await redeem(issuer, clients.trusted, request, answer));
    await expectDead(body);
    await expectDead(refreshed);
  });

  it('T3: a code used again after its own life is over still ends what it gave', async () => {
    const { request, answer } = await codeFor(clients.trusted, offline);
    const { body } = await redeem(issuer, clients.trusted, request, answer);
    server.advance(300);
    expectRefused(await redeem(issuer, clients.trusted, request, answer));
    await expectDead(body);
  });

  it('T3: a code first used after a minute is refused', async () => {
    const { request, answer } = await codeFor(clients.trusted);
    server.advance(61);
    expectRefused(await redeem(issuer, clients.trusted, request, answer));
  });

  async function expectDead({ access_token, refresh_token }: Tokens['body']): Promise<void> {
    const answer = await userinfo(issuer, access_token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expectRefused(await refresh(clients.trusted, refresh_token));
  }
});

describe('conformance: errors of the token endpoint', () => {
  it.each([
    ['no grant_type', { grant_type: undefined }, 'invalid_request'],
    ['an unknown grant_type', { grant_type: 'magic"\\' }, 'unsupported_grant_type'],
    ['a grant_type like a property of every object', { grant_type: 'constructor' }, 'unsupported_grant_type'],
    ['no code', { code: undefined }, 'invalid_request'],
    ['an unknown code', { code: 'unknown' }, 'invalid_grant'],
    ['another redirect_uri', { redirect_uri: 'http://127.0.0.1:5000/callback?dummy=1' }, 'invalid_grant'],
    ['no redirect_uri though the request had one', { redirect_uri: undefined }, 'invalid_grant'],
    ['no code_verifier', { code_verifier: undefined }, 'invalid_grant'],
    ['a wrong code_verifier', { code_verifier: 'wrong-'.repeat(8) }, 'invalid_grant'],
  ] as [string, Parameters, string][])('T4: %s is told in JSON', async (_, changes, code) => {
    const { request, answer } = await codeFor(clients.web);
    expectRefused(await redeem(issuer, clients.web, request, answer, changes), code);
  });

  it('T4: the code of another client is refused', async () => {
    const { request, answer } = await codeFor(clients.web);
    expectRefused(await redeem(issuer, clients.trusted, request, answer));
  });

  it('T4: a parameter given twice is refused', async () => {
    const body = new URLSearchParams([...form({ grant_type: 'authorization_code', code: 'x' }), ['grant_type', 'authorization_code']]);
    const headers = { authorization: basicOf('web', clients.web.client_secret) };
    const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body });
    expectRefused(
      { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> },
      'invalid_request',
    );
  });

  it('T4: a body that is not a form is refused in JSON', async () => {
    const headers = { authorization: basicOf('web', clients.web.client_secret), 'content-type': 'application/json' };
    const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body: '{"grant_type":"client_credentials"}' });
    expectRefused(
      { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> },
      'invalid_request',
    );
  });

  it('T4: a GET is refused in JSON and told the method', async () => {
    const response = await fetch(`${issuer}/token?grant_type=client_credentials`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expectErrorBody({ headers: response.headers, body: (await response.json()) as Record<string, unknown> });
  });
});

describe('conformance: refresh', () => {
  it.each([['web'], ['trusted']] as const)('T5: a refresh of %s, with scope sent, gives tokens that work', async (name) => {
    const client = clients[name];
    const first = await tokensFor(client);
    expectUnguessable(first.refresh_token);
    const second = await refresh(client, first.refresh_token, { scope: String(first.scope) });
    expectTokenResponse(second);
    expectUnguessable(second.body.refresh_token);
    expect(second.body.access_token).not.toBe(first.access_token);
    const { status, body } = await userinfo(issuer, second.body.access_token);
    expect([status, body.sub]).toEqual([200, claimsIn(first.id_token).sub]);
  });

  it('T5: the ID token of a refresh is about the same sign-in', async () => {
    const first = await tokensFor(clients.web);
    server.advance(20);
    const second = await refresh(clients.web, first.refresh_token);
    const [before, after] = [claimsIn(first.id_token), claimsIn(second.body.id_token)];
    for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'azp', 'sid', 'amr']) expect(after[claim], claim).toEqual(before[claim]);
    expect(Number(after.iat)).toBeGreaterThanOrEqual(Number(before.iat) + 20);
    expect(Number(after.exp)).toBeGreaterThan(Number(after.iat));
    expect([undefined, before.nonce]).toContain(after.nonce);
  });

  it('T5: a refresh may be repeated with each new token', async () => {
    let { refresh_token } = await tokensFor(clients.trusted);
    for (let count = 0; count < 3; count++) {
      server.advance(100);
      const { status, body } = await refresh(clients.trusted, refresh_token);
      expect(status).toBe(200);
      expect(body.refresh_token).not.toBe(refresh_token);
      refresh_token = body.refresh_token;
    }
  });

  it('T5: a narrower scope narrows the access token, and the next refresh has all again', async () => {
    const first = await tokensFor(clients.web);
    const narrow = await refresh(clients.web, first.refresh_token, { scope: 'openid email' });
    expect(narrow.body.scope).toBe('openid email');
    expect(Object.keys((await userinfo(issuer, narrow.body.access_token)).body).toSorted()).toEqual(['email', 'email_verified', 'sub']);
    const next = await refresh(clients.web, narrow.body.refresh_token);
    expect(next.body.scope).toBe(first.scope);
  });

  it('T5: a wider scope is refused, and the refresh token stays good', async () => {
    const first = await tokensFor(clients.web);
    expectRefused(await refresh(clients.web, first.refresh_token, { scope: 'openid payment_details' }), 'invalid_scope');
    expect((await refresh(clients.web, first.refresh_token)).status).toBe(200);
  });

  it('T5: another client presenting the refresh token is refused, with scope too, and does its owner no harm', async () => {
    const first = await tokensFor(clients.web);
    for (const scope of [undefined, 'openid', 'openid payment_details'])
      expectRefused(await refresh(clients.trusted, first.refresh_token, { scope }));
    expectRefused(await refresh(clients.spa, first.refresh_token));
    expect((await refresh(clients.web, first.refresh_token)).status).toBe(200);
  });

  it('T5: a refresh needs client authentication', async () => {
    const { refresh_token } = await tokensFor(clients.web);
    const publicly = { client_id: 'web', redirect_uri: '' };
    expectRefused(await refresh(publicly, refresh_token), 'invalid_client');
  });

  it.each(['', 'x', 'A'.repeat(59), 'ä"\\'])('T5: the refresh token %j is refused', async (refresh_token) => {
    expectRefused(await refresh(clients.web, refresh_token), refresh_token === '' ? 'invalid_request' : 'invalid_grant');
  });

  it('T5: a refresh token unused for its life is refused', async () => {
    const { refresh_token } = await tokensFor(clients.web);
    server.advance(2_592_001);
    expectRefused(await refresh(clients.web, refresh_token));
  });
});

describe('conformance: client credentials', () => {
  const grant_type = 'client_credentials';

  it('T1: a client acting for itself gets an access token and nothing about a person', async () => {
    const tokens = await tokenRequest(issuer, clients.machine, { grant_type, scope: 'reports' });
    expectTokenResponse(tokens);
    expect(Object.keys(tokens.body).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(tokens.body.scope).toBe('reports');
    const answer = await userinfo(issuer, tokens.body.access_token);
    expect([answer.status, answer.body.error]).toEqual([403, 'insufficient_scope']);
  });

  it('T2: it may authenticate in the form too', async () => {
    const { client_id, client_secret } = clients.machine;
    expect((await post({}, { grant_type, client_id, client_secret })).body).toMatchObject({ scope: 'reports', token_type: 'Bearer' });
  });

  it('T4: a scope that is not its own is refused', async () => {
    for (const scope of ['payment_details', 'openid', 'reports openid'])
      expectRefused(await tokenRequest(issuer, clients.machine, { grant_type, scope }), 'invalid_scope');
  });

  it('T4: a client not registered for the grant is refused', async () => {
    expectRefused(await tokenRequest(issuer, clients.web, { grant_type }), 'unauthorized_client');
    expectRefused(await tokenRequest(issuer, clients.spa, { grant_type }), 'unauthorized_client');
    expectRefused(await tokenRequest(issuer, clients.machine, { grant_type: 'authorization_code', code: 'x' }), 'unauthorized_client');
  });
});
