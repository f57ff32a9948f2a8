/**
 * A client nobody here wrote: openid-client, certified by the OpenID Foundation, signs people in against our server. It checks signatures,
 * issuer, audience, nonce, state, auth_time and at_hash by its own lights; the script-less agent plays the person's browser.
 */
import { jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extendedConfiguration, more } from './conformance/more-clients.ts';
import { type ClientUnderTest, clients, hasButton, signInAndConsent } from './support/client.ts';
import { type Agent, type AgentResponse, createAgent } from './support/http-agent.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

let server: TestServer;
/** How far the server's clock was moved; the client's moves along. */
let moved = 0;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await extendedConfiguration() });
});

afterAll(() => server?.close());

function advance(seconds: number): void {
  server.advance(seconds);
  moved += seconds;
}

type Setting = {
  readonly authentication?: oidc.ClientAuth;
  readonly metadata?: Partial<oidc.ClientMetadata>;
  readonly issuer?: string;
  readonly algorithm?: 'oidc' | 'oauth2';
};

/** A client that has discovered the server, and verifies ID tokens against its key set though they came from the token endpoint. */
async function discover(client: ClientUnderTest, { authentication, metadata, issuer = server.issuer, algorithm = 'oidc' }: Setting = {}) {
  const execute = [oidc.allowInsecureRequests];
  if (metadata?.id_token_signed_response_alg !== 'HS256') execute.push(oidc.enableNonRepudiationChecks);
  const shown = authentication ?? oidc.ClientSecretBasic(client.client_secret);
  return oidc.discovery(new URL(issuer), client.client_id, { ...metadata, [oidc.clockSkew]: moved }, shown, { execute, algorithm });
}

type Attempt = Awaited<ReturnType<typeof ask>>;

/** Sends the browser to the authorization endpoint. */
async function ask(config: oidc.Configuration, agent: Agent, client: ClientUnderTest, changes: Record<string, string> = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect_uri,
    scope: 'openid profile email offline_access',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...changes,
  });
  return { response: await agent.get(url.href), checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
}

function callbackOf({ location, status, url }: AgentResponse): URL {
  if (location === undefined) throw new Error(`no redirect to the client but ${status} at ${url}`);
  return new URL(location);
}

/** The person does what the page wants, the client redeems the code. */
async function finish(
  config: oidc.Configuration,
  agent: Agent,
  { response, checks }: Attempt,
  more: oidc.AuthorizationCodeGrantChecks = {},
) {
  return oidc.authorizationCodeGrant(config, callbackOf(await signInAndConsent(agent, response)), { ...checks, ...more });
}

async function signIn(
  config: oidc.Configuration,
  client: ClientUnderTest,
  changes: Record<string, string> = {},
  agent = createAgent(server.issuer),
) {
  const tokens = await finish(config, agent, await ask(config, agent, client, changes));
  const claims = tokens.claims();
  if (claims === undefined) throw new Error('no ID token');
  return { agent, tokens, claims };
}

describe('openid-client: signing in', () => {
  it('A1, T1, I1, U2: code with PKCE, state, nonce and consent, then userinfo of the same person', async () => {
    const config = await discover(clients.web);
    expect(config.serverMetadata().issuer).toBe(server.issuer);
    expect(config.serverMetadata().supportsPKCE()).toBe(true);
    const { tokens, claims } = await signIn(config, clients.web);
    expect(tokens.expiresIn()).toBeGreaterThan(3590);
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    expect(userinfo).toMatchObject({ sub: claims.sub, name: 'Alice Archer', email: 'alice@example.test', email_verified: true });
  });

  it('U2: the client notices when userinfo is about another person than it expects', async () => {
    const config = await discover(clients.trusted);
    const { tokens } = await signIn(config, clients.trusted);
    await expect(oidc.fetchUserInfo(config, tokens.access_token, 'somebody else')).rejects.toMatchObject({
      message: 'unexpected JSON attribute value encountered',
    });
  });

  it.each(['oidc', 'oauth2'] as const)('D2: a tenant with a path is discovered by %s metadata', async (algorithm) => {
    const config = await discover(clients.trusted, { issuer: `${server.issuer}/t/agate`, algorithm });
    const { claims } = await signIn(config, clients.trusted);
    expect(claims.iss).toBe(`${server.issuer}/t/agate`);
  });

  it('T5: refreshes twice, each time with a new refresh token', async () => {
    const config = await discover(clients.web);
    const { tokens: first, claims } = await signIn(config, clients.web, { prompt: 'consent' });
    const second = await oidc.refreshTokenGrant(config, first.refresh_token ?? '');
    const third = await oidc.refreshTokenGrant(config, second.refresh_token ?? '', { scope: 'openid profile email' });
    expect(new Set([first, second, third].map(({ refresh_token }) => refresh_token)).size).toBe(3);
    expect([second.claims()?.sub, third.claims()?.sub]).toEqual([claims.sub, claims.sub]);
    expect(await oidc.fetchUserInfo(config, third.access_token, claims.sub)).toMatchObject({ name: 'Alice Archer' });
  });

  it('T2: a public client', async () => {
    const config = await discover(clients.spa, { authentication: oidc.None() });
    const { tokens, claims } = await signIn(config, clients.spa);
    expect(tokens.refresh_token).toBeUndefined();
    expect((await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)).sub).toBe(claims.sub);
  });

  it('T2: client_secret_post, for a client that registered it and for one that did not', async () => {
    for (const client of [more.poster, clients.trusted]) {
      const config = await discover(client, { authentication: oidc.ClientSecretPost(client.client_secret) });
      expect((await signIn(config, client)).claims.aud).toBe(client.client_id);
    }
  });

  it('T2: client_secret_basic with an id and a secret that need encoding', async () => {
    expect((await signIn(await discover(more.odd), more.odd)).claims.aud).toBe('odd:client');
  });

  it.each([
    ['ES256', clients.es256],
    ['PS256', more.ps256],
    ['EdDSA', more.eddsa],
  ] as [string, ClientUnderTest][])('I1: a client that registered %s', async (alg, client) => {
    const config = await discover(client, { metadata: { id_token_signed_response_alg: alg } });
    expect((await signIn(config, client)).claims.aud).toBe(client.client_id);
  });

  it('I1: a client that registered ES256 does not take the RS256 that another gets', async () => {
    const config = await discover(clients.trusted, { metadata: { id_token_signed_response_alg: 'ES256' } });
    await expect(signIn(config, clients.trusted)).rejects.toMatchObject({ cause: { message: 'unexpected JWT "alg" header parameter' } });
  });

  it('I1: a client that registered HS256', async () => {
    const config = await discover(clients.hs256, { metadata: { id_token_signed_response_alg: 'HS256' } });
    const { tokens } = await signIn(config, clients.hs256);
    const secret = new TextEncoder().encode(clients.hs256.client_secret);
    await jwtVerify(tokens.id_token ?? '', secret, {
      issuer: server.issuer,
      audience: 'hs256',
      algorithms: ['HS256'],
      currentDate: clientDate(),
    });
  });

  it('T1: client credentials', async () => {
    const config = await discover(clients.machine);
    const tokens = await oidc.clientCredentialsGrant(config, { scope: 'reports' });
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'reports' });
    expect([tokens.id_token, tokens.refresh_token]).toEqual([undefined, undefined]);
  });

  it('A3: response_mode=form_post', async () => {
    const config = await discover(clients.trusted);
    const agent = createAgent(server.issuer);
    const { response, checks } = await ask(config, agent, clients.trusted, { response_mode: 'form_post' });
    const page = await signInAndConsent(agent, response);
    const [posting] = page.forms;
    expect(posting).toMatchObject({ method: 'post', action: clients.trusted.redirect_uri });
    const body = new URLSearchParams(posting?.fields.map(({ name, value }) => [name, value]));
    const tokens = await oidc.authorizationCodeGrant(config, new Request(clients.trusted.redirect_uri, { method: 'POST', body }), checks);
    expect(tokens.claims()?.aud).toBe('trusted');
  });
});

describe('openid-client: sessions', () => {
  it('A12: prompt=none in a session is silent and keeps person and auth_time', async () => {
    const config = await discover(clients.trusted);
    const { agent, claims } = await signIn(config, clients.trusted);
    const attempt = await ask(config, agent, clients.trusted, { prompt: 'none' });
    expect(callbackOf(attempt.response).searchParams.has('code')).toBe(true);
    const again = (await finish(config, agent, attempt)).claims();
    expect(again).toMatchObject({ sub: claims.sub, auth_time: claims.auth_time });
  });

  it('A13: prompt=none without a session is told login_required', async () => {
    const config = await discover(clients.trusted);
    const { response, checks } = await ask(config, createAgent(server.issuer), clients.trusted, { prompt: 'none' });
    const refused = oidc.authorizationCodeGrant(config, callbackOf(response), checks);
    await expect(refused).rejects.toMatchObject({ name: 'AuthorizationResponseError', error: 'login_required' });
  });

  it('A11: prompt=login asks again, and auth_time is newer', async () => {
    const { agent, claims } = await signIn(await discover(clients.trusted), clients.trusted);
    advance(2);
    const config = await discover(clients.trusted);
    const attempt = await ask(config, agent, clients.trusted, { prompt: 'login' });
    expect(hasButton(attempt.response, 'login-submit')).toBe(true);
    const again = (await finish(config, agent, attempt)).claims();
    expect(again?.sub).toBe(claims.sub);
    expect(Number(again?.auth_time)).toBeGreaterThan(Number(claims.auth_time));
  });

  it('A15: max_age asks again when the login is older, and the client finds auth_time recent enough', async () => {
    const { agent, claims } = await signIn(await discover(clients.trusted), clients.trusted);
    advance(120);
    const config = await discover(clients.trusted);
    const attempt = await ask(config, agent, clients.trusted, { max_age: '60' });
    expect(hasButton(attempt.response, 'login-submit')).toBe(true);
    const again = (await finish(config, agent, attempt, { maxAge: 60 })).claims();
    expect(Number(again?.auth_time)).toBeGreaterThanOrEqual(Number(claims.auth_time) + 120);
  });

  it('A16: max_age does not ask again when the login is younger', async () => {
    const { agent, claims } = await signIn(await discover(clients.trusted), clients.trusted);
    advance(30);
    const config = await discover(clients.trusted);
    const attempt = await ask(config, agent, clients.trusted, { max_age: '600' });
    expect(callbackOf(attempt.response).searchParams.has('code')).toBe(true);
    expect((await finish(config, agent, attempt, { maxAge: 600 })).claims()).toMatchObject({ auth_time: claims.auth_time });
  });
});

describe('openid-client: what must not pass', () => {
  it('A1: the client refuses an answer whose iss is another or missing, because discovery says it is always there', async () => {
    const config = await discover(clients.trusted);
    const { agent } = await signIn(config, clients.trusted);
    for (const iss of ['https://evil.example', undefined]) {
      const { response, checks } = await ask(config, agent, clients.trusted);
      const callback = callbackOf(response);
      expect(callback.searchParams.get('iss')).toBe(server.issuer);
      if (iss === undefined) callback.searchParams.delete('iss');
      else callback.searchParams.set('iss', iss);
      const cause = { message: expect.stringContaining('"iss" (issuer)') };
      await expect(oidc.authorizationCodeGrant(config, callback, checks)).rejects.toMatchObject({ cause });
    }
  });

  it('A9: another code verifier than the one of the request is refused with invalid_grant', async () => {
    const config = await discover(clients.trusted);
    const agent = createAgent(server.issuer);
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const refused = finish(config, agent, await ask(config, agent, clients.trusted), { pkceCodeVerifier });
    await expect(refused).rejects.toMatchObject({ name: 'ResponseBodyError', error: 'invalid_grant', status: 400 });
  });

  it('T3: a callback opened twice is refused with invalid_grant', async () => {
    const config = await discover(clients.trusted);
    const agent = createAgent(server.issuer);
    const { response, checks } = await ask(config, agent, clients.trusted);
    const callback = callbackOf(await signInAndConsent(agent, response));
    await oidc.authorizationCodeGrant(config, callback, checks);
    await expect(oidc.authorizationCodeGrant(config, callback, checks)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('T2: a wrong secret is refused with invalid_client', async () => {
    const config = await discover({ ...clients.machine, client_secret: 'wrong-secret-0123456789abcdef01234567' });
    await expect(oidc.clientCredentialsGrant(config)).rejects.toMatchObject({ name: 'WWWAuthenticateChallengeError', status: 401 });
    const posting = await discover(clients.machine, { authentication: oidc.ClientSecretPost('wrong-secret-0123456789abcdef01234567') });
    await expect(oidc.clientCredentialsGrant(posting)).rejects.toMatchObject({ error: 'invalid_client', status: 401 });
  });
});

function clientDate(): Date {
  return new Date(Date.now() + moved * 1000);
}

describe('openid-client: hybrid and implicit', () => {
  it('SW-15: the hybrid flow, code id_token', async () => {
    const config = await discover(more.hybrid);
    oidc.useCodeIdTokenResponseType(config);
    const { tokens, claims } = await signIn(config, more.hybrid);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    expect(info.email).toBe('alice@example.test');
  });

  it('I4, A5: the implicit flow, id_token: nonce, signature, issuer and audience hold', async () => {
    const config = await discover(more.hybrid);
    oidc.useIdTokenResponseType(config);
    const agent = createAgent(server.issuer);
    const { response, checks } = await ask(config, agent, more.hybrid, { scope: 'openid email' });
    const callback = callbackOf(await signInAndConsent(agent, response));
    const { expectedNonce, expectedState } = checks;
    const claims = await oidc.implicitAuthentication(config, callback, expectedNonce, { expectedState });
    expect(claims.email).toBe('alice@example.test');
    await expect(oidc.implicitAuthentication(config, callback, 'another', { expectedState })).rejects.toThrow();
  });
});
