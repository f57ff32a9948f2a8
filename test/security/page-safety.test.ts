/** Pages in a hostile browser: caches, frames (RFC 9700 section 4.16), and texts that want to be script. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  clients,
  hasButton,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import type { AgentResponse } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { browsersOf } from './browsers.ts';
import { raw } from './raw.ts';

const { trusted, web } = clients;
let server: TestServer;

beforeAll(async () => {
  server = await startSymbolon();
});

afterAll(() => server.close());

const { browser, signedIn } = browsersOf(() => server);

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
/** The page of an application that was signed in to, loaded after a sign-out: it alone may be framed. */
const registeredFrame = /<iframe src="http:\/\/127\.0\.0\.1:5000\/frontchannel\?iss=[^"<>]*"[^<>]* sandbox="[^"<>]*"[^<>]*><\/iframe>/g;

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
      expectNoScript({ ...answer, text: answer.text.replace(registeredFrame, '') }, name);
      expect(answer.headers.get('referrer-policy'), name).toBe('no-referrer');
      for (const [, source = ''] of answer.text.matchAll(/<(?:script|img|link)[^>]+(?:src|href)="([^"]+)"/g))
        expect(source, name).toMatch(/^\/[^/]/);
    }
  });
});
