/**
 * Bad input at every door: each gets an answer that says what to change, none of them a fault of ours, and none leaves anything half-done.
 * What attackers do with it is in test/security.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectErrorPage, textOf } from './security/pages.ts';
import { type RawResponse, raw } from './security/raw.ts';
import {
  answerOf,
  authorizationRequest,
  basicOf,
  clients,
  form,
  hasButton,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  userinfo,
} from './support/client.ts';
import { type Agent, type AgentResponse, createAgent } from './support/http-agent.ts';
import { createDatabase } from './support/postgres.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from './support/symbolon.ts';

const { trusted, web } = clients;
const formType = 'application/x-www-form-urlencoded';
const basic = basicOf(trusted.client_id, trusted.client_secret);

let server: TestServer;

beforeAll(async () => {
  server = await startSymbolon();
});

afterAll(() => server.close());

function send(
  path: string,
  sent: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<RawResponse> {
  return raw(server.issuer, { ...sent, path, headers: { host: new URL(server.issuer).host, ...sent.headers } });
}

function post(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<RawResponse> {
  return send(path, { method: 'POST', headers: { 'content-type': formType, ...headers }, body });
}

function expectJson(answer: RawResponse, status: number, error: string, says: RegExp): void {
  expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
    status,
    type: expect.stringMatching(/^application\/json/),
  });
  const body = JSON.parse(answer.text) as Record<string, string>;
  expect(body.error).toBe(error);
  expect(body.error_description).toMatch(says);
  expect(Object.keys(body)).toEqual(['error', 'error_description']);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
}

function expectPage(answer: RawResponse, status: number, says: RegExp): void {
  expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({ status, type: 'text/html; charset=utf-8' });
  expect(textOf(answer, 'error-description')).toMatch(says);
  expect(textOf(answer, 'trace-id')).toMatch(/^[0-9a-f]{16}$/);
  expect(answer.headers.location).toBeUndefined();
  expect(answer.headers['set-cookie']).toBeUndefined();
}

/** A browser with alice signed in, and a code for it that nobody has used. */
async function freshCode() {
  const agent = createAgent(server.issuer);
  await signInFor(server.issuer, agent, trusted);
  const request = authorizationRequest(server.issuer, trusted);
  const answer = answerOf(await agent.get(request.url));
  const parameters = {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: trusted.redirect_uri,
    code_verifier: request.code_verifier,
  };
  return { agent, request, answer, parameters };
}

function requestIn(url: string): string {
  return new URL(url).searchParams.get('request') ?? '';
}

describe('bad input: bodies', () => {
  const limit = 65_536;

  it('a body over 65536 bytes is refused with 413, and the limit is named', async () => {
    for (const path of ['/token', '/userinfo'])
      expectJson(await post(path, 'x'.repeat(limit + 1), { authorization: basic }), 413, 'invalid_request', /65536 bytes/);
    for (const path of ['/login', '/authorize', '/consent', '/select-account', '/logout'])
      expectPage(await post(path, 'x'.repeat(limit + 1)), 413, /65536 bytes/);
  });

  it('the limit holds for a body that does not tell its length, and for any content type', async () => {
    expectJson(await post('/token', 'x'.repeat(limit + 1), { 'transfer-encoding': 'chunked' }), 413, 'invalid_request', /65536 bytes/);
    expectJson(await post('/token', 'x'.repeat(limit + 1), { 'content-type': 'application/json' }), 413, 'invalid_request', /65536 bytes/);
  });

  it('a body of exactly 65536 bytes is read, and an oversize one burns no code', async () => {
    const { request, answer, parameters } = await freshCode();
    expect((await post('/token', `${form(parameters)}&x=${'x'.repeat(limit)}`, { authorization: basic })).status).toBe(413);
    const start = `grant_type=client_credentials&x=`;
    expectJson(
      await post('/token', start + 'x'.repeat(limit - start.length), { authorization: basic }),
      400,
      'unauthorized_client',
      /client_credentials/,
    );
    expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml'])(
    'a body of type %s is refused, and the right type is named',
    async (type) => {
      const { request, answer, parameters } = await freshCode();
      for (const body of [form(parameters).toString(), JSON.stringify(parameters)])
        expectJson(
          await post('/token', body, { 'content-type': type, authorization: basic }),
          400,
          'invalid_request',
          /application\/x-www-form-urlencoded/,
        );
      expectPage(
        await post('/authorize', form(parameters).toString(), { 'content-type': type }),
        400,
        /application\/x-www-form-urlencoded/,
      );
      expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
    },
  );

  it('a form without a content type, or with a malformed one, is told to name it', async () => {
    const body = form((await freshCode()).parameters).toString();
    const without = await send('/token', { method: 'POST', headers: { authorization: basic }, body });
    expectJson(without, 400, 'invalid_request', /application\/x-www-form-urlencoded/);
    const malformed = await post('/token', body, { 'content-type': 'nonsense', authorization: basic });
    expect([400, 415]).toContain(malformed.status);
    expect(malformed.text).toMatch(/content.type|x-www-form-urlencoded/i);
  });

  it('a charset beside the type does no harm', async () => {
    const { parameters } = await freshCode();
    const answer = await post('/token', form(parameters).toString(), {
      'content-type': `${formType}; charset=UTF-8`,
      authorization: basic,
    });
    expect(answer.status).toBe(200);
  });

  it('no body at all is told what is missing', async () => {
    expectJson(
      await send('/token', { method: 'POST', headers: { authorization: basic } }),
      400,
      'invalid_request',
      /x-www-form-urlencoded/,
    );
    expectJson(await post('/token', '', { authorization: basic }), 400, 'invalid_request', /grant_type is missing/);
    expectPage(await post('/authorize', ''), 400, /client_id is missing/);
  });
});

describe('bad input: parameters', () => {
  it('a parameter given twice at /token is named, and burns no code', async () => {
    const { request, answer, parameters } = await freshCode();
    for (const [name, value] of Object.entries(parameters)) {
      const twice = `${form(parameters)}&${name}=${encodeURIComponent(value)}`;
      expectJson(
        await post('/token', twice, { authorization: basic }),
        400,
        'invalid_request',
        new RegExp(`^${name} is given more than once$`),
      );
    }
    const twoClients = `${form({ ...parameters, client_id: 'trusted' })}&client_id=web`;
    expectJson(await post('/token', twoClients, { authorization: basic }), 400, 'invalid_request', /^client_id is given more than once$/);
    expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
  });

  it.each([
    'state',
    'nonce',
    'scope',
    'response_type',
    'prompt',
    'code_challenge',
    'code_challenge_method',
    'max_age',
    'login_hint',
    'response_mode',
  ])('a second %s at /authorize is refused and gives no code', async (name) => {
    const { agent } = await freshCode();
    const { url } = authorizationRequest(server.issuer, trusted, {
      prompt: 'none',
      max_age: '1000',
      login_hint: 'alice',
      response_mode: 'query',
    });
    const value = new URL(url).searchParams.get(name) ?? '';
    const answer = await agent.get(`${url}&${name}=${encodeURIComponent(value)}`);
    if (answer.location === undefined) return expectErrorPage(answer, name);
    expect(answerOf(answer).get('error')).toBe('invalid_request');
    expect(answerOf(answer).get('error_description')).toContain(name);
    expect(answerOf(answer).get('code')).toBeNull();
  });

  it('credentials given twice, in the header and in the body, are refused', async () => {
    const { request, answer, parameters } = await freshCode();
    const both = form({ ...parameters, client_id: trusted.client_id, client_secret: trusted.client_secret });
    expectJson(await post('/token', both.toString(), { authorization: basic }), 400, 'invalid_request', /authenticates twice/);
    expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
  });

  it('what is not UTF-8 is refused, not replaced: in a query, in a body, percent-encoded and raw', async () => {
    for (const text of ['%ff%fe', '%c3%28', '%ed%a0%80', '%c0%af', '%e2%82', '%', '%zz', '%4']) {
      expectPage(await send(`/authorize?client_id=web&state=${text}`), 400, /UTF-8/);
      expectPage(await send(`/login?request=${text}`), 400, /UTF-8/);
      expectJson(await send(`/userinfo?x=${text}`), 400, 'invalid_request', /UTF-8/);
      expectJson(await post('/token', `grant_type=${text}`, { authorization: basic }), 400, 'invalid_request', /UTF-8/);
      expectPage(await post('/login', `username=${text}`), 400, /UTF-8/);
    }
    const bytes = Buffer.concat([Buffer.from('grant_type='), Buffer.from([0xff, 0xfe])]);
    expectJson(await post('/token', bytes, { authorization: basic }), 400, 'invalid_request', /UTF-8/);
    expectPage(await post('/login', bytes), 400, /UTF-8/);
  });

  it('names that mean something to JavaScript mean nothing here, and there is an end to how many there may be', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', '__proto__[client_id]'])
      expectPage(await send(`/authorize?${name}=web&${name}=web`), 400, /client_id is missing/);
    expectJson(await post('/token', 'grant_type=__proto__', { authorization: basic }), 400, 'unsupported_grant_type', /grant_type/);
    expectPage(await send(`/authorize?${'x=1&'.repeat(300)}client_id=web`), 400, /more than 200 parameters/);
  });

  it('an unknown client and a foreign redirect URI get an error page that says what to change, never a redirect', async () => {
    const unknown = await createAgent(server.issuer).get(authorizationRequest(server.issuer, web, { client_id: 'nobody' }).url);
    expectErrorPage(unknown, 'unknown client');
    expect(textOf(unknown, 'error-description')).toMatch(/client_id .* registered here/);
    const foreign = await createAgent(server.issuer).get(
      authorizationRequest(server.issuer, web, { redirect_uri: 'https://evil.example/' }).url,
    );
    expectErrorPage(foreign, 'foreign redirect URI');
    expect(textOf(foreign, 'error-description')).toMatch(/redirect_uri .* registered.* to the letter/);
    expectJson(
      await post('/token', 'grant_type=authorization_code&client_id=nobody'),
      401,
      'invalid_client',
      /client authentication failed/,
    );
  });
});

describe('bad input: addresses, hosts and methods', () => {
  it('an unknown path is 404, with a page; letter case and slashes count', async () => {
    for (const path of [
      '/nothing',
      '/LOGIN',
      '/login/',
      '//login',
      '/login;x',
      '/login/..;/home',
      '/token/x',
      '/assets/nothing.css',
      '/no-tenant',
      '/t/nobody/login',
    ])
      expectPage(await send(path), 404, /nothing at this address/);
  });

  it('a path that is not percent-encoded UTF-8 gets our own answer, without the path in it', async () => {
    for (const path of ['/%ff', '/%', '/%zz<b>', '/login%c3%28']) {
      const answer = await send(path);
      expect([400, 404], path).toContain(answer.status);
      expect(answer.text, path).not.toContain(path);
      expect(answer.text, path).not.toMatch(/FST_|fastify/i);
      expect(answer.text, path).toContain('invalid_request');
      expect(answer.text, path).toMatch(/[0-9a-f]{16}/);
    }
  });

  it('a host that no issuer has is 404 and says so; so is none', async () => {
    for (const host of ['evil.example', '127.0.0.1', 'localhost:1', '[::1]:4000', `evil.example:${new URL(server.issuer).port}`])
      expectJson(await send('/login', { headers: { host } }), 404, 'invalid_request', /no tenant has an issuer with the host and path/);
    const forwarded = await send('/.well-known/openid-configuration', {
      headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    });
    expect(forwarded.text).not.toContain('evil.example');
  });

  it.each([
    ['/token', 'POST'],
    ['/userinfo', 'GET, POST'],
    ['/jwks', 'GET'],
    ['/.well-known/openid-configuration', 'GET'],
    ['/.well-known/oauth-authorization-server', 'GET'],
    ['/authorize', 'GET, POST'],
    ['/logout', 'GET, POST'],
    ['/login', 'GET, POST'],
    ['/consent', 'GET, POST'],
    ['/select-account', 'GET, POST'],
    ['/continue', 'GET'],
    ['/home', 'GET'],
  ])('a wrong method at %s is 405, and Allow names %s', async (path, allowed) => {
    const methods = allowed.split(', ');
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !methods.includes(each))) {
      const answer = await send(path, { method });
      expect(answer.status, method).toBe(405);
      expect(
        answer.headers.allow
          ?.split(/, */)
          .filter((each) => each !== 'HEAD' && each !== 'OPTIONS')
          .toSorted(),
        method,
      ).toEqual(methods);
      expect(answer.headers['set-cookie'], method).toBeUndefined();
      expect(answer.text, method).toContain('invalid_request');
    }
  });

  it('PUT with a good form in it does nothing', async () => {
    const { agent, request, answer, parameters } = await freshCode();
    const put = await send('/token', {
      method: 'PUT',
      headers: { 'content-type': formType, authorization: basic },
      body: form(parameters).toString(),
    });
    expect(put.status).toBe(405);
    expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
    const question = await agent.get('/logout');
    const csrf = question.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const headers = { 'content-type': formType, cookie: agent.cookies.header(new URL(server.issuer)) ?? '' };
    expect((await send('/logout', { method: 'PUT', headers, body: form({ csrf, action: 'yes' }).toString() })).status).toBe(405);
    expect((await agent.get('/home')).text).toContain('alice');
  });
});

describe('bad input: cookies', () => {
  const name = 'symbolon-main';

  it('a cookie that is malformed, unknown or given twice is as good as none', async () => {
    const stranger = randomBytes(32).toString('base64url');
    for (const cookie of [
      `${name}=`,
      `${name}=x`,
      `${name}=${'x'.repeat(4000)}`,
      `${name}=${stranger}`,
      `${name}="${stranger}"`,
      `${name}=x; ${name}=${stranger}`,
      '=',
      ';;;',
      name,
    ]) {
      const agent = createAgent(server.issuer);
      const login = await agent.get(authorizationRequest(server.issuer, web).url, { cookie });
      expect(new URL(login.url).pathname, cookie).toMatch(/^\/login$|^\/authorize$|^\/continue$/);
      const home = await fetch(`${server.issuer}/home`, { headers: { cookie } });
      expect({ cookie, status: home.status, alice: (await home.text()).includes('alice') }).toEqual({ cookie, status: 200, alice: false });
    }
  });

  it('an unknown cookie still signs in, and is replaced', async () => {
    const agent = createAgent(server.issuer);
    agent.cookies.put({ name, value: randomBytes(32).toString('base64url'), host: '127.0.0.1' });
    const before = agent.cookies.get(name)?.value;
    const { tokens } = await signInFor(server.issuer, agent, trusted);
    expect(tokens.status).toBe(200);
    expect(agent.cookies.get(name)?.value).not.toBe(before);
  });

  it('a pending request whose cookie is gone says so and what to do; with another browser’s cookie too', async () => {
    const agent = createAgent(server.issuer);
    const login = await agent.get(authorizationRequest(server.issuer, web).url);
    const id = requestIn(login.url);
    for (const step of ['consent', 'select-account']) {
      const without = await createAgent(server.issuer).get(`/${step}?request=${id}`);
      expectErrorPage(without, step);
      expect(textOf(without, 'error-description')).toMatch(/cookie.*start again/);
    }
    const other = createAgent(server.issuer);
    await other.get(authorizationRequest(server.issuer, web).url);
    const foreign = await other.get(`/login?request=${id}`);
    expectErrorPage(foreign, 'foreign cookie');
    expect(textOf(foreign, 'error-description')).toMatch(/another browser.*start again/);
    expect(hasButton(await agent.get(`/login?request=${id}`), 'login-submit'), 'and the right browser goes on').toBe(true);
  });

  it('an expired session is asked to sign in again, an expired request to start again', async () => {
    const own = await startSymbolon();
    try {
      const agent = createAgent(own.issuer);
      await signInFor(own.issuer, agent, trusted);
      const pending = await agent.get(authorizationRequest(own.issuer, web, { prompt: 'login' }).url);
      own.advance(86_401);
      expect(answerOf(await agent.get(authorizationRequest(own.issuer, trusted, { prompt: 'none' }).url)).get('error')).toBe(
        'login_required',
      );
      expect((await agent.get('/home')).text).not.toContain('alice');
      const late = await agent.submit(pending, { button: 'login-submit', fields: people.alice });
      expectErrorPage(late, 'an expired request');
      expect(textOf(late, 'error-description')).toMatch(/expired.*start again/);
      expect((await agent.get('/home')).text, 'and nobody was signed in on the way').not.toContain('alice');
      expect((await signInFor(own.issuer, agent, trusted)).tokens.status).toBe(200);
    } finally {
      await own.close();
    }
  });
});

async function expectOneCode(ways: readonly (() => Promise<AgentResponse>)[]): Promise<void> {
  const ends = await Promise.all(ways.map((go) => go()));
  expect(ends.filter(({ location }) => location !== undefined)).toHaveLength(1);
  for (const end of ends.filter(({ location }) => location === undefined)) expectErrorPage(end, 'the others');
}

describe('bad input: tabs and the back button', () => {
  it('two pending requests in one browser both finish', async () => {
    const agent = createAgent(server.issuer);
    const first = authorizationRequest(server.issuer, web);
    const second = authorizationRequest(server.issuer, trusted);
    const [firstTab, secondTab] = [await agent.get(first.url), await agent.get(second.url)];
    const firstEnd = await signInAndConsent(agent, firstTab);
    const secondEnd = await agent.get(`/continue?request=${requestIn(secondTab.url)}`);
    expect(answerOf(firstEnd).get('state')).toBe(first.state);
    expect(answerOf(secondEnd).get('state')).toBe(second.state);
    expect((await redeem(server.issuer, web, first, answerOf(firstEnd))).status).toBe(200);
    expect((await redeem(server.issuer, trusted, second, answerOf(secondEnd))).status).toBe(200);
  });

  it('a sign-in form that went stale because another tab signed in is refused with a clear page, and its request still finishes', async () => {
    const agent = createAgent(server.issuer);
    const first = authorizationRequest(server.issuer, trusted);
    const second = authorizationRequest(server.issuer, trusted);
    const [firstTab, secondTab] = [await agent.get(first.url), await agent.get(second.url)];
    await agent.submit(firstTab, { button: 'login-submit', fields: people.alice });
    const cookie = agent.cookies.get('symbolon-main')?.value;

    const stale = await agent.submit(secondTab, { button: 'login-submit', fields: people.bob });
    expect(stale.status).toBe(403);
    expect(stale.text).toMatch(/no longer current/);
    expect(stale.headers.getSetCookie()).toEqual([]);
    expect(agent.cookies.get('symbolon-main')?.value).toBe(cookie);
    expect((await agent.get('/home')).text, 'alice is still signed in').toContain('alice');

    const reloaded = await agent.get(`/continue?request=${requestIn(secondTab.url)}`);
    const tokens = await redeem(server.issuer, trusted, second, answerOf(reloaded));
    expect(tokens.status).toBe(200);
    expect((await userinfo(server.issuer, tokens.body.access_token)).body.name).toBe('Alice Archer');
  });

  it('a sign-in page reloaded after another tab signed in works', async () => {
    const agent = createAgent(server.issuer);
    const second = authorizationRequest(server.issuer, trusted);
    const [firstTab, secondTab] = [await agent.get(authorizationRequest(server.issuer, trusted).url), await agent.get(second.url)];
    await agent.submit(firstTab, { button: 'login-submit', fields: people.alice });
    const end = await signInAndConsent(agent, await agent.get(secondTab.url));
    expect((await redeem(server.issuer, trusted, second, answerOf(end))).status).toBe(200);
  });

  it('a consent form sent twice gives one code and then a page that says to start again', async () => {
    const agent = createAgent(server.issuer);
    const request = authorizationRequest(server.issuer, web, { prompt: 'consent' });
    const consent = await agent.submit(await agent.get(request.url), { button: 'login-submit', fields: people.alice });
    const [once, again] = [
      await agent.submit(consent, { button: 'consent-allow' }),
      await agent.submit(consent, { button: 'consent-allow' }),
    ];
    expectErrorPage(again, 'the second');
    expect(textOf(again, 'error-description')).toMatch(/finished.*start again/);
    expectErrorPage(await agent.submit(consent, { button: 'consent-deny' }), 'a change of mind');
    expect((await redeem(server.issuer, web, request, answerOf(once))).status).toBe(200);
  });

  it('a consent form sent many times at the same moment gives exactly one code, and so does coming back many times', async () => {
    const agent = createAgent(server.issuer);
    const request = authorizationRequest(server.issuer, web, { prompt: 'consent' });
    const consent = await agent.submit(await agent.get(request.url), { button: 'login-submit', fields: people.alice });
    await expectOneCode(Array.from({ length: 8 }, () => () => agent.submit(consent, { button: 'consent-allow' })));

    const second = authorizationRequest(server.issuer, trusted, { prompt: 'login' });
    const login = await agent.get(second.url);
    const body = new URLSearchParams(login.forms[0]?.fields.map(({ name, value }) => [name, value]));
    for (const [name, value] of Object.entries(people.alice)) body.set(name, value);
    const headers = { cookie: agent.cookies.header(new URL(login.url)) ?? '' };
    const signedIn = await fetch(`${server.issuer}/login`, { method: 'POST', body, headers, redirect: 'manual' });
    agent.cookies.take(new URL(login.url), signedIn.headers);
    const back = signedIn.headers.get('location') ?? '';
    expect(back).toContain('/continue?request=');
    await expectOneCode(Array.from({ length: 32 }, () => () => agent.get(back)));
  });

  it('the pages of a finished request say to start again, and sign nobody in', async () => {
    const agent = createAgent(server.issuer);
    const request = authorizationRequest(server.issuer, trusted);
    const login = await agent.get(request.url);
    const end = await agent.submit(login, { button: 'login-submit', fields: people.alice });
    expect(answerOf(end).get('code')).not.toBeNull();
    const before = agent.cookies.get('symbolon-main')?.value;
    for (const step of ['login', 'consent', 'select-account', 'continue']) {
      const back = await agent.get(`/${step}?request=${requestIn(login.url)}`);
      expectErrorPage(back, step);
      expect(textOf(back, 'error-description'), step).toMatch(/finished.*start again/);
    }
    const again = await agent.submit(login, { button: 'login-submit', fields: people.bob });
    expect([400, 403]).toContain(again.status);
    expect(agent.cookies.get('symbolon-main')?.value).toBe(before);
    expect((await agent.get('/home')).text).toContain('alice');
  });

  it('a denied request cannot be allowed with the back button', async () => {
    const agent = createAgent(server.issuer);
    const consent = await agent.submit(await agent.get(authorizationRequest(server.issuer, web, { prompt: 'consent' }).url), {
      button: 'login-submit',
      fields: people.bob,
    });
    expect(answerOf(await agent.submit(consent, { button: 'consent-deny' })).get('error')).toBe('access_denied');
    expectErrorPage(await agent.submit(consent, { button: 'consent-allow' }), 'after the denial');
    const asked = await agent.get(authorizationRequest(server.issuer, web).url);
    expect(hasButton(asked, 'consent-allow'), 'nothing was remembered').toBe(true);
  });

  it('a sign-in form without a name or a password says which is missing and keeps what was typed', async () => {
    const agent = createAgent(server.issuer);
    const login = await agent.get(authorizationRequest(server.issuer, web, { prompt: 'consent' }).url);
    const empty = await agent.submit(login, { button: 'login-submit' });
    expect(empty.status).toBe(400);
    expect(textOf(empty, 'problem-usernameMissing')).toBeTruthy();
    expect(textOf(empty, 'problem-passwordMissing')).toBeTruthy();
    const half = await agent.submit(empty, { button: 'login-submit', fields: { username: 'alice' } });
    expect(textOf(half, 'problem-usernameMissing')).toBeUndefined();
    expect(half.forms[0]?.fields.find(({ name }) => name === 'username')?.value).toBe('alice');
    expect(hasButton(await agent.submit(half, { button: 'login-submit', fields: people.alice }), 'consent-allow')).toBe(true);
  });
});

describe('bad input: what a database would choke on', () => {
  async function expectNoFault(issuer: string): Promise<void> {
    const agent: Agent = createAgent(issuer);
    const login = await agent.get(authorizationRequest(issuer, web).url);
    const csrf = login.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    for (const text of ['\0', 'a\0b', "' or 1=1 --", '\u{10ffff}', '\ud83d\ude00'.repeat(500), '%00', '\uffff', 'x'.repeat(3000)]) {
      const changes = { state: text, nonce: text, login_hint: text, ui_locales: text, acr_values: text };
      const encoded = encodeURIComponent(text);
      const answers = [
        await agent.get(authorizationRequest(issuer, web, { client_id: text }).url),
        await agent.get(authorizationRequest(issuer, web, changes).url),
        await agent.get(`/continue?request=${encoded}`),
        await agent.get(`/login?request=${encoded}`),
        await agent.get(`/consent?request=${encoded}`),
        await agent.get(`/logout?client_id=${encoded}`),
        await agent.post('/login', { csrf, action: 'login', username: text, password: text }),
        await agent.post('/login', { csrf, action: 'login', request: text, ...people.alice }),
        await agent.post('/consent', { csrf, action: 'allow', request: text }),
      ];
      for (const { status, url } of answers) expect({ url, fault: status >= 500 }).toEqual({ url, fault: false });
      for (const parameters of [
        { grant_type: 'authorization_code', code: text, redirect_uri: text, code_verifier: text },
        { grant_type: 'refresh_token', refresh_token: text, scope: text },
        { grant_type: 'client_credentials', scope: text },
      ])
        for (const authorization of [basicOf(trusted.client_id, trusted.client_secret), basicOf(text, text)]) {
          const { status } = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization }, body: form(parameters) });
          expect({ parameters, status }).toEqual({
            parameters,
            status: expect.toSatisfy((given: number) => given === 400 || given === 401),
          });
        }
      const posted = await fetch(`${issuer}/token`, {
        method: 'POST',
        body: form({ client_id: text, client_secret: text, grant_type: 'x' }),
      });
      expect([400, 401]).toContain(posted.status);
    }
    expect((await signInFor(issuer, createAgent(issuer), trusted)).tokens.status, 'and it still works').toBe(200);
  }

  it('NUL, quotes, long and rare characters in any parameter are refused or taken as text, never a fault: SQLite', async () => {
    await expectNoFault(server.issuer);
  });

  const postgres = inject('postgres');

  it.skipIf(postgres === undefined)('and PostgreSQL', async () => {
    const database = await createDatabase(postgres ?? '');
    const yaml = (await exampleConfiguration()).replace(/^server:\n/m, `server:\n  masterKey: "${randomBytes(32).toString('hex')}"\n`);
    const own = await startSymbolon({ yaml, database: database.url });
    try {
      await expectNoFault(own.issuer);
    } finally {
      await own.close();
      await database.drop();
    }
  });
});
