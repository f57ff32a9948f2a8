/** Sessions and pages in a hostile browser: planted cookies, forged forms, frames, caches, and texts that want to be script. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  clients,
  form,
  hasButton,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import { parseForms } from '../support/html-forms.ts';
import { type Agent, type AgentResponse, createAgent } from '../support/http-agent.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorPage, textOf } from './pages.ts';
import { raw } from './raw.ts';

const { trusted, web } = clients;
const cookieName = 'symbolon-main';
const secure = { host: 'login.example.test', cookieName: '__Host-symbolon-secure' };

let server: TestServer;

beforeAll(async () => {
  const yaml = await exampleConfiguration();
  const secureTenant = `  - { id: secure, issuer: "https://${secure.host}", scopes: *scopes, users: *users, clients: *clients }\n`;
  server = await startSymbolon({ yaml: yaml + secureTenant });
});

afterAll(() => server.close());

function browser(): Agent {
  return createAgent(server.issuer);
}

async function signedIn(person: (typeof people)['alice' | 'bob'] = people.alice): Promise<Agent> {
  const agent = browser();
  await signInFor(server.issuer, agent, trusted, {}, person);
  return agent;
}

async function whoIs(agent: Agent): Promise<'alice' | 'bob' | 'nobody'> {
  const { text } = await agent.get('/home');
  if (text.includes('alice')) return 'alice';
  return text.includes('bob') ? 'bob' : 'nobody';
}

function cookieOf(agent: Agent): string {
  return agent.cookies.get(cookieName)?.value ?? '';
}

/** The same cookie in another hand. */
function thiefOf(cookie: string): Agent {
  const thief = browser();
  thief.cookies.put({ name: cookieName, value: cookie, host: '127.0.0.1' });
  return thief;
}

function requestIn(response: AgentResponse): string {
  return new URL(response.url).searchParams.get('request') ?? '';
}

function csrfIn(response: AgentResponse): string {
  return response.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
}

describe('security: sessions', () => {
  it('K1: a cookie planted before the sign-in is nobody after it, and so are the requests it opened', async () => {
    const attacker = browser();
    const ofAttacker = await attacker.get(authorizationRequest(server.issuer, web).url);
    const planted = cookieOf(attacker);
    const victim = thiefOf(planted);
    const login = await victim.get(authorizationRequest(server.issuer, web).url);
    expect(cookieOf(victim), 'the victim carries the planted cookie').toBe(planted);

    const consent = await victim.submit(login, { button: 'login-submit', fields: people.alice });
    expect(cookieOf(victim)).not.toBe(planted);
    expect(await whoIs(victim)).toBe('alice');
    expect(await whoIs(attacker)).toBe('nobody');
    for (const id of [requestIn(ofAttacker), requestIn(consent)])
      for (const step of ['continue', 'login', 'consent', 'select-account'])
        expectErrorPage(await attacker.get(`/${step}?request=${id}`), `${step} with the planted cookie`);
    const silent = await attacker.get(authorizationRequest(server.issuer, trusted, { prompt: 'none' }).url);
    expect(answerOf(silent).get('error')).toBe('login_required');
    expect(answerOf(await victim.submit(consent, { button: 'consent-allow' })).get('code')).not.toBeNull();
  });

  it('K1: every sign-in gives a new cookie, also one of the same person and one from the account page', async () => {
    const agent = await signedIn();
    const seen = new Set([cookieOf(agent)]);
    const again = await agent.get(authorizationRequest(server.issuer, trusted, { prompt: 'login' }).url);
    await agent.submit(again, { button: 'login-submit', fields: people.alice });
    seen.add(cookieOf(agent));
    await agent.submit(await agent.get('/login'), { button: 'login-submit', fields: people.alice });
    seen.add(cookieOf(agent));
    expect(seen.size).toBe(3);
    const [first, second] = [...seen];
    for (const old of [first, second]) expect(await whoIs(thiefOf(old ?? ''))).toBe('nobody');
    expect(await whoIs(agent)).toBe('alice');
  });

  it('K1: a refused sign-in gives no session and no new cookie', async () => {
    const agent = browser();
    const login = await agent.get(authorizationRequest(server.issuer, web).url);
    const before = cookieOf(agent);
    const refused = await agent.submit(login, { button: 'login-submit', fields: { ...people.alice, password: 'wrong' } });
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(cookieOf(agent)).toBe(before);
    expect(await whoIs(agent)).toBe('nobody');
  });

  it('K2: after signing out the old cookie is nobody, in this browser and in any other', async () => {
    const agent = await signedIn();
    const old = cookieOf(agent);
    await agent.submit(await agent.get('/logout'), { button: 'logout-yes' });
    expect(cookieOf(agent)).toBe('');
    expect(await whoIs(thiefOf(old))).toBe('nobody');
    expect(await whoIs(agent)).toBe('nobody');
  });

  it('K1: the cookie is HttpOnly, SameSite=Lax, for the whole host and for this browser session', async () => {
    const agent = browser();
    await agent.get(authorizationRequest(server.issuer, web).url);
    expect(agent.cookies.get(cookieName)?.attributes).toEqual({ path: '/', httponly: '', samesite: 'Lax' });
    expect(agent.cookies.all()).toHaveLength(1);
    const alice = await signedIn();
    expect(alice.cookies.get(cookieName)?.attributes).toEqual({ path: '/', httponly: '', samesite: 'Lax' });
    expect(alice.cookies.all()).toHaveLength(1);
  });

  it('K1: with an https issuer the cookie is __Host- and Secure, and every answer carries HSTS', async () => {
    const headers = { host: secure.host };
    const login = await raw(server.issuer, { path: '/login', headers });
    const [set = ''] = login.headers['set-cookie'] ?? [];
    expect(set).toMatch(new RegExp(`^${secure.cookieName}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure$`));
    const csrf = parseForms(login.text)[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
    const signIn = await raw(server.issuer, {
      method: 'POST',
      path: '/login',
      headers: {
        ...headers,
        cookie: set.split(';')[0] ?? '',
        origin: `https://${secure.host}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form({ csrf, action: 'login', ...people.alice }).toString(),
    });
    expect(signIn.status).toBe(303);
    const [next = ''] = signIn.headers['set-cookie'] ?? [];
    expect(next).toMatch(new RegExp(`^${secure.cookieName}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure$`));
    expect(next.split(';')[0]).not.toBe(set.split(';')[0]);
    const home = await raw(server.issuer, { path: '/home', headers: { ...headers, cookie: next.split(';')[0] ?? '' } });
    expect(home.text).toContain('alice');

    const discovery = await raw(server.issuer, { path: '/.well-known/openid-configuration', headers });
    expect(JSON.parse(discovery.text)).toMatchObject({ issuer: `https://${secure.host}`, token_endpoint: `https://${secure.host}/token` });
    const token = await raw(server.issuer, { method: 'POST', path: '/token', headers });
    const missing = await raw(server.issuer, { path: '/nothing-here', headers });
    for (const answer of [login, signIn, home, discovery, token, missing])
      expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d{8,}/);
    expect((await browser().get('/login')).headers.get('strict-transport-security')).toBeNull();
  });

  it('K1: the cookie of one tenant is nobody in another, even under its name', async () => {
    const cookie = cookieOf(await signedIn());
    const headers = { host: secure.host, cookie: `${secure.cookieName}=${cookie}` };
    expect((await raw(server.issuer, { path: '/home', headers })).text).not.toContain('alice');
    const elsewhere = browser();
    elsewhere.cookies.put({ name: 'symbolon-agate', value: cookie, host: '127.0.0.1' });
    expect((await elsewhere.get(`${server.issuer}/t/agate/home`)).text).not.toContain('alice');
  });
});

/** Every kind of answer that a person's or a client's doing leads to, by name. */
async function dynamicAnswers(): Promise<Record<string, Pick<AgentResponse, 'status' | 'headers' | 'text'>>> {
  const agent = browser();
  const request = authorizationRequest(server.issuer, web, { scope: 'openid offline_access', prompt: 'consent' });
  const start = await fetch(request.url, { redirect: 'manual' });
  const login = await agent.get(request.url);
  const wrong = await agent.submit(login, { button: 'login-submit', fields: { ...people.alice, password: 'wrong' } });
  const consent = await agent.submit(login, { button: 'login-submit', fields: people.alice });
  const answer = await agent.submit(consent, { button: 'consent-allow' });
  const tokens = await redeem(server.issuer, web, request, answerOf(answer));
  const refreshed = await tokenRequest(server.issuer, web, {
    grant_type: 'refresh_token',
    refresh_token: String(tokens.body.refresh_token),
  });
  const twice = await redeem(server.issuer, web, request, answerOf(answer));
  const posted = await signInAndConsent(
    agent,
    await agent.get(authorizationRequest(server.issuer, trusted, { response_mode: 'form_post' }).url),
  );
  const bob = authorizationRequest(server.issuer, trusted, { prompt: 'login' });
  await agent.submit(await agent.get(bob.url), { button: 'login-submit', fields: people.bob });
  const silent = await agent.get(authorizationRequest(server.issuer, trusted, { prompt: 'none' }).url);
  const choice = await agent.get(authorizationRequest(server.issuer, trusted).url);
  const home = await agent.get('/home');
  const info = await signInFor(server.issuer, await signedIn(), trusted);
  const json = <T extends { body: unknown }>(reply: T) => ({ ...reply, text: JSON.stringify(reply.body) });
  const question = await agent.get('/logout');
  return {
    start: { status: start.status, headers: start.headers, text: '' },
    login,
    wrong,
    consent,
    answer,
    tokens: json(tokens),
    refreshed: json(refreshed),
    'code used twice': json(twice),
    form_post: posted,
    'silent refusal': silent,
    'account choice': choice,
    home,
    userinfo: json(await userinfo(server.issuer, info.tokens.body.access_token)),
    'userinfo refused': json(await userinfo(server.issuer, 'wrong')),
    'logout question': question,
    'logged out': await agent.submit(question, { button: 'logout-yes' }),
    'error page': await agent.get('/authorize'),
    'forged form': await agent.post('/login', {}),
    'not found': await agent.get('/nothing-here'),
    'body too large': await agent.post('/login', { username: 'x'.repeat(70_000) }),
  };
}

const pages = [
  'login',
  'wrong',
  'consent',
  'form_post',
  'account choice',
  'home',
  'logout question',
  'logged out',
  'error page',
  'forged form',
] as const;

describe('security: caches and frames', () => {
  it('K4: every authenticated answer and every token answer says no-store', async () => {
    for (const [name, { headers }] of Object.entries(await dynamicAnswers())) expect(headers.get('cache-control'), name).toBe('no-store');
  });

  it('K4: nothing that may be cached sets a cookie', async () => {
    const agent = await signedIn();
    const login = await browser().get('/login');
    const assets = [...login.text.matchAll(/(?:href|src)="(\/[^"?]+\.(?:css|js|svg|ico|png))"/g)].map(([, path]) => path ?? '');
    expect(assets.length).toBeGreaterThan(1);
    for (const path of [...assets, '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks']) {
      const { status, headers } = await agent.get(path);
      expect(status, path).toBe(200);
      expect(headers.getSetCookie(), path).toEqual([]);
    }
    for (const path of assets) expect((await agent.get(path)).headers.get('cache-control'), path).toMatch(/public/);
  });

  it('K5: no page can be framed', async () => {
    const answers = await dynamicAnswers();
    for (const name of [...pages, 'not found', 'body too large']) {
      const { headers, text } = answers[name] ?? { headers: new Headers(), text: '' };
      expect(text, name).toContain('<!doctype html>');
      expect(headers.get('content-security-policy'), name).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options'), name).toBe('DENY');
    }
  });
});

const payloads = [
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  '</title></textarea><svg/onload=alert(1)>',
  'javascript:alert(1)//',
  '" autofocus onfocus="alert(1)',
  '</script><script src=//evil.example/x.js></script>',
] as const;

/** A page without anything inline, whose policy would stop it anyway. */
function expectNoScript({ text, headers }: Pick<AgentResponse, 'text' | 'headers'>, because: string): void {
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy, because).toContain("default-src 'none'");
  expect(policy, because).toContain("base-uri 'none'");
  expect(policy, because).not.toMatch(/unsafe-|data:|\*|nonce-|sha256-/);
  for (const [tag, inside] of text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script\s*>/gi)) {
    expect(inside, because).toBe('');
    expect(tag, because).toMatch(/^<script src="\/[^/"][^"]*" defer[^>]*><\/script>$/);
  }
  expect(text.match(/<script\b/gi)?.length ?? 0, because).toBe(text.match(/<\/script/gi)?.length ?? 0);
  for (const [tag] of text.matchAll(/<[a-z][^\s>]*(?:\s+[^\s=>]+(?:="[^"]*")?)*\s*\/?>/gi)) {
    expect(tag.replace(/="[^"]*"/g, '='), because).not.toMatch(/\s(?:on\w+|style|srcdoc)=/i);
    expect(tag, because).not.toMatch(/(?:href|src|action)="\s*(?:javascript|data|vbscript):/i);
  }
  expect(text, because).not.toMatch(/<style|<svg\/onload|<img src=x|<base|<iframe|<object|<embed|http-equiv/i);
}

describe('security: script in parameters', () => {
  it.each(payloads)('K6: %j in parameters of an authorization request is text on every page', async (payload) => {
    const agent = browser();
    const changes = {
      state: payload,
      nonce: payload,
      login_hint: payload,
      ui_locales: payload,
      acr_values: payload,
      error_description: payload,
      prompt: 'consent',
    };
    const login = await agent.get(authorizationRequest(server.issuer, web, changes).url);
    expect(login.forms[0]?.fields.find(({ name }) => name === 'username')?.value, 'the hint is shown, as text').toBe(payload);
    const wrong = await agent.submit(login, { button: 'login-submit', fields: { username: payload, password: payload } });
    expect(wrong.forms[0]?.fields.find(({ name }) => name === 'username')?.value).toBe(payload);
    const consent = await agent.submit(wrong, { button: 'login-submit', fields: people.alice });
    expect(hasButton(consent, 'consent-allow')).toBe(true);
    const answer = answerOf(await agent.submit(consent, { button: 'consent-allow' }));
    expect(answer.get('state')).toBe(payload);
    for (const page of [login, wrong, consent]) expectNoScript(page, page.url);

    const posted = await agent.get(
      authorizationRequest(server.issuer, trusted, { ...changes, prompt: 'none', response_mode: 'form_post' }).url,
    );
    expect(posted.forms[0]?.fields.find(({ name }) => name === 'state')?.value).toBe(payload);
    expectNoScript(posted, 'form_post');
    expect(posted.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:5000;");
  });

  it.each(payloads)('K6: %j in client_id, path, query and headers is not script', async (payload) => {
    const agent = await signedIn();
    const encoded = encodeURIComponent(payload);
    const headers = {
      'user-agent': payload,
      referer: payload,
      'accept-language': payload,
      'x-forwarded-host': payload,
      'x-forwarded-for': payload,
    };
    const answers = [
      await agent.get(authorizationRequest(server.issuer, web, { client_id: payload }).url, headers),
      await agent.get(authorizationRequest(server.issuer, web, { redirect_uri: payload }).url, headers),
      await agent.get(`/authorize?error=${encoded}&error_description=${encoded}`, headers),
      await agent.get(`/${encoded}`, headers),
      await agent.get(`/login?request=${encoded}`, headers),
      await agent.get(`/login?ui_locales=${encoded}`, headers),
      await agent.get(`/home?${encoded}=${encoded}`, headers),
      await agent.get(`/consent?request=${encoded}&ui_locales=${encoded}`, headers),
      await agent.get(`/logout?state=${encoded}&ui_locales=${encoded}&logout_hint=${encoded}`, headers),
      await agent.get(`/logout?id_token_hint=${encoded}`, headers),
      await agent.get(`/logout?client_id=${encoded}&post_logout_redirect_uri=${encoded}`, headers),
      await agent.post('/login', { csrf: payload, username: payload, request: payload, ui_locales: payload }),
      await agent.post('/logout', { state: payload, ui_locales: payload }),
    ];
    for (const answer of answers) {
      expect(answer.headers.get('content-type'), answer.url).toMatch(/^text\/html/);
      expect(answer.location, answer.url).toBeUndefined();
      expectNoScript(answer, answer.url);
    }
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 404, 400, 200, 200, 400, 200, 400, 400, 403, 200]);
  });

  it('K6: bytes that cannot be in a path, and hosts nobody has, are answered without markup of theirs', async () => {
    for (const path of [
      '/"><script>alert(1)</script>',
      '/%ff<script>',
      '/%',
      '/%3Cscript%3E/%zz',
      '//evil.example/%0d%0aset-cookie:x=y',
      '/\\evil',
    ]) {
      const answer = await raw(server.issuer, { path, headers: { host: new URL(server.issuer).host } });
      expect([400, 404], path).toContain(answer.status);
      expect(answer.headers.location, path).toBeUndefined();
      expect(answer.headers['set-cookie'], path).toBeUndefined();
      if (answer.headers['content-type']?.startsWith('text/html')) expect(answer.text, path).not.toMatch(/<script>|<script /);
      else expect(answer.headers['content-type'], path).toMatch(/^application\/json/);
      expect(answer.headers['x-content-type-options'], path).toBe('nosniff');
    }
    for (const host of ['evil.example', '<script>', '127.0.0.1', 'x"onload=y']) {
      const answer = await raw(server.issuer, { path: '/login', headers: { host } });
      expect(answer.status, host).toBe(404);
      expect(answer.headers['content-type'], host).toMatch(/^application\/json/);
      expect(answer.text, host).not.toContain(host === '127.0.0.1' ? '<' : host);
    }
  });

  it('K6: errors of the endpoints for clients are JSON of printable ASCII', async () => {
    for (const payload of payloads) {
      const grant = await tokenRequest(server.issuer, trusted, { grant_type: payload, scope: payload });
      const unknown = await tokenRequest(server.issuer, { ...trusted, client_id: payload }, { grant_type: 'authorization_code' });
      const info = await userinfo(server.issuer, payload);
      for (const { status, headers, body } of [grant, unknown, info]) {
        expect([400, 401]).toContain(status);
        expect(headers.get('content-type')).toMatch(/^application\/json/);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(String(body.error_description)).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
        expect(JSON.stringify(body)).not.toContain('alert');
      }
      expect(info.headers.get('www-authenticate')).not.toContain('alert');
    }
  });

  it('K6: no page has inline script or style, and none loads from elsewhere', async () => {
    const answers = await dynamicAnswers();
    for (const name of pages) {
      const answer = answers[name] ?? { text: '', headers: new Headers() };
      expectNoScript(answer, name);
      expect(answer.headers.get('referrer-policy'), name).toBe('no-referrer');
      for (const [, source = ''] of answer.text.matchAll(/<(?:script|img|link)[^>]+(?:src|href)="([^"]+)"/g))
        expect(source, name).toMatch(/^\/[^/]/);
    }
  });
});

/** Ways to send a form that is not ours: what is changed of an otherwise good submission. */
const forgeries: Record<
  string,
  (good: URLSearchParams, foreign: string) => { body: string; headers?: Record<string, string | null>; bare?: true }
> = {
  'without csrf': (good) => ({ body: changed(good, undefined) }),
  'with an empty csrf': (good) => ({ body: changed(good, '') }),
  "with another browser's csrf": (good, foreign) => ({ body: changed(good, foreign) }),
  'with a csrf one letter off': (good) => ({
    body: changed(good, `${good.get('csrf')?.slice(0, -1)}${good.get('csrf')?.endsWith('A') ? 'Q' : 'A'}`),
  }),
  'with a longer csrf': (good) => ({ body: changed(good, `${good.get('csrf')}A`) }),
  'from another site': (good) => ({ body: good.toString(), headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }),
  'from a sibling of our site': (good) => ({
    body: good.toString(),
    headers: { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
  }),
  'from another site, by an old browser': (good) => ({
    body: good.toString(),
    headers: { 'sec-fetch-site': null, origin: 'https://evil.example' },
  }),
  'as text/plain': (good) => ({ body: good.toString(), headers: { 'content-type': 'text/plain' } }),
  'as JSON': (good) => ({ body: JSON.stringify(Object.fromEntries(good)), headers: { 'content-type': 'application/json' } }),
  'as multipart': (good) => ({ body: good.toString(), headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
  'without our cookie': (good) => ({ body: good.toString(), bare: true }),
};

function changed(good: URLSearchParams, csrf: string | undefined): string {
  const other = new URLSearchParams(good);
  if (csrf === undefined) other.delete('csrf');
  else other.set('csrf', csrf);
  return other.toString();
}

/** Sends a forged copy of what the button of a page sends, and does not follow where it leads. */
async function forge(agent: Agent, page: AgentResponse, fields: Readonly<Record<string, string>>, how: keyof typeof forgeries) {
  const own = page.forms[0];
  const action = new URL(own?.action ?? '', page.url);
  const good = new URLSearchParams([
    ...(own?.fields ?? []).filter(({ type }) => type === 'hidden').map(({ name, value }) => [name, value]),
    ...Object.entries(fields),
  ]);
  const foreign = csrfIn(await browser().get('/login'));
  const { body, headers = {}, bare } = forgeries[how]?.(good, foreign) ?? { body: '' };
  const sent: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
    origin: page.url.slice(0, server.issuer.length),
  };
  if (bare !== true) sent.cookie = `${cookieName}=${cookieOf(agent)}`;
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) delete sent[name];
    else sent[name] = value;
  }
  return fetch(action, { method: 'POST', headers: sent, body, redirect: 'manual' });
}

describe('security: forged forms', () => {
  const ways = Object.keys(forgeries);

  it.each(ways)('K10: a sign-in %s is refused with 403 and signs nobody in', async (how) => {
    const agent = browser();
    const login = await agent.get(authorizationRequest(server.issuer, web).url);
    const forged = await forge(agent, login, { ...people.alice, action: 'login' }, how);
    expect(forged.status).toBe(403);
    expect(forged.headers.getSetCookie()).toEqual([]);
    expect(await whoIs(agent)).toBe('nobody');
    expect((await forge(agent, login, { action: 'cancel' }, how)).status).toBe(403);
    await agent.submit(login, { button: 'login-submit', fields: people.alice });
    expect(await whoIs(agent), 'the real form still works').toBe('alice');
  });

  it.each(ways)('K10: a consent %s is refused with 403 and allows nothing', async (how) => {
    const agent = await signedIn(people.bob);
    const request = authorizationRequest(server.issuer, web, { prompt: 'consent' });
    const consent = await agent.get(request.url);
    for (const action of ['allow', 'deny']) {
      const forged = await forge(agent, consent, { action }, how);
      expect(forged.status).toBe(403);
      expect(forged.headers.get('location')).toBeNull();
    }
    expect(hasButton(await agent.get(`/continue?request=${requestIn(consent)}`), 'consent-allow'), 'still asked').toBe(true);
    expect(answerOf(await agent.submit(consent, { button: 'consent-allow' })).get('code')).not.toBeNull();
  });

  it.each(ways)('K10: a choice of account %s is refused with 403 and chooses nobody', async (how) => {
    const agent = await signedIn();
    const login = await agent.get(authorizationRequest(server.issuer, trusted, { prompt: 'login' }).url);
    await agent.submit(login, { button: 'login-submit', fields: people.bob });
    const choice = await agent.get(authorizationRequest(server.issuer, trusted, { prompt: 'select_account' }).url);
    const account = choice.forms[0]?.buttons.find(({ name }) => name === 'account')?.value ?? '';
    expect(account).not.toBe('');
    const forged = await forge(agent, choice, { account }, how);
    expect(forged.status).toBe(403);
    const still = await agent.get(`/continue?request=${requestIn(choice)}`);
    expect(new URL(still.url).pathname).toBe('/select-account');
    expect(answerOf(await agent.submit(still, { button: 'account-1' })).get('code')).not.toBeNull();
  });

  // The end-session endpoint takes POSTs of clients (OpenID Connect RP-Initiated Logout section 2), so a form that is not ours is a client's:
  // it is answered with the question, or refused, and ends nothing.
  it.each(ways)('K10: a sign-out %s ends nothing', async (how) => {
    const agent = await signedIn();
    const question = await agent.get('/logout');
    const forged = await forge(agent, question, { action: 'yes' }, how);
    expect([200, 400, 403]).toContain(forged.status);
    expect(forged.headers.getSetCookie()).toEqual([]);
    expect(await whoIs(agent)).toBe('alice');
    await agent.submit(question, { button: 'logout-yes' });
    expect(await whoIs(agent)).toBe('nobody');
  });

  it('K10: GET never does what a form does, whatever it says about its method', async () => {
    const agent = browser();
    const login = await agent.get(authorizationRequest(server.issuer, web).url);
    const query = form({ request: requestIn(login), csrf: csrfIn(login), action: 'login', ...people.alice, _method: 'POST' });
    const got = await agent.get(`/login?${query}`, { 'x-http-method-override': 'POST', 'x-method-override': 'POST' });
    expect(got.headers.getSetCookie()).toEqual([]);
    expect(hasButton(got, 'login-submit')).toBe(true);
    expect(await whoIs(agent)).toBe('nobody');

    const alice = await signedIn();
    const question = await alice.get('/logout');
    await alice.get(`/logout?${form({ csrf: csrfIn(question), action: 'yes' })}`, { 'x-http-method-override': 'POST' });
    expect(await whoIs(alice)).toBe('alice');
  });

  it('K17: a sign-out asked for by a link of another site asks the person first', async () => {
    const agent = await signedIn();
    const asked = await agent.get('/logout', { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' });
    expect(hasButton(asked, 'logout-yes')).toBe(true);
    expect(await whoIs(agent)).toBe('alice');
  });
});

describe('security: redirects after forms', () => {
  it('K13: a POST is answered with 303, so that no browser posts a password or an answer on', async () => {
    const agent = browser();
    const posted = await agent.post(
      '/authorize',
      new URL(authorizationRequest(server.issuer, web, { prompt: 'consent' }).url).searchParams,
    );
    const first = await agent.submit(posted, { button: 'login-submit', fields: people.alice });
    const consented = await agent.submit(first, { button: 'consent-allow' });
    const live = await agent.post('/authorize', new URL(authorizationRequest(server.issuer, trusted).url).searchParams);
    const denied = await agent.submit(await agent.get(authorizationRequest(server.issuer, web, { prompt: 'consent' }).url), {
      button: 'consent-deny',
    });
    const cancelled = await agent.submit(await agent.get(authorizationRequest(server.issuer, web, { prompt: 'login' }).url), {
      button: 'login-cancel',
    });
    await agent.submit(await agent.get(authorizationRequest(server.issuer, web, { prompt: 'login' }).url), {
      button: 'login-submit',
      fields: people.bob,
    });
    const chosen = await agent.submit(await agent.get(authorizationRequest(server.issuer, trusted).url), { button: 'account-1' });
    const left = await agent.submit(
      await agent.get(`/logout?client_id=web&post_logout_redirect_uri=${encodeURIComponent('http://127.0.0.1:5000/bye')}`),
      { button: 'logout-yes' },
    );
    const answers = { posted, first, consented, live, denied, cancelled, chosen, left };
    for (const [name, { trail }] of Object.entries(answers)) {
      expect(trail[0]?.status, name).toBe(303);
      for (const { status, url } of trail) expect([200, 302, 303], `${name} ${url}`).toContain(status);
    }
    for (const [name, answer] of Object.entries({ consented, live, denied, cancelled, chosen, left })) {
      expect(answer.location, name).toMatch(/^http:\/\/127\.0\.0\.1:5000\//);
      expect(answer.location, name).not.toMatch(/password|csrf|battery/);
    }
    expect(textOf(left, 'error-code')).toBeUndefined();
  });
});
