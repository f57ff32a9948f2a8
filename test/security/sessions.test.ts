/** Session cookies (RFC 9700 section 4.7, OWASP session fixation): planted, stolen, stale, and how they are set. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, clients, form, people } from '../support/client.ts';
import { parseForms } from '../support/html-forms.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { browsersOf, cookieName, cookieOf, requestIn, whoIs } from './browsers.ts';
import { expectErrorPage } from './pages.ts';
import { raw } from './raw.ts';

const { trusted, web } = clients;
const secure = { host: 'login.example.test', cookieName: '__Host-symbolon-secure' };

let server: TestServer;

beforeAll(async () => {
  const yaml = await exampleConfiguration();
  const secureTenant = `  - { id: secure, issuer: "https://${secure.host}", scopes: *scopes, users: *users, clients: *clients }\n`;
  server = await startSymbolon({ yaml: yaml + secureTenant });
});

afterAll(() => server.close());

const { browser, signedIn, thiefOf } = browsersOf(() => server);

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
    // The other one is for the script of the session page, and opens nothing.
    const [secret, state, ...others] = alice.cookies.all().toSorted((a, b) => a.name.length - b.name.length);
    expect([secret?.name, state?.name, others]).toEqual([cookieName, `${cookieName}-state`, []]);
    expect(await whoIs(thiefOf(state?.value ?? ''))).toBe('nobody');
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
