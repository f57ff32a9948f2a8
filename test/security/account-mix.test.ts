/** Several accounts, tabs and changes in one browser: what a page said is what happens. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, claimsIn, clients, form, hasButton, people, redeem, signInFor } from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const { web, trusted } = clients;

describe('security: accounts, tabs and changes in one browser', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startSymbolon();
  });
  afterAll(() => server.close());

  const tenant = () => {
    const [running] = server.tenants;
    if (running === undefined) throw new Error('no tenant');
    return running;
  };
  const person = async (username: string) => {
    const found = await tenant().store.users.findForPassword(username);
    if (found === undefined) throw new Error(`no ${username}`);
    return found;
  };
  async function bothSignedIn(): Promise<Agent> {
    const agent = createAgent(server.issuer);
    await signInFor(server.issuer, agent, trusted);
    await agent.submit(await agent.get('/login'), { button: 'login-submit', fields: people.bob });
    return agent;
  }

  it('H1: "allow" counts only for the account that the page named', async () => {
    const agent = await bothSignedIn();
    const choose = await agent.get(authorizationRequest(server.issuer, web, { prompt: 'select_account consent' }).url);
    const page = await agent.submit(choose, { button: 'account-0' });
    const fields = Object.fromEntries(
      [...page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    );
    const end = await agent.post('/consent', { ...fields, sid: 'the-session-of-somebody-else', action: 'allow' });
    expect(end.location).toBeUndefined();
    expect(hasButton(end, 'consent-allow')).toBe(true);
  });

  it('H1: a choice made on an old selector page does not change whom the request is for', async () => {
    const agent = await bothSignedIn();
    const request = authorizationRequest(server.issuer, web, { prompt: 'select_account consent' });
    const choose = await agent.get(request.url);
    const first = await agent.submit(choose, { button: 'account-0' });
    const named = /Signed in as <bdi>(\w+)</.exec(first.text)?.[1] ?? '';
    await agent.submit(choose, { button: 'account-1' });
    const again = await agent.get(first.url);
    const end = await agent.submit(again, { button: 'consent-allow' });
    const { body } = await redeem(server.issuer, web, request, answerOf(end));
    expect(claimsIn(body.id_token).sub).toBe((await person(named)).user.sub);
  });

  it('"Not you?" and "another account" ask for a name instead of a password for the old one', async () => {
    const agent = await bothSignedIn();
    const choose = await agent.get(authorizationRequest(server.issuer, web, { prompt: 'select_account consent' }).url);
    const consent = await agent.submit(choose, { button: 'account-0' });
    for (const login of [
      await agent.submit(consent, { button: 'consent-switch' }),
      await agent.submit(choose, { button: 'account-other' }),
    ]) {
      expect(hasButton(login, 'login-submit')).toBe(true);
      expect(login.text).not.toMatch(/value="(bob|alice)"/);
    }
  });

  it('A14: no code goes to a redirect URI that the client lost while the person was signing in', async () => {
    const agent = createAgent(server.issuer);
    const page = await agent.get(authorizationRequest(server.issuer, trusted).url);
    const client = await tenant().store.clients.find('trusted');
    if (client === undefined) throw new Error('no client');
    await tenant().store.clients.replace({ ...client, redirect_uris: ['https://new.example/cb'] }, tenant().op.now());
    const end = await agent.submit(page, { button: 'login-submit', fields: people.alice });
    await tenant().store.clients.replace(client, tenant().op.now());
    expect(end.location).toBeUndefined();
    expect(end.text).toContain('id="error-code"');
  });

  it('K3: a sign-in with the old password that is on its way when the password changes leaves nobody signed in', async () => {
    const agent = createAgent(server.issuer);
    const page = await agent.get('/login');
    const { user, passwordHash = '' } = await person('bob');
    const going = agent.submit(page, { button: 'login-submit', fields: people.bob });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await tenant().store.users.setPassword(user.sub, (await person('alice')).passwordHash ?? '', tenant().op.now());
    await going;
    const home = await agent.get('/home');
    await tenant().store.users.setPassword(user.sub, passwordHash, tenant().op.now());
    expect(home.text).toContain('home-sign-in');
  });

  it('F1: an id_token_hint that a client could have made itself signs nobody out and picks nobody at another client', async () => {
    const agent = createAgent(server.issuer);
    const { tokens } = await signInFor(server.issuer, agent, trusted);
    const sub = claimsIn(tokens.body.id_token).sub;
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode({ alg: 'HS256' })}.${encode({ iss: server.issuer, sub, aud: 'hs256', exp: 1 })}`;
    const forged = `${input}.${createHmac('sha256', clients.hs256.client_secret).update(input).digest('base64url')}`;
    const asked = await agent.get(`/logout?${form({ id_token_hint: forged })}`, { 'sec-fetch-site': 'cross-site' });
    expect(hasButton(asked, 'logout-yes')).toBe(true);
    expect((await agent.get('/home')).text).toContain('home-account');
    const silent = await agent.get(authorizationRequest(server.issuer, trusted, { prompt: 'none', id_token_hint: forged }).url);
    expect(answerOf(silent).get('error')).toBe('login_required');
  });

  it('K17: a POST to logout from another site is asked to come back with the cookie, and ends what it may', async () => {
    const agent = createAgent(server.issuer);
    const { tokens } = await signInFor(server.issuer, agent, trusted);
    const posted = await fetch(`${server.issuer}/logout`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1:5000' },
      body: form({ id_token_hint: String(tokens.body.id_token), action: 'yes', csrf: 'x' }),
    });
    expect(posted.status).toBe(303);
    const location = posted.headers.get('location') ?? '';
    expect(new URL(location, server.issuer).searchParams.has('action')).toBe(false);
    await agent.get(location);
    expect((await agent.get('/home')).text).toContain('home-sign-in');
  });

  it('a second tab whose page went out of date is led on to its own request', async () => {
    const agent = createAgent(server.issuer);
    const [one, two] = [authorizationRequest(server.issuer, trusted), authorizationRequest(server.issuer, trusted, { prompt: 'login' })];
    const [first, second] = [await agent.get(one.url), await agent.get(two.url)];
    await agent.submit(first, { button: 'login-submit', fields: people.alice });
    const stale = await agent.submit(second, { button: 'login-submit', fields: people.bob });
    expect(stale.status).toBe(403);
    const next = /id="message-continue"[^>]*href="([^"]+)"/.exec(stale.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const login = await agent.get(next);
    const end = await agent.submit(login, { button: 'login-submit', fields: people.bob });
    expect(answerOf(end).get('state')).toBe(two.state);
  });
});

describe('security: work that a stranger can ask for', () => {
  it('J17: languages by the ten thousand cost nothing', async () => {
    const server = await startSymbolon();
    try {
      const begun = performance.now();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      await fetch(`${server.issuer}/login`, { method: 'POST', headers, body: `ui_locales=aa${'-aa'.repeat(21_000)}` });
      // A quadratic look-up took over a second on any machine; a refusal takes milliseconds.
      expect(performance.now() - begun).toBeLessThan(700);
    } finally {
      await server.close();
    }
  });
});
