/** Sign-outs that a relying party asks for, and hears of: RP-initiated, back-channel, front-channel logout and session management. */
import { backChannelLogout, relyingParty } from '@symbolon/relying-party';
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerOf, authorizationRequest, claimsIn, form, hasButton, people, signInFor, tokenRequest, userinfo } from '../support/client.ts';
import { type Agent, type AgentResponse, createAgent } from '../support/http-agent.ts';
import { clientAt, clientEntry, type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorPage } from './checks.ts';

let server: TestServer;
let [one, two, framed]: RelyingParty[] = [];
const state = 's'.repeat(128);

beforeAll(async () => {
  [one, two, framed] = await Promise.all([startRelyingParty(), startRelyingParty(), startRelyingParty()]);
  const entries = [
    clientEntry('one', at(one), { backchannel_logout_session_required: true }),
    clientEntry('two', at(two), { id_token_signed_response_alg: 'ES256', subject_type: 'pairwise' }),
    clientEntry('secret', at(two), { id_token_signed_response_alg: 'HS256' }),
    clientEntry('framed', at(framed), { backchannel_logout_uri: undefined, frontchannel_logout_uri: `${at(framed)}/out;1?x=1` }),
    clientEntry('quiet', at(framed), { backchannel_logout_uri: undefined }),
    clientEntry('session-bound', at(framed), {
      backchannel_logout_uri: undefined,
      policy: { consent: 'implicit', offlineAccess: 'session' },
    }),
    clientEntry('always', at(framed), { backchannel_logout_uri: undefined, policy: { consent: 'implicit', refreshToken: 'always' } }),
  ];
  const [list, yaml] = ['    clients: &clients\n', await exampleConfiguration()];
  server = await startSymbolon({ yaml: yaml.replace(list, list + entries.join('')) });
});

beforeEach(() => {
  for (const party of [one, two, framed]) (party?.told as unknown[]).length = 0;
});

afterAll(() => Promise.all([server, one, two, framed].map((each) => each?.close())));

function at(party: RelyingParty | undefined): string {
  return party?.origin ?? '';
}

const parties = () => ({
  one: clientAt('one', at(one)),
  two: clientAt('two', at(two)),
  secret: clientAt('secret', at(two)),
  framed: clientAt('framed', at(framed)),
  quiet: clientAt('quiet', at(framed)),
  'session-bound': clientAt('session-bound', at(framed)),
  always: clientAt('always', at(framed)),
});

const newAgent = () => createAgent(server.issuer);
const signIn = (agent: Agent, name: keyof ReturnType<typeof parties>, changes = {}) =>
  signInFor(server.issuer, agent, parties()[name], changes);
const logout = (agent: Agent, parameters: Record<string, string | undefined>) => agent.get(`${server.issuer}/logout?${form(parameters)}`);
const isOut = async (agent: Agent, name: keyof ReturnType<typeof parties> = 'quiet') =>
  answerOf(await agent.get(authorizationRequest(server.issuer, parties()[name], { prompt: 'none' }).url)).get('error') === 'login_required';
const tokensAt = async (party: RelyingParty | undefined, count: number) => {
  await vi.waitUntil(() => (party?.tokens().length ?? 0) >= count, { timeout: 20_000, interval: 20 });
  return party?.tokens() ?? [];
};

async function verified(token: string): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  return (await jwtVerify(token, keys, { issuer: server.issuer, typ: 'logout+jwt' })).payload;
}

/** L3: no way back, and the person is asked or told. */
function expectNoWayBack(response: AgentResponse): void {
  expect(response.location).toBeUndefined();
  if (!hasButton(response, 'logout-yes')) expectErrorPage(response);
}

describe('conformance: RP-initiated logout', () => {
  it.each(['GET', 'POST'])(
    'L1, SW-12: %s with a hint of the session signs out and returns to the registered URI with exactly the state',
    async (method) => {
      const agent = newAgent();
      const { tokens } = await signIn(agent, 'quiet');
      const parameters = { id_token_hint: String(tokens.body.id_token), post_logout_redirect_uri: `${at(framed)}/bye`, state };
      const end = method === 'GET' ? await logout(agent, parameters) : await agent.post(`${server.issuer}/logout`, parameters);
      expect(end.location).toBe(`${at(framed)}/bye?state=${state}`);
      expect(await isOut(agent)).toBe(true);
    },
  );

  it('L1: a hint that has expired counts too, and one that comes when nobody is signed in any more leads back', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'quiet');
    const parameters = { id_token_hint: String(tokens.body.id_token), post_logout_redirect_uri: `${at(framed)}/bye`, state };
    server.advance(4000);
    expect((await logout(agent, parameters)).location).toBe(`${at(framed)}/bye?state=${state}`);
    expect(await isOut(agent)).toBe(true);
    for (const later of [agent, newAgent()]) expect((await logout(later, parameters)).location).toBe(`${at(framed)}/bye?state=${state}`);
  });

  it('L2: without state there is none in the redirect', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'quiet');
    const end = await logout(agent, { id_token_hint: String(tokens.body.id_token), post_logout_redirect_uri: `${at(framed)}/bye` });
    expect(end.location).toBe(`${at(framed)}/bye`);
  });

  it('L3, SW-12: nothing leads to a URI that is not registered, or without proof', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'quiet');
    const hint = String(tokens.body.id_token);
    const [head = '', body = '', signature = ''] = hint.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const good = `${at(framed)}/bye`;
    const wrong: readonly Record<string, string>[] = [
      { id_token_hint: hint, post_logout_redirect_uri: `${at(framed)}/elsewhere` },
      { id_token_hint: hint, post_logout_redirect_uri: `${good}?foo=bar` },
      { id_token_hint: `${none}.${body}.`, post_logout_redirect_uri: good },
      { id_token_hint: `${none}.${body}.${signature}`, post_logout_redirect_uri: good },
      { id_token_hint: `${head}.${body}.${'A'.repeat(signature.length)}`, post_logout_redirect_uri: good },
      { post_logout_redirect_uri: good },
      { client_id: 'quiet', post_logout_redirect_uri: good },
    ];
    for (const parameters of wrong) expectNoWayBack(await logout(agent, { ...parameters, state }));
    expect(await isOut(agent)).toBe(false);
  });

  it('L4: without parameters, with state only, and without a URI the person is signed out and told so', async () => {
    for (const parameters of [{}, { state }, { client_id: 'quiet' }]) {
      const agent = newAgent();
      await signIn(agent, 'quiet');
      const end = await agent.submit(await logout(agent, parameters), { button: 'logout-yes' });
      expect([end.location, end.status]).toEqual([undefined, 200]);
      expect(end.text).toContain('You are signed out');
      expect(await isOut(agent)).toBe(true);
    }
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'quiet');
    const end = await logout(agent, { id_token_hint: String(tokens.body.id_token) });
    expect([end.location, end.text.includes('You are signed out')]).toEqual([undefined, true]);
  });

  it('SW-13: a hint of one client under the name of another is an error, and nobody is signed out', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'quiet');
    expectErrorPage(await logout(agent, { id_token_hint: String(tokens.body.id_token), client_id: 'one' }));
    expect(await isOut(agent)).toBe(false);
  });

  it('SW-12: where clients must say who asks, a request that does not is refused, and the person’s own way is open', async () => {
    const runtime = `${server.issuer}/runtime`;
    const agent = createAgent(runtime);
    expectErrorPage(await agent.get(`${runtime}/openidconnect/logout.idp?state=x`), 'none of the three');
    await agent.submit(await agent.get(`${runtime}/oauth2/login`), { button: 'login-submit', fields: people.alice });
    const home = await agent.get(`${runtime}/oauth2/home`);
    const link = /id="home-sign-out"[^>]*href="([^"]+)"/.exec(home.text)?.[1] ?? '';
    const end = await agent.submit(await agent.get(link), { button: 'logout-yes' });
    expect(end.text).toContain('You are signed out');
  });

  it('logout_hint says whom the question is about, and the answer ends that account only', async () => {
    const agent = newAgent();
    await signIn(agent, 'quiet');
    const request = authorizationRequest(server.issuer, parties().quiet, { prompt: 'login' });
    await agent.submit(await agent.get(request.url), { button: 'login-submit', fields: people.bob });
    const question = await logout(agent, { logout_hint: 'alice' });
    expect(question.text).toMatch(/as <bdi>alice<\/bdi>/);
    await agent.submit(question, { button: 'logout-yes' });
    const home = await agent.get('/home');
    expect([home.text.includes('Bob Builder'), home.text.includes('alice')]).toEqual([true, false]);
    expect((await logout(agent, {})).text).toMatch(/as <bdi>bob<\/bdi>/);
  });
});

describe('conformance: back-channel logout', () => {
  it('B1, B2, SW-14: two clients signed in, both are told by a form with a logout token alone, and each its own', async () => {
    const agent = newAgent();
    const [first, second] = [await signIn(agent, 'one'), await signIn(agent, 'two')];
    const idTokens = [first, second].map(({ tokens }) => claimsIn(tokens.body.id_token));
    await logout(agent, { id_token_hint: String(first.tokens.body.id_token) });
    const tokens = [(await tokensAt(one, 1))[0], (await tokensAt(two, 1))[0]];
    for (const [index, party] of [one, two].entries()) {
      expect(party?.told).toHaveLength(1);
      const [told] = party?.told ?? [];
      expect([told?.method, told?.path]).toEqual(['POST', '/backchannel']);
      expect(told?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
      expect([...new URLSearchParams(told?.body).keys()]).toEqual(['logout_token']);
      const claims = await verified(String(tokens[index]));
      const now = Math.floor(Date.now() / 1000);
      expect(claims.aud).toBe(['one', 'two'][index]);
      // The clock of this server stands ahead of ours, where an earlier test moved it.
      expect(claims.iat).toBeLessThanOrEqual(now + 4100);
      expect(claims.exp).toBe((claims.iat ?? 0) + 120);
      expect(claims.jti).toMatch(/^[\w-]{43}$/);
      expect(claims.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
      expect(claims).not.toHaveProperty('nonce');
      expect([claims.sid, claims.sub]).toEqual([idTokens[index]?.sid, idTokens[index]?.sub]);
    }
    expect(idTokens[0]?.sub).not.toBe(idTokens[1]?.sub);
    expect(decodeProtectedHeader(String(tokens[1])).alg).toBe('ES256');
  });

  it('OP-19: the token of a client that verifies with its secret is signed with it', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'secret');
    await agent.submit(await logout(agent, {}), { button: 'logout-yes' });
    const [token = ''] = await tokensAt(two, 1);
    const secret = new TextEncoder().encode(parties().secret.client_secret);
    const { payload } = await jwtVerify(token, secret, { issuer: server.issuer, audience: 'secret', typ: 'logout+jwt' });
    expect(payload.sid).toBe(claimsIn(tokens.body.id_token).sid);
  });

  it('B2: a token is sent again under its jti until it was answered; after a refusal (4xx) under another', async () => {
    const agent = newAgent();
    one?.answer(503);
    const { tokens } = await signIn(agent, 'one');
    await logout(agent, { id_token_hint: String(tokens.body.id_token) });
    await tokensAt(one, 1);
    one?.answer(400);
    await tokensAt(one, 2);
    one?.answer(200);
    const all = (await tokensAt(one, 3)).map((token) => claimsIn(token));
    const names = all.map(({ jti }) => jti);
    expect(names[1]).toBe(names[0]);
    expect(names.at(-1)).not.toBe(names[0]);
    expect(new Set(all.map(({ sid }) => sid))).toEqual(new Set([claimsIn(tokens.body.id_token).sid]));
  }, 40_000);

  it('B2: the kit for applications accepts the token, and no ID token in its place', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'one');
    await logout(agent, { id_token_hint: String(tokens.body.id_token) });
    const [token = ''] = await tokensAt(one, 1);
    const { iat } = claimsIn(token);
    const { client_secret, redirect_uri: redirectUri } = parties().one;
    const settings = { issuer: server.issuer, client_id: 'one', client_secret };
    const rp = relyingParty({ redirectUri, providers: async () => settings, now: () => Number(iat) });
    expect(await backChannelLogout(rp, 'one', token)).toMatchObject({ issuer: server.issuer, sid: claimsIn(tokens.body.id_token).sid });
    await expect(backChannelLogout(rp, 'one', String(tokens.body.id_token))).rejects.toThrow('logout token');
  });

  it('D12: discovery says what is supported', async () => {
    const document = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    expect(document).toMatchObject({
      end_session_endpoint: `${server.issuer}/logout`,
      check_session_iframe: `${server.issuer}/check-session`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
    });
  });

  it('a client that was answered is told though its tokens have long expired, once', async () => {
    const agent = newAgent();
    await signIn(agent, 'one', { scope: 'openid' });
    server.advance(6000);
    await agent.get(authorizationRequest(server.issuer, parties().quiet).url);
    await agent.submit(await logout(agent, {}), { button: 'logout-yes' });
    expect(await tokensAt(one, 1)).toHaveLength(1);
  });

  it('after a sign-out the page says which application was told, which is being told, and which cannot be', async () => {
    const agent = newAgent();
    await two?.down();
    for (const name of ['one', 'two', 'quiet', 'framed'] as const) await signIn(agent, name);
    const end = await agent.submit(await logout(agent, {}), { button: 'logout-yes' });
    const states = (page: AgentResponse) =>
      Object.fromEntries(
        Array.from(page.text.matchAll(/class="ended-(\w+)"><b><bdi>Application ([\w-]+)</g), ([, how, name]) => [name, how]),
      );
    const settled = { one: 'told', two: 'failing', quiet: 'silent', framed: 'framed' };
    let page = end;
    await vi.waitFor(
      async () => {
        page = await agent.get(end.url);
        expect(states(page)).toEqual(settled);
      },
      { timeout: 8000, interval: 100 },
    );
    expect(page.text).toContain('id="signed-out-again"');
    await two?.up();
    await vi.waitFor(async () => expect(states(await agent.get(end.url))).toEqual({ ...settled, two: 'told' }), {
      timeout: 15_000,
      interval: 100,
    });
    expect((await newAgent().get(end.url.replace(/ended=s1\.(.)/, 'ended=s1.A'))).text).not.toContain('Application');
    server.advance(3600);
    expect((await agent.get(end.url)).text).not.toContain('Application');
  });
});

describe('conformance: front-channel logout', () => {
  it('B3, SW-14: the page loads the client’s own in a frame, with iss and sid, and goes on to where the client wants', async () => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, 'framed');
    const end = await logout(agent, {
      id_token_hint: String(tokens.body.id_token),
      post_logout_redirect_uri: `${at(framed)}/bye`,
      state,
    });
    expect([end.status, end.location]).toEqual([200, undefined]);
    const frames = Array.from(end.text.matchAll(/<iframe src="([^"]+)"/g), ([, url = '']) => new URL(url.replaceAll('&amp;', '&')));
    expect(frames.map(({ origin, pathname }) => origin + pathname)).toEqual([`${at(framed)}/out;1`]);
    const sid = String(claimsIn(tokens.body.id_token).sid);
    expect(Object.fromEntries(frames[0]?.searchParams ?? [])).toEqual({ x: '1', iss: server.issuer, sid });
    expect(end.headers.get('content-security-policy')).toContain(`; frame-src ${at(framed)}/out%3B1;`);
    expect(end.text).toContain(`http-equiv="refresh" content="5;url=${at(framed)}/bye?state=${state}"`);
    expect(end.text).toMatch(new RegExp(`id="signed-out-continue"[^>]*href="${at(framed)}/bye\\?state=${state}"`));
  });
});

describe('conformance: tokens and a sign-out', () => {
  const alive = async (tokens: Awaited<ReturnType<typeof signIn>>['tokens'], name: keyof ReturnType<typeof parties>) => {
    const access = (await userinfo(server.issuer, tokens.body.access_token)).status === 200;
    if (tokens.body.refresh_token === undefined) return [access, undefined];
    const body = { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) };
    return [access, (await tokenRequest(server.issuer, parties()[name], body)).status === 200];
  };

  it.each([
    ['quiet', 'openid', [false, undefined]],
    ['quiet', 'openid offline_access', [true, true]],
    ['session-bound', 'openid offline_access', [false, false]],
    ['always', 'openid', [false, false]],
    ['always', 'openid offline_access', [true, true]],
  ] as const)('F6: what %s got with the scope %s: access and refresh token live on: %j', async (name, scope, expected) => {
    const agent = newAgent();
    const { tokens } = await signIn(agent, name, { scope });
    expect(await alive(tokens, name)).not.toContain(false);
    const { tokens: again } = await signIn(agent, name, { scope });
    await agent.submit(await logout(agent, {}), { button: 'logout-yes' });
    expect(await alive(again, name)).toEqual(expected);
  });

  it('OP-17: a sign-out by access token alone, as from a server, ends what the token was given under', async () => {
    const issuer = `${server.issuer}/t/oneportal`;
    const agent = createAgent(issuer);
    const { tokens } = await signInFor(issuer, agent, parties().always);
    const authorization = `Bearer ${tokens.body.access_token}`;
    for (const header of [authorization, authorization, 'Bearer nonsense'])
      expect((await fetch(`${issuer}/openid/logout`, { headers: { authorization: header } })).status).toBe(200);
    expect((await fetch(`${issuer}/openid/userinfo`, { headers: { authorization } })).status).toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) };
    expect((await tokenRequest(`${issuer}/openid`, parties().always, refresh)).body.error).toBe('invalid_grant');
  });
});
