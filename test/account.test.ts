/** The page on which a person sees where she is signed in and who has access, and ends it; and the command line that does the same for her. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { browserHint, launchBrowser, screenshot, views } from './support/browser.ts';
import {
  answerOf,
  authorizationRequest,
  claimsIn,
  clients,
  hasButton,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from './support/client.ts';
import { type Agent, type AgentResponse, createAgent } from './support/http-agent.ts';
import { runProgram } from './support/process.ts';
import { clientAt, clientEntry, type RelyingParty, startRelyingParty } from './support/relying-party.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from './support/symbolon.ts';

const { trusted, web } = clients;
const offline = { scope: 'openid profile offline_access' };
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1';

const browser: Browser | undefined = await launchBrowser();
let server: TestServer;
let party: RelyingParty;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'symbolon-account-'));
  party = await startRelyingParty();
  const [list, yaml] = ['    clients: &clients\n', await exampleConfiguration()];
  server = await startSymbolon({
    yaml: yaml.replace(list, list + clientEntry('told', party.origin)),
    database: `sqlite:${join(folder, 'symbolon.db')}`,
  });
});

beforeEach(async () => {
  // Nobody signed in from an earlier test.
  const { store } = main();
  for (const name of ['alice', 'bob']) {
    const found = await store.users.findForPassword(name);
    await store.sessions.endAll(found?.user.sub ?? '', Math.floor(Date.now() / 1000));
  }
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([server.close(), party.close()]);
  await rm(folder, { recursive: true, force: true });
});

function main() {
  const tenant = server.tenants.find(({ id }) => id === 'main');
  if (tenant === undefined) throw new Error('no tenant main');
  return tenant;
}

const newAgent = () => createAgent(server.issuer);
const told = () => clientAt('told', party.origin);
/** Whether the application was told that the session of this ID token ended. */
const heardOf = (id_token: string | number | undefined) => party.tokens().some((token) => claimsIn(token).sid === claimsIn(id_token).sid);
const isIn = async (agent: Agent) => (await agent.get('/home')).text.includes('alice');

async function signedIn(userAgent = firefox, person: { username: string; password: string } = people.alice): Promise<Agent> {
  const agent = newAgent();
  await agent.submit(await agent.get('/login'), { button: 'login-submit', fields: person, headers: { 'user-agent': userAgent } });
  return agent;
}

/** The entries of the page: what stands in each. */
const entries = (page: AgentResponse, kind: 'session' | 'access') =>
  Array.from(page.text.matchAll(new RegExp(`<li id="${kind}-\\d+">(.*?)</button></li>`, 'gs')), ([, inside = '']) =>
    inside
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );

describe('conformance: the account page', () => {
  it('shows every session with its device, since when, and with which applications, and which one is here', async () => {
    const here = await signedIn();
    await signInFor(server.issuer, here, trusted);
    await signInFor(server.issuer, here, told());
    await signedIn(iphone);
    const shown = entries(await here.get('/account'), 'session');
    expect(shown).toHaveLength(2);
    expect(shown.find((text) => text.startsWith('Firefox, Linux'))).toMatch(
      /^Firefox, Linux This browser Signed in this minute, last used this minute Applications: .*Application told.* Sign out$/,
    );
    expect(shown.find((text) => text.startsWith('Safari, iPhone'))).toMatch(
      /^Safari, iPhone Signed in this minute, last used this minute Sign out$/,
    );
  });

  it('who is not signed in is led to the front door', async () => {
    const page = await newAgent().get('/account');
    expect([new URL(page.url).pathname, page.text.includes('home-sign-in')]).toEqual(['/home', true]);
  });

  it('one session elsewhere is ended: that browser is out, this one is not, and its applications are told', async () => {
    const [here, phone] = [await signedIn(), await signedIn(iphone)];
    const { tokens } = await signInFor(server.issuer, phone, told());
    const page = await here.get('/account');
    const index = entries(page, 'session').findIndex((text) => text.startsWith('Safari, iPhone'));
    const end = await here.submit(page, { button: `session-end-${index}` });
    expect(end.text).toContain('The session has ended');
    expect([await isIn(here), await isIn(phone)]).toEqual([true, false]);
    await vi.waitUntil(() => heardOf(tokens.body.id_token), { timeout: 8000 });
    await vi.waitFor(async () => expect((await here.get(end.url)).text).toMatch(/class="ended-told"><b><bdi>Application told/), {
      timeout: 8000,
    });
    expect((await here.get(end.url)).text).toMatch(/id="signed-out-account"[^>]*href="\/account"/);
  });

  it('this session is ended: the cookie goes, and the farewell says what became of the applications', async () => {
    const here = await signedIn();
    await signInFor(server.issuer, here, told());
    const end = await here.submit(await here.get('/account'), { button: 'session-end-0' });
    expect(end.text).toContain('You are signed out');
    expect(end.text).toContain('Application told');
    expect(here.cookies.all()).toEqual([]);
    expect(await isIn(here)).toBe(false);
  });

  it('everywhere: every browser of hers is out, and nobody else', async () => {
    const [here, phone, bob] = [await signedIn(), await signedIn(iphone), await signedIn(firefox, people.bob)];
    const end = await here.submit(await here.get('/account'), { button: 'sign-out-everywhere' });
    expect(end.text).toContain('You are signed out');
    expect([await isIn(here), await isIn(phone)]).toEqual([false, false]);
    expect((await bob.get('/home')).text).toContain('Bob Builder');
  });

  it('of two people in one browser each has a page of her own, and the end of one session leaves the other', async () => {
    const agent = await signedIn();
    await agent.submit(await agent.get('/login'), { button: 'login-submit', fields: people.bob });
    const first = await agent.get('/account');
    const link = /id="account-other-0"[^>]*href="([^"]+)"/.exec(first.text)?.[1] ?? '';
    const second = await agent.get(link);
    const names = [first, second].map(({ text }) => /id="account-name">(\w+)</.exec(text)?.[1]);
    expect(names.toSorted()).toEqual(['alice', 'bob']);
    const ofBob = names[0] === 'bob' ? first : second;
    await agent.submit(ofBob, { button: 'session-end-0' });
    const home = await agent.get('/home');
    expect([home.text.includes('alice'), home.text.includes('Bob Builder')]).toEqual([true, false]);
  });

  it('AG-29: access taken back ends tokens and codes of that application, and of no other', async () => {
    const agent = await signedIn();
    const { tokens: kept } = await signInFor(server.issuer, agent, trusted, offline);
    const { tokens: first } = await signInFor(server.issuer, agent, web, { ...offline, prompt: 'consent' });
    const request = authorizationRequest(server.issuer, web, { scope: 'openid profile' });
    const unused = answerOf(await agent.get(request.url));
    const page = await agent.get('/account');
    const index = entries(page, 'access').findIndex((text) => text.startsWith('Example Web App'));
    expect(entries(page, 'access')[index]).toMatch(/Your name and profile .*Keeps its access when you sign out Take access back$/);
    const after = await agent.submit(page, { button: `access-withdraw-${index}` });
    expect([new URL(after.url).pathname, entries(after, 'access').some((text) => text.startsWith('Example Web App'))]).toEqual([
      '/account',
      false,
    ]);

    expect((await userinfo(server.issuer, first.body.access_token)).status).toBe(401);
    const refresh = (tokens: typeof first, client: typeof web | typeof trusted) =>
      tokenRequest(server.issuer, client, { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) });
    expect((await refresh(first, web)).body.error).toBe('invalid_grant');
    expect((await redeem(server.issuer, web, request, unused)).body.error).toBe('invalid_grant');
    expect((await refresh(kept, trusted)).status).toBe(200);
    expect(await isIn(agent)).toBe(true);
  });

  it('SW-30: after access was taken back the person is asked again', async () => {
    const agent = await signedIn();
    await signInFor(server.issuer, agent, web);
    const silent = await agent.get(authorizationRequest(server.issuer, web).url);
    expect(answerOf(silent).has('code')).toBe(true);
    const page = await agent.get('/account');
    const index = entries(page, 'access').findIndex((text) => text.startsWith('Example Web App'));
    await agent.submit(page, { button: `access-withdraw-${index}` });
    const asked = await agent.get(authorizationRequest(server.issuer, web).url);
    expect(hasButton(asked, 'consent-allow')).toBe(true);
    expect(answerOf(await signInAndConsent(agent, asked)).has('code')).toBe(true);
  });

  it('a session is gone from the page when its idle time or its life is over', async () => {
    const [agent] = [await signedIn(), await signedIn(iphone)];
    server.advance(7000);
    await signInFor(server.issuer, agent, trusted);
    server.advance(300);
    expect(entries(await agent.get('/account'), 'session')).toHaveLength(1);
  });
});

describe('conformance: sign-outs by an administrator', () => {
  const yaml = () =>
    `database: sqlite:./symbolon.db\ntenants:\n  - { id: main, issuer: "${server.issuer}", signing: [RS256, ES256, PS256, EdDSA] }\n`;
  const command = async (...args: readonly string[]) =>
    runProgram({ args: [...args, '-c', join(folder, 'admin.yaml')], directory: folder });

  it('K3: a session, and all of them, ended on the command line are ended in the running server at its next request', async () => {
    await writeFile(join(folder, 'admin.yaml'), yaml());
    const [here, phone] = [await signedIn(), await signedIn(iphone)];
    const { tokens } = await signInFor(server.issuer, phone, told());
    const listed = await command('user', 'sessions', 'alice');
    const rows = listed.output
      .trim()
      .split('\n')
      .map((row) => row.split('\t'));
    expect(rows.map(([, , , device, applications]) => [device, applications]).toSorted()).toEqual([
      ['Firefox, Linux', ''],
      ['Safari, iPhone', 'told'],
    ]);
    const sid = rows.find(([, , , device]) => device === 'Safari, iPhone')?.[0] ?? '';
    expect(await command('user', 'signout', 'alice', '--session', sid)).toMatchObject({
      code: 0,
      output: expect.stringContaining('ended 1 session;'),
    });
    expect([await isIn(here), await isIn(phone)]).toEqual([true, false]);
    await vi.waitUntil(() => heardOf(tokens.body.id_token), { timeout: 8000 });
    expect((await command('user', 'signout', 'alice', '--session', sid)).code).toBe(1);
    expect((await command('user', 'signout', 'alice')).output).toContain('ended 1 session; applications to be told: 0');
    expect(await isIn(here)).toBe(false);
    const signouts = await command('client', 'signouts');
    expect(signouts.output).toMatch(new RegExp(`told\\t${sid}\\ttold\\t1\\t200\\t20`));
    expect((await command('client', 'signouts', '--unsettled')).output).not.toContain(sid);
  });

  it.each([
    ['K3, F6', 'disable'],
    ['K3, F6', 'password'],
  ])('%s: user %s ends her sessions and tells her applications', async (_, how) => {
    const name = `carol-${how}`;
    const added = await command('user', 'add', name);
    const carol = { username: name, password: /^password: (\S+)$/m.exec(added.output)?.[1] ?? '' };
    const agent = await signedIn(firefox, carol);
    const { tokens } = await signInFor(server.issuer, agent, told(), offline, carol);
    expect((await agent.get('/home')).text).toContain(name);
    expect((await command('user', how, name)).code).toBe(0);
    expect((await agent.get('/home')).text).not.toContain(name);
    expect((await userinfo(server.issuer, tokens.body.access_token)).status).toBe(401);
    await vi.waitUntil(() => heardOf(tokens.body.id_token), { timeout: 8000 });
    await command('user', 'enable', name);
    expect((await agent.get('/home')).text, 'the session does not come back').not.toContain(name);
  });
});

describe.skipIf(browser === undefined)(`the account page in a browser (${browser === undefined ? browserHint : browser.version()})`, () => {
  it.each(Object.entries(views))('can be read and used: %s', async (name, options) => {
    await signedIn(iphone);
    const context = await browser?.newContext(options);
    const page = await context?.newPage();
    if (page === undefined) throw new Error('no page');
    const problems: string[] = [];
    page.on('console', (message) => {
      // Whatever listens at the application's port on this machine is not what is looked at.
      if (message.type() === 'error' && !message.location().url.includes(':5000/')) problems.push(message.text());
    });
    const request = authorizationRequest(server.issuer, web, { ...offline, prompt: 'consent' });
    await page.route('http://127.0.0.1:5000/**', (route) => route.fulfill({ body: 'here', contentType: 'text/html' }));
    await page.goto(request.url);
    await page.fill('#username', 'alice');
    await page.fill('#password', people.alice.password);
    await page.click('#login-submit');
    await page.waitForURL((url) => url.port === '5000' || url.pathname === '/consent');
    if (page.url().includes('/consent')) await page.click('#consent-allow');
    await page.waitForURL((url) => url.port === '5000');
    await signInFor(server.issuer, await signedIn(), web, offline);
    await page.goto(`${server.issuer}/home`);
    await page.click('#home-account-page');
    await page.waitForSelector('#sign-out-everywhere');
    await screenshot(page, `account-${name}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(width).toBe(0);
    await page.click('#sign-out-everywhere');
    await page.waitForSelector('#logged-out-sign-in');
    await screenshot(page, `signed-out-${name}`);
    expect(await page.textContent('#ended-0')).toContain('Example Web App');
    await context?.close();
    expect(problems).toEqual([]);
  });
});
