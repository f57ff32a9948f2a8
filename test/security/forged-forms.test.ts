/** Forms in a hostile browser: forged by other sites (RFC 9700 section 4.7), and redirected with what was in them (section 4.12). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, clients, form, hasButton, people } from '../support/client.ts';
import type { Agent, AgentResponse } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { browsersOf, cookieName, cookieOf, csrfIn, requestIn, whoIs } from './browsers.ts';
import { textOf } from './pages.ts';

const { trusted, web } = clients;
let server: TestServer;

beforeAll(async () => {
  server = await startSymbolon();
});

afterAll(() => server.close());

const { browser, signedIn } = browsersOf(() => server);

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
  // it is answered with the question, asked to come back with the cookie, or refused, and ends nothing.
  it.each(ways)('K10: a sign-out %s ends nothing', async (how) => {
    const agent = await signedIn();
    const question = await agent.get('/logout');
    const forged = await forge(agent, question, { action: 'yes' }, how);
    expect([200, 303, 400, 403]).toContain(forged.status);
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
    for (const [name, answer] of Object.entries({ consented, live, denied, cancelled, chosen })) {
      expect(answer.location, name).toMatch(/^http:\/\/127\.0\.0\.1:5000\//);
      expect(answer.location, name).not.toMatch(/password|csrf|battery/);
    }
    // One of the applications has a page to be loaded on the way.
    expect(left.text).toMatch(/id="signed-out-continue"[^>]*href="http:\/\/127\.0\.0\.1:5000\/bye"/);
    expect(textOf(left, 'error-code')).toBeUndefined();
  });
});
