/** Attacks on signing out: to be sent elsewhere by it, to sign somebody out, to read or end what is another's, to make us knock on inner doors. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { answerOf, authorizationRequest, clients, form, hasButton, people, signInFor, tokenRequest, userinfo } from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { createDatabase } from '../support/postgres.ts';
import { clientAt, clientEntry, type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { browsersOf, cookieOf, csrfIn, whoIs } from './browsers.ts';

const { trusted } = clients;

let server: TestServer;
let party: RelyingParty;

beforeAll(async () => {
  party = await startRelyingParty();
  const [list, yaml] = ['    clients: &clients\n', await exampleConfiguration()];
  server = await startSymbolon({ yaml: yaml.replace(list, list + clientEntry('told', party.origin)) });
});

afterAll(() => Promise.all([server.close(), party.close()]));

const { browser, signedIn, thiefOf } = browsersOf(() => server);
const told = () => clientAt('told', party.origin);
const sidIn = async (agent: Agent) =>
  /name="end" value="([\w-]+)"|value="([\w-]+)"[^>]*name="end"/.exec((await agent.get('/account')).text)?.[1] ?? '';

describe('security: signing out', () => {
  it('A12: after a sign-out nobody is sent to what is not registered to the letter, or without proof', async () => {
    const good = `${party.origin}/bye`;
    const wrong = [
      'https://evil.example/',
      '//evil.example/bye',
      '/\\evil.example',
      good.replace('http:', 'HTTP:'),
      good.replace('/bye', '/%62ye'),
      `${good}/`,
      `${good}/../bye`,
      `${good}?`,
      `${good}#x`,
      `${good}%00`,
      good.replace('127.0.0.1', '127.0.0.1@evil.example'),
      'javascript:alert(1)',
      `${party.origin}/callback`,
    ];
    const agent = browser();
    const { tokens } = await signInFor(server.issuer, agent, told());
    const id_token_hint = String(tokens.body.id_token);
    for (const post_logout_redirect_uri of wrong)
      for (const parameters of [{ id_token_hint }, { client_id: 'told' }, {}]) {
        const answer = await agent.get(`/logout?${form({ ...parameters, post_logout_redirect_uri, state: 's' })}`);
        expect([answer.status, answer.location], post_logout_redirect_uri).toEqual([400, undefined]);
        expect(answer.text, post_logout_redirect_uri).not.toMatch(/http-equiv|<a [^>]*evil/);
      }
    expect(await whoIs(agent)).toBe('alice');
    const asked = await agent.get(`/logout?${form({ client_id: 'told', post_logout_redirect_uri: good })}`);
    expect([asked.location, hasButton(asked, 'logout-yes')]).toEqual([undefined, true]);
  });

  it('A12: where the person goes after a sign-out cannot be written into the page’s address', async () => {
    const agent = browser();
    const { tokens } = await signInFor(server.issuer, agent, clients.web);
    const end = await agent.get(
      `/logout?${form({ id_token_hint: String(tokens.body.id_token), post_logout_redirect_uri: 'http://127.0.0.1:5000/bye' })}`,
    );
    const sealed = new URL(end.url).searchParams.get('ended') ?? '';
    expect(end.text).toContain('id="signed-out-continue"');
    const forged = [
      Buffer.from(JSON.stringify({ ended: { sids: [], here: [], redirect: 'https://evil.example/', until: 9e9 } })).toString('base64url'),
      `s1.${randomBytes(200).toString('base64url')}`,
      `${sealed.slice(0, -4)}AAAA`,
      `${sealed}AAAA`,
    ];
    for (const ended of forged) {
      const page = await browser().get(`/signed-out?${form({ ended, redirect: 'https://evil.example/' })}`);
      expect([page.status, page.text.includes('evil'), page.text.includes('http-equiv')]).toEqual([200, false, false]);
    }
    // A reference of another tenant opens nothing either.
    expect((await browser().get(`${server.issuer}/t/agate/signed-out?${form({ ended: sealed })}`)).text).not.toContain('Example Web App');
  });

  it('K17: a link or a form of another site signs nobody out, whatever it names', async () => {
    const agent = await signedIn();
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    for (const parameters of [{}, { client_id: 'told' }, { logout_hint: 'alice' }, { action: 'yes', csrf: 'x' }]) {
      expect(hasButton(await agent.get(`/logout?${form(parameters)}`, foreign), 'logout-yes')).toBe(true);
      expect((await agent.get(`/sign-out?${form(parameters)}`, foreign)).status).toBe(200);
    }
    const page = await agent.get('/account');
    const fields = { csrf: csrfIn(page), account: await sidIn(agent), all: 'yes' };
    for (const [headers, changes] of [
      [foreign, {}],
      [{}, { csrf: 'x' }],
      [{}, { csrf: csrfIn(await (await signedIn(people.bob)).get('/account')) }],
    ] as const)
      expect((await agent.post('/account', { ...fields, ...changes }, headers)).status).toBe(403);
    expect(await whoIs(agent)).toBe('alice');
  });

  it('K17: an ID token of one session signs nobody out in another browser, nor does one of another person', async () => {
    const [mine, hers, bob] = [browser(), await signedIn(), browser()];
    const { tokens } = await signInFor(server.issuer, mine, trusted);
    const { tokens: ofBob } = await signInFor(server.issuer, bob, trusted, {}, people.bob);
    for (const hint of [tokens.body.id_token, ofBob.body.id_token]) {
      const asked = await hers.get(`/logout?${form({ id_token_hint: String(hint) })}`, { 'sec-fetch-site': 'cross-site' });
      expect(hasButton(asked, 'logout-yes')).toBe(true);
    }
    expect([await whoIs(hers), await whoIs(mine), await whoIs(bob)]).toEqual(['alice', 'alice', 'bob']);
  });

  it('K17: a logout token is neither a hint nor an access token, though we signed it', async () => {
    const agent = browser();
    await signInFor(server.issuer, agent, told());
    await agent.submit(await agent.get('/logout'), { button: 'logout-yes' });
    await vi.waitUntil(() => party.tokens().length > 0, { timeout: 8000 });
    const [token = ''] = party.tokens();
    expect((await agent.get(`/logout?${form({ id_token_hint: token })}`)).status).toBe(400);
    expect((await userinfo(server.issuer, token)).status).toBe(401);
    const silent = await (await signedIn()).get(authorizationRequest(server.issuer, trusted, { prompt: 'none', id_token_hint: token }).url);
    expect(answerOf(silent).get('error')).toBe('login_required');
  });

  it('K2: a form of the account page ends only what belongs to the account it was shown for', async () => {
    const [alice, bob] = [await signedIn(), await signedIn(people.bob)];
    const [ofAlice, ofBob] = [await sidIn(alice), await sidIn(bob)];
    expect([ofAlice, ofBob].every((sid) => sid.length > 10)).toBe(true);
    const csrf = csrfIn(await bob.get('/account'));
    for (const fields of [
      { account: ofBob, end: ofAlice },
      { account: ofAlice, end: ofAlice },
      { account: ofAlice, all: 'yes' },
      { account: ofAlice, withdraw: 'trusted' },
      { end: ofBob },
    ])
      await bob.post('/account', { csrf, ...fields });
    expect([await whoIs(alice), await whoIs(bob)]).toEqual(['alice', 'bob']);
    expect((await alice.get('/account')).text).not.toContain(ofBob);
  });

  it('K1, K2: the cookie of an ended session is nobody, and the next person in the browser has a session of her own', async () => {
    const agent = await signedIn();
    const [old, sid] = [cookieOf(agent), await sidIn(agent)];
    await agent.submit(await agent.get('/account'), { button: 'sign-out-everywhere' });
    expect(await whoIs(thiefOf(old))).toBe('nobody');
    await signInFor(server.issuer, agent, trusted, {}, people.bob);
    expect([cookieOf(agent) === old, (await sidIn(agent)) === sid]).toEqual([false, false]);
    expect(await whoIs(thiefOf(old))).toBe('nobody');
  });

  it('H4, K6: what applications call themselves stands on the account page as text', async () => {
    const evil = '</b><img src=x onerror=alert(1)>';
    const [list, yaml] = ['    clients: &clients\n', await exampleConfiguration()];
    const own = await startSymbolon({ yaml: yaml.replace(list, list + clientEntry('evil', party.origin, { client_name: evil })) });
    const agent = createAgent(own.issuer);
    await signInFor(own.issuer, agent, clientAt('evil', party.origin));
    const account = await agent.get('/account');
    const gone = await agent.submit(account, { button: 'sign-out-everywhere' });
    for (const { text } of [account, gone]) expect([text.includes('<img src=x'), text.includes('&lt;img src=x')]).toEqual([false, true]);
    await own.close();
  });

  it('I1: a logout URI at an address inside is not asked', async () => {
    const canary = await startRelyingParty();
    const yaml = (await exampleConfiguration()).replace(/outbound: \{ allow: \[[^\]]*\] \}/, 'outbound: { allow: [] }');
    expect(yaml).toContain('allow: []');
    const list = '    clients: &clients\n';
    const own = await startSymbolon({ yaml: yaml.replace(list, list + clientEntry('inside', canary.origin)) });
    const agent = createAgent(own.issuer);
    await signInFor(own.issuer, agent, clientAt('inside', canary.origin));
    const end = await agent.submit(await agent.get('/logout'), { button: 'logout-yes' });
    await vi.waitFor(async () => expect((await agent.get(end.url)).text).toContain('class="ended-failing"'), {
      timeout: 8000,
      interval: 100,
    });
    expect(canary.told).toEqual([]);
    await own.close();
    await canary.close();
  });

  it('one slow application holds up neither the person nor the others', async () => {
    const slow = await startRelyingParty();
    slow.slow(4000);
    const list = '    clients: &clients\n';
    const entries = clientEntry('slow', slow.origin) + clientEntry('told', party.origin);
    const own = await startSymbolon({ yaml: (await exampleConfiguration()).replace(list, list + entries) });
    const before = party.tokens().length;
    for (let round = 0; round < 3; round += 1) {
      const agent = createAgent(own.issuer);
      await signInFor(own.issuer, agent, clientAt('slow', slow.origin));
      await signInFor(own.issuer, agent, told());
      await agent.submit(await agent.get('/logout'), { button: 'logout-yes' });
    }
    await vi.waitUntil(() => party.tokens().length >= before + 3, { timeout: 15_000 });
    expect(slow.told).toHaveLength(1);
    slow.slow(0);
    await vi.waitUntil(() => slow.tokens().length >= 3, { timeout: 15_000 });
    await own.close();
    await slow.close();
  }, 60_000);

  const postgres = inject('postgres');

  it.skipIf(postgres === undefined)(
    'K3, F6: who is signed out or disabled on one server is so on another at the next request, and is told of once',
    async () => {
      const database = await createDatabase(postgres ?? '');
      const list = '    clients: &clients\n';
      const yaml = (await exampleConfiguration())
        .replace(/^server:\n/m, `server:\n  masterKey: "${randomBytes(32).toString('hex')}"\n`)
        .replace(list, list + clientEntry('told', party.origin));
      const servers: TestServer[] = [];
      try {
        for (let count = 0; count < 2; count++) servers.push(await startSymbolon({ yaml, database: database.url }));
        const [one, two] = servers;
        if (one === undefined || two === undefined) throw new Error('no servers');
        const agent = createAgent(one.issuer);
        const { tokens } = await signInFor(one.issuer, agent, told());
        const elsewhere = createAgent(two.issuer, agent.cookies);
        expect(await whoIs(elsewhere)).toBe('alice');
        const before = party.tokens().length;
        await elsewhere.submit(await elsewhere.get('/account'), { button: 'sign-out-everywhere' });
        expect(await whoIs(agent)).toBe('nobody');
        expect((await userinfo(one.issuer, tokens.body.access_token)).status).toBe(401);
        await vi.waitUntil(() => party.tokens().length > before, { timeout: 8000 });
        // Both servers look for work every second.
        await new Promise((resolve) => setTimeout(resolve, 2500));
        expect(party.tokens().length).toBe(before + 1);

        const { tokens: again } = await signInFor(one.issuer, agent, told(), { scope: 'openid offline_access' });
        const store = two.tenants.find(({ id }) => id === 'main')?.store;
        const alice = await store?.users.findForPassword('alice');
        await store?.users.setActive(alice?.user.sub ?? '', false, Math.floor(Date.now() / 1000));
        expect(await whoIs(agent)).toBe('nobody');
        expect((await userinfo(one.issuer, again.body.access_token)).status).toBe(401);
        const refresh = { grant_type: 'refresh_token', refresh_token: String(again.body.refresh_token) };
        expect((await tokenRequest(one.issuer, told(), refresh)).body.error).toBe('invalid_grant');
      } finally {
        for (const each of servers) await each.close();
        await database.drop();
      }
    },
  );

  it('K17: whoever is asked is asked about the account that the page names, and her yes is about no other', async () => {
    const agent = await signedIn();
    const alices = await sidIn(agent);
    await agent.submit(await agent.get('/login'), { button: 'login-submit', fields: people.bob });
    const question = await agent.get(`/logout?${form({ logout_hint: 'alice' })}`);
    const store = server.tenants.find(({ id }) => id === 'main')?.store;
    const alice = await store?.users.findForPassword('alice');
    expect(await store?.sessions.endOne(alice?.user.sub ?? '', alices, Math.floor(Date.now() / 1000))).toHaveLength(1);
    await agent.submit(question, { button: 'logout-yes' });
    expect(await whoIs(agent)).toBe('bob');
  });
});
