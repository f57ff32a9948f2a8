/** The kit's handlers in front of browsers that are not the one that began, and of people who make links, forms, cookies and tokens. */
import { cookieSessions, finish, handlers, returnTo, type SignedIn, start } from '@symbolon/relying-party';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationOf, settingsOf } from '../support/kit.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const origin = 'https://app.example';
const secrets = ['0123456789abcdef0123456789abcdef'];
let a: ScriptedProvider;
let b: ScriptedProvider;

beforeAll(async () => {
  a = await startScriptedProvider({ sub: 'ann' });
  b = await startScriptedProvider({ sub: 'ann' });
});
beforeEach(() => {
  a.script = {};
  b.script = {};
  a.requests.length = 0;
});
afterAll(async () => {
  await a.close();
  await b.close();
});

function application() {
  const clock = { ahead: 0 };
  const now = () => Math.floor(Date.now() / 1000) + clock.ahead;
  const rp = applicationOf({ a: settingsOf(a), b: settingsOf(b) }, { redirectUri: `${origin}/auth/oidc/callback`, now });
  const sessions = cookieSessions({ secrets, origin, now });
  const { handle } = handlers({ rp, secrets, sessions, landing: '/home' });
  return { rp, sessions, handle, clock };
}

type Application = ReturnType<typeof application>;

/** Cookies by name; obeys Max-Age=0, and holds cookies to what `__Host-` demands. */
function browser({ handle }: Application, jar = new Map<string, string>()) {
  const send = async (path: string, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await handle(new Request(new URL(path, origin), { ...init, headers: { cookie, ...init.headers } }));
    if (response === undefined) throw new Error(`nobody answers ${path}`);
    for (const set of response.headers.getSetCookie()) {
      expect(set).toMatch(/^__Host-[^=]+=[^;]*; Path=\/; HttpOnly; SameSite=(Lax|None); Max-Age=\d+; Secure$/);
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=', 2);
      if (set.includes('Max-Age=0;')) jar.delete(name);
      else jar.set(name, value);
    }
    return { status: response.status, location: response.headers.get('location') ?? '', text: await response.text() };
  };
  return { jar, send };
}

const hasSession = (jar: ReadonlyMap<string, string>) => jar.has('__Host-rp-session');

describe('answers in the wrong browser', () => {
  it('D3, K11: an answer that another browser asked for is refused there, before anything is sent', async () => {
    const app = application();
    const [attacker, victim] = [browser(app), browser(app)];
    const answer = await a.visit((await attacker.send('/auth/login/a')).location);
    await victim.send('/auth/login/a');
    const refused = await victim.send(answer);
    expect([refused.status, hasSession(victim.jar), a.asked('/token')]).toEqual([400, false, 0]);
  });

  it('D3: an answer serves once in its own browser', async () => {
    const app = application();
    const person = browser(app);
    const answer = await a.visit((await person.send('/auth/login/a')).location);
    expect(await person.send(answer)).toMatchObject({ status: 303, location: '/home' });
    expect((await person.send(answer)).status).toBe(400);
    expect(a.asked('/token')).toBe(1);
  });

  it('D3: the answers of two providers in two tabs do not finish each other', async () => {
    const app = application();
    const person = browser(app);
    const atA = new URL(await a.visit((await person.send('/auth/login/a')).location));
    const atB = new URL(await b.visit((await person.send('/auth/login/b')).location));
    const crossed = new URL(atA);
    crossed.searchParams.set('code', atB.searchParams.get('code') ?? '');
    crossed.searchParams.set('iss', atB.searchParams.get('iss') ?? '');
    expect((await person.send(crossed.href)).status).toBe(502);
    expect(hasSession(person.jar)).toBe(false);
    // The other tab is not disturbed.
    expect((await person.send(atB.href)).status).toBe(303);
  });

  it('D3: a browser keeps five sign-ins that are under way, and lets go of the oldest', async () => {
    const app = application();
    const person = browser(app);
    const answers: string[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      app.clock.ahead += 1;
      answers.push(await a.visit((await person.send('/auth/login/a')).location));
    }
    expect(person.jar.size).toBe(5);
    expect((await person.send(answers[1] ?? '')).status).toBe(400);
    expect((await person.send(answers[6] ?? '')).status).toBe(303);
  });

  it('D3: links that begin sign-ins do not fill a browser with more than a server takes', async () => {
    const app = application();
    const person = browser(app);
    await person.send(await a.visit((await person.send('/auth/login/a')).location));
    for (const length of [699, 2400]) {
      for (let turn = 0; turn < 9; turn += 1) await person.send(`/auth/login/a?returnTo=/${'x'.repeat(length)}`);
      expect([...person.jar].map(([name, value]) => `${name}=${value}; `).join('').length).toBeLessThan(14_000);
    }
  });

  it('K14, K4: no answer of the callback can be kept, or tells where it was', async () => {
    const app = application();
    const answers = [`${origin}/auth/oidc/callback?code=x&state=y`, `${origin}/auth/login/a`, `${origin}/auth/login/nobody`];
    for (const url of answers) {
      const response = await app.handle(new Request(url));
      expect([response?.headers.get('cache-control'), response?.headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
    }
  });

  it('D3: cookies that were changed, made elsewhere or for something else are nothing', async () => {
    const app = application();
    const person = browser(app);
    const answer = await a.visit((await person.send('/auth/login/a')).location);
    const [name = '', value = ''] = [...person.jar][0] ?? [];
    const at = value.length - 10;
    const tampered = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
    const foreign = JSON.stringify({ provider: 'a' });
    for (const planted of [tampered, foreign, '']) {
      const other = browser(app, new Map([[name, planted]]));
      expect((await other.send(answer)).status).toBe(400);
    }
    // What was sealed as a sign-in is no session.
    const asSession = new Request(origin, { headers: { cookie: `__Host-rp-session=${value}` } });
    expect(await app.sessions.find(asSession)).toBeUndefined();
  });
});

describe('where it leads', () => {
  const evil = [
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https:evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/..//evil.example',
    '/.//evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '///evil.example',
    'evil.example',
    '/\u00a0/evil.example',
    `/${'x'.repeat(3000)}`,
    '',
  ];
  it.each(evil)('A13: returnTo %j leads to the landing page', (wanted) => {
    expect(returnTo(wanted, origin, '/home')).toBe('/home');
  });

  it('A13: a path of ours is kept, and what is encoded twice stays a path', () => {
    for (const wanted of ['/', '/orders?id=1#top', '/%2f%2fevil.example', '/%252f%252fevil.example', '/a//b'])
      expect(returnTo(wanted, origin, '/home')).toBe(wanted);
  });

  it('A13: the target travels sealed: what is added to the answer does not change it', async () => {
    const app = application();
    const person = browser(app);
    const answer = await a.visit((await person.send('/auth/login/a?returnTo=/orders')).location);
    expect((await person.send(`${answer}&returnTo=//evil.example`)).location).toBe('/orders');
    const other = await a.visit((await person.send('/auth/login/a?returnTo=//evil.example')).location);
    expect((await person.send(other)).location).toBe('/home');
  });
});

describe('signing out', () => {
  async function signedIn(app: Application) {
    const person = browser(app);
    await person.send(await a.visit((await person.send('/auth/login/a')).location));
    expect(hasSession(person.jar)).toBe(true);
    return person;
  }

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'https://other.app.example' }],
    ['nowhere', {}],
    ['a site that an old browser names', { origin: 'https://evil.example' }],
  ])('K10, K17: a form of %s does not sign out', async (_, headers) => {
    const person = await signedIn(application());
    const { 'sec-fetch-site': site, ...rest } = headers as Record<string, string>;
    const refused = await person.send('/auth/logout', { method: 'POST', headers: site ? { ...rest, 'sec-fetch-site': site } : rest });
    expect([refused.status, hasSession(person.jar)]).toEqual([403, true]);
    expect((await person.send('/auth/logout')).status).toBe(405);
  });

  it('a form of ours signs out here and leads to the provider, and here only when the provider is down', async () => {
    const app = application();
    const ours = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
    const person = await signedIn(app);
    const { location } = await person.send('/auth/logout', ours);
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      post_logout_redirect_uri: `${origin}/home`,
      id_token_hint: expect.stringMatching(/^eyJ/),
    });
    expect(hasSession(person.jar)).toBe(false);
    const other = await signedIn(app);
    app.clock.ahead += 2 * 24 * 3600;
    const again = application();
    a.script = { discovery: () => 500 };
    expect((await browser(again, other.jar).send('/auth/logout', ours)).location).toBe('/home');
  });

  it('K1, K2: each sign-in has a session of its own, and a cookie that was copied ends with it', async () => {
    const app = application();
    const person = await signedIn(app);
    const copy = browser(app, new Map(person.jar));
    const find = () =>
      app.sessions.find(new Request(origin, { headers: { cookie: `__Host-rp-session=${copy.jar.get('__Host-rp-session')}` } }));
    const before = await find();
    await person.send(await a.visit((await person.send('/auth/login/a')).location));
    expect(person.jar.get('__Host-rp-session')).not.toBe(copy.jar.get('__Host-rp-session'));
    await copy.send('/auth/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
    copy.jar.set('__Host-rp-session', person.jar.get('__Host-rp-session') ?? '');
    const after = await find();
    expect([before?.id, after?.id].every((id) => typeof id === 'string') && before?.id !== after?.id).toBe(true);
    const kept = browser(app, new Map(person.jar));
    await person.send('/auth/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
    copy.jar.set('__Host-rp-session', kept.jar.get('__Host-rp-session') ?? '');
    expect(await find()).toBeUndefined();
  });

  it('ends the sessions that the provider ends, of that sid or sub and of no other', async () => {
    const app = application();
    const claims = (sid: string) => ({ claims: (honest: object) => ({ ...honest, sid }) });
    a.script = claims('one');
    const first = await signedIn(app);
    a.script = claims('two');
    const second = await signedIn(app);
    const alive = async ({ jar }: typeof first) =>
      (await app.sessions.find(new Request(origin, { headers: { cookie: `__Host-rp-session=${jar.get('__Host-rp-session')}` } }))) !==
      undefined;
    const send = async (provider: string, token: string) =>
      (await browser(app).send(`/auth/back-channel/${provider}`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) }))
        .status;
    expect(await send('a', await a.sign(logoutToken({ sid: 'one' }), { typ: 'logout+jwt' }))).toBe(200);
    expect([await alive(first), await alive(second)]).toEqual([false, true]);
    // Another provider's people are not touched, though their sub is the same.
    expect(await send('b', await b.sign({ ...logoutToken({ sub: 'ann' }), iss: b.issuer }))).toBe(200);
    expect(await alive(second)).toBe(true);
    const bySub = await a.sign(logoutToken({ sub: 'ann' }));
    expect(await send('a', bySub)).toBe(200);
    expect(await alive(second)).toBe(false);
  });

  it('K16: a logout token serves once', async () => {
    const person = browser(application());
    const send = async (body: URLSearchParams) => (await person.send('/auth/back-channel/a', { method: 'POST', body })).status;
    const body = new URLSearchParams({ logout_token: await a.sign(logoutToken({ sub: 'ann' })) });
    expect([await send(body), await send(body)]).toEqual([200, 400]);
  });

  it.each([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'other' }],
    ['without audience', { aud: undefined }],
    ['that has ended', { exp: 1 }],
    ['that never ends', { exp: undefined }],
    ['without iat', { iat: undefined }],
    ['from tomorrow', { iat: Math.floor(Date.now() / 1000) + 86_400, exp: Math.floor(Date.now() / 1000) + 90_000 }],
    ['of an hour ago', { iat: Math.floor(Date.now() / 1000) - 3600 }],
    ['without jti', { jti: undefined }],
    ['with a nonce', { nonce: 'x' }],
    ['without events', { events: undefined }],
    ['about another event', { events: { 'http://schemas.openid.net/event/other': {} } }],
    ['whose event is no object', { events: { 'http://schemas.openid.net/event/backchannel-logout': 'x' } }],
    ['that names nobody', { sub: undefined }],
  ])('K16: a logout token %s ends nothing', async (_, changes) => {
    const person = browser(application());
    const logout_token = await a.sign({ ...logoutToken({ sub: 'ann' }), ...changes });
    expect((await person.send('/auth/back-channel/a', { method: 'POST', body: new URLSearchParams({ logout_token }) })).status).toBe(400);
  });

  it('F1, F4: a logout token without signature, of another key, algorithm or type ends nothing; an ID token neither', async () => {
    const app = application();
    const claims = logoutToken({ sub: 'ann' });
    const key = await newKey();
    const ec = await newKey('ES256');
    const kid = ec.publicJwk.kid ?? '';
    a.script = { jwks: ({ keys }) => ({ keys: [...keys, ec.publicJwk] }) };
    const { rp } = app;
    const { url, login } = await start(rp, 'a');
    const { tokens }: SignedIn = await finish(rp, login, { url: await a.visit(url) });
    const [head, body] = (await a.sign(claims)).split('.');
    const forged = [
      // With a key that the provider has, and an algorithm that was not agreed.
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(ec.privateKey),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`,
      `${head}.${body}.`,
      await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: a.key.publicJwk.kid ?? '' }).sign(key.privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('a secret of /+= the partner')),
      await a.sign(claims, { typ: 'at+jwt' }),
      await b.sign(claims, { kid: a.key.publicJwk.kid ?? '' }),
      tokens.id_token,
      'x'.repeat(20_000),
      '',
    ];
    for (const logout_token of forged) {
      const answer = await browser(app).send('/auth/back-channel/a', { method: 'POST', body: new URLSearchParams({ logout_token }) });
      expect(answer.status).toBe(400);
    }
  });

  function logoutToken(about: Record<string, string>) {
    const seconds = Math.floor(Date.now() / 1000);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    return { iss: a.issuer, aud: 'kit', iat: seconds, exp: seconds + 120, jti: crypto.randomUUID(), events, ...about };
  }
});
