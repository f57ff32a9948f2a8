/** Attacks on the authorization code (RFC 6749 section 10.5, RFC 9700 section 4.5): stolen, late, used twice, used by another, injected. */
import { randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type AuthorizationRequest,
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  clients,
  hasButton,
  type Parameters,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { createDatabase } from '../support/postgres.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorPage } from './pages.ts';

const { trusted, web, es256, nopkce } = clients;
const offline = { scope: 'openid profile email offline_access' };
const secondCallback = 'http://127.0.0.1:5000/callback?dummy=1';

let server: TestServer;
/** Alice's browser. */
let agent: Agent;

beforeAll(async () => {
  server = await startSymbolon();
  agent = createAgent(server.issuer);
  await signInFor(server.issuer, agent, trusted);
});

afterAll(() => server.close());

type Approved = { readonly request: AuthorizationRequest; readonly answer: URLSearchParams; readonly code: string };

async function approve(client: ClientUnderTest, changes: Parameters = {}, browser = agent): Promise<Approved> {
  const request = authorizationRequest(server.issuer, client, changes);
  const answer = answerOf(await signInAndConsent(browser, await browser.get(request.url)));
  return { request, answer, code: answer.get('code') ?? '' };
}

function expectGrantRefused(tokens: Awaited<ReturnType<typeof tokenRequest>>): void {
  expect(tokens).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(tokens.body.access_token).toBeUndefined();
}

describe('security: authorization code', () => {
  it('B1: another client with good credentials of its own gets nothing for the code, and the code is burnt', async () => {
    const { request, answer } = await approve(trusted, offline);
    expectGrantRefused(await redeem(server.issuer, es256, request, answer));
    expectGrantRefused(await redeem(server.issuer, trusted, request, answer));
  });

  it('B1: a client that fails to authenticate does not burn the code', async () => {
    const { request, answer } = await approve(trusted);
    const impostor = { ...trusted, client_secret: 'wrong-secret-0123456789abcdef0123456789' };
    expect(await redeem(server.issuer, impostor, request, answer)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
  });

  it('B2: a code is refused one second after its lifetime of 60 seconds', async () => {
    const early = await approve(trusted);
    server.advance(55);
    expect((await redeem(server.issuer, trusted, early.request, early.answer)).status).toBe(200);
    const late = await approve(trusted);
    server.advance(61);
    expectGrantRefused(await redeem(server.issuer, trusted, late.request, late.answer));
  });

  it('B3: a second use is refused and takes back every token of the first', async () => {
    const { request, answer } = await approve(trusted, offline);
    const { body } = await redeem(server.issuer, trusted, request, answer);
    const refreshed = await tokenRequest(server.issuer, trusted, {
      grant_type: 'refresh_token',
      refresh_token: String(body.refresh_token),
    });
    expect(refreshed.status).toBe(200);
    expect((await userinfo(server.issuer, body.access_token)).status).toBe(200);

    expectGrantRefused(await redeem(server.issuer, trusted, request, answer));
    for (const token of [body.access_token, refreshed.body.access_token]) expect((await userinfo(server.issuer, token)).status).toBe(401);
    for (const token of [body.refresh_token, refreshed.body.refresh_token])
      expectGrantRefused(await tokenRequest(server.issuer, trusted, { grant_type: 'refresh_token', refresh_token: String(token) }));
  });

  it('B3: a second use by a thief without the verifier takes the tokens back too', async () => {
    const { request, answer } = await approve(trusted, offline);
    const { body } = await redeem(server.issuer, trusted, request, answer);
    expectGrantRefused(await redeem(server.issuer, es256, request, answer, { code_verifier: undefined }));
    expect((await userinfo(server.issuer, body.access_token)).status).toBe(401);
  });

  it('B4: 64 concurrent redemptions give exactly one success, and the tokens of that one are taken back', async () => {
    const { request, answer } = await approve(trusted, offline);
    await expectOneSuccess(
      Array.from({ length: 64 }, () => server.issuer),
      request,
      answer,
    );
  });

  const postgres = inject('postgres');

  it.skipIf(postgres === undefined)('B4: nor do two servers on one PostgreSQL give more than one', async () => {
    const database = await createDatabase(postgres ?? '');
    const masterKey = randomBytes(32).toString('hex');
    const yaml = (await exampleConfiguration()).replace(/^server:\n/m, `server:\n  masterKey: "${masterKey}"\n`);
    const servers: TestServer[] = [];
    try {
      for (let count = 0; count < 2; count++) servers.push(await startSymbolon({ yaml, database: database.url }));
      const [one, two] = servers.map(({ issuer }) => issuer);
      for (let round = 0; round < 4; round++) {
        const request = authorizationRequest(one ?? '', trusted, offline);
        const browser = createAgent(one ?? '');
        const answer = answerOf(await signInAndConsent(browser, await browser.get(request.url)));
        await expectOneSuccess(
          Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? one : two) ?? ''),
          request,
          answer,
        );
      }
    } finally {
      for (const each of servers) await each.close();
      await database.drop();
    }
  });

  it('B5: no other value of the system works as a code', async () => {
    const { request, answer, code } = await approve(trusted, offline);
    const { body } = await redeem(server.issuer, trusted, request, answer);
    const pending = await agent.get(authorizationRequest(server.issuer, web, { prompt: 'login' }).url);
    const values = {
      refresh_token: body.refresh_token,
      access_token: body.access_token,
      id_token: body.id_token,
      request_id: new URL(pending.url).searchParams.get('request'),
      csrf: pending.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value,
      cookie: agent.cookies.get('symbolon-main')?.value,
      state: request.state,
      nonce: request.nonce,
      code_verifier: request.code_verifier,
      client_secret: trusted.client_secret,
      half_a_code: code.slice(0, 20),
    };
    for (const [kind, value] of Object.entries(values)) {
      expect(value, kind).toBeTruthy();
      const tokens = await tokenRequest(server.issuer, trusted, {
        grant_type: 'authorization_code',
        code: String(value),
        redirect_uri: trusted.redirect_uri,
        code_verifier: request.code_verifier,
      });
      expect(tokens, kind).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
    expect((await userinfo(server.issuer, body.access_token)).status, 'and nothing was harmed').toBe(200);
  });

  it('B5: a code works as nothing else, and is still good afterwards', async () => {
    const { request, answer, code } = await approve(trusted, offline);
    expectGrantRefused(await tokenRequest(server.issuer, trusted, { grant_type: 'refresh_token', refresh_token: code }));
    expect((await userinfo(server.issuer, code)).status).toBe(401);
    expectErrorPage(await agent.get(`/continue?request=${code}`), 'as a request id');
    const impostor = createAgent(server.issuer);
    impostor.cookies.put({ name: 'symbolon-main', value: code, host: '127.0.0.1' });
    expect((await impostor.get('/home')).text).not.toContain('alice');
    expect((await redeem(server.issuer, trusted, request, answer)).status).toBe(200);
  });

  it('B5: tokens of one kind are refused where another kind is wanted', async () => {
    const { tokens } = await signInFor(server.issuer, agent, trusted, offline);
    const { access_token, refresh_token, id_token } = tokens.body;
    const cookie = agent.cookies.get('symbolon-main')?.value;
    for (const value of [refresh_token, id_token, cookie]) expect((await userinfo(server.issuer, value)).status).toBe(401);
    for (const value of [access_token, id_token, cookie])
      expectGrantRefused(await tokenRequest(server.issuer, trusted, { grant_type: 'refresh_token', refresh_token: String(value) }));
    for (const value of [access_token, refresh_token, id_token]) {
      const impostor = createAgent(server.issuer);
      impostor.cookies.put({ name: 'symbolon-main', value: String(value), host: '127.0.0.1' });
      expect((await impostor.get('/home')).text).not.toContain('alice');
    }
    expect((await userinfo(server.issuer, access_token)).status).toBe(200);
  });

  it("B6: a second browser, signed in or not, reaches no step of another's pending request, which then still finishes", async () => {
    const victim = createAgent(server.issuer);
    const request = authorizationRequest(server.issuer, web);
    const login = await victim.get(request.url);
    const id = requestIn(login.url);
    const bob = createAgent(server.issuer);
    await signInFor(server.issuer, bob, trusted, {}, people.bob);
    const nobody = createAgent(server.issuer);
    await nobody.get(authorizationRequest(server.issuer, web).url);
    const blank = createAgent(server.issuer);

    for (const [name, thief] of Object.entries({ bob, nobody })) await expectNoStep(thief, id, `${name} at the login step`);
    for (const step of ['continue', 'login', 'consent', 'select-account'])
      expectErrorPage(await createAgent(server.issuer).get(`/${step}?request=${id}`), `no cookie: ${step}`);
    expect(blank.cookies.all()).toEqual([]);

    const consent = await victim.submit(login, { button: 'login-submit', fields: people.alice });
    expect(hasButton(consent, 'consent-allow')).toBe(true);
    for (const [name, thief] of Object.entries({ bob, nobody })) await expectNoStep(thief, id, `${name} at the consent step`);

    const answer = answerOf(await victim.submit(consent, { button: 'consent-allow' }));
    expect((await redeem(server.issuer, web, request, answer)).status).toBe(200);
    for (const thief of [bob, nobody, victim]) expectErrorPage(await thief.get(`/continue?request=${id}`), 'after its end');
  });

  it('B7: a code is refused with another redirect URI of the same client, and with none', async () => {
    for (const redirect_uri of [secondCallback, undefined, '', `${web.redirect_uri}/`, 'https://evil.example/cb']) {
      const { request, answer } = await approve(web);
      expectGrantRefused(await redeem(server.issuer, web, request, answer, { redirect_uri }));
    }
    const { request, answer } = await approve(web, { redirect_uri: secondCallback });
    expect((await redeem(server.issuer, web, request, answer, { redirect_uri: secondCallback })).status).toBe(200);
  });

  it("B8: an attacker's code injected into the victim's session of openid-client is refused by PKCE", async () => {
    const { config, victim, finish } = await relyingParty(trusted);
    const stolen = await approve(trusted);
    await expect(finish(stolen.code, victim)).rejects.toMatchObject({ error: 'invalid_grant' });
    const own = await approve(trusted, victim.parameters);
    expect((await finish(own.code, victim)).claims()?.nonce).toBe(victim.nonce);
    expect(config.serverMetadata().issuer).toBe(server.issuer);
  });

  it('B8: and by the nonce where the client cannot do PKCE', async () => {
    const { victim, finish } = await relyingParty(nopkce);
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    const stolen = await approve(nopkce, without);
    await expect(finish(stolen.code, { ...victim, code_verifier: undefined })).rejects.toMatchObject({
      code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    });
    const own = await approve(nopkce, { ...without, nonce: victim.nonce });
    expect((await finish(own.code, { ...victim, code_verifier: undefined })).claims()?.nonce).toBe(victim.nonce);
  });
});

function requestIn(url: string): string {
  return new URL(url).searchParams.get('request') ?? '';
}

/** All pages and, with a good CSRF token of the thief's own browser, all forms of a pending request. */
async function expectNoStep(thief: Agent, id: string, because: string): Promise<void> {
  const own = await thief.get(authorizationRequest(server.issuer, web, { prompt: 'login' }).url);
  const csrf = own.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
  expect(csrf).toHaveLength(43);
  for (const step of ['continue', 'login', 'consent', 'select-account'])
    expectErrorPage(await thief.get(`/${step}?request=${id}`), `${because}: GET ${step}`);
  for (const [step, fields] of [
    ['login', { action: 'login', ...people.bob }],
    ['login', { action: 'cancel' }],
    ['consent', { action: 'allow' }],
    ['consent', { action: 'deny' }],
    ['consent', { action: 'switch' }],
    ['select-account', { action: 'other' }],
  ] as const)
    expectErrorPage(await thief.post(`/${step}`, { csrf, request: id, ...fields }), `${because}: POST ${step} ${fields.action}`);
}

async function expectOneSuccess(issuers: readonly string[], request: AuthorizationRequest, answer: URLSearchParams): Promise<void> {
  const all = await Promise.all(issuers.map((issuer) => redeem(issuer, trusted, request, answer)));
  const won = all.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  for (const lost of all.filter(({ status }) => status !== 200)) expectGrantRefused(lost);
  // The others were second uses.
  expect((await userinfo(issuers[0] ?? '', won[0]?.body.access_token)).status).toBe(401);
  const refresh_token = String(won[0]?.body.refresh_token);
  expectGrantRefused(await tokenRequest(issuers[0] ?? '', trusted, { grant_type: 'refresh_token', refresh_token }));
}

/** A victim in the middle of a sign-in with openid-client, and what her application does when she comes back with a code. */
async function relyingParty(of: ClientUnderTest) {
  const config = await oidc.discovery(new URL(server.issuer), of.client_id, of.client_secret, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  const code_verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const code_challenge = await oidc.calculatePKCECodeChallenge(code_verifier);
  type Victim = { readonly state: string; readonly nonce: string; readonly code_verifier: string | undefined };
  const finish = (code: string, victim: Victim) => {
    const callback = new URL(`${of.redirect_uri}?${new URLSearchParams({ code, state: victim.state, iss: server.issuer })}`);
    const verifier = victim.code_verifier === undefined ? {} : { pkceCodeVerifier: victim.code_verifier };
    return oidc.authorizationCodeGrant(config, callback, { expectedState: victim.state, expectedNonce: victim.nonce, ...verifier });
  };
  return { config, victim: { state, nonce, code_verifier, parameters: { state, nonce, code_challenge } }, finish };
}
