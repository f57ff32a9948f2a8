/** The dialect of Identify: requests as Safewhere's own clients send them. */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, basicOf, type ClientUnderTest, claimsIn, clients, hasButton, people, signInAndConsent } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { address, ask, bearer, dialectConfiguration, post, signIn } from './dialect-tenants.ts';

const app = {
  client_id: 'identify-app',
  client_secret: 'identify-app-secret-0123456789abcdef',
  redirect_uri: 'http://127.0.0.1:5000/callback',
} satisfies ClientUnderTest;
const { spa, nopkce, web } = clients;
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const pkce = { code_challenge: createHash('sha256').update(code_verifier).digest('base64url'), code_challenge_method: 'S256' };

describe('identify: conformance of the dialect', () => {
  let server: TestServer;
  let runtime: string;
  let token: string;
  let userinfo: string;
  beforeAll(async () => {
    server = await startSymbolon({ yaml: await dialectConfiguration() });
    runtime = `${server.issuer}/runtime`;
    token = `${runtime}/oauth2/token.idp`;
    userinfo = `${runtime}/openidconnect/userinfo.idp`;
  });
  afterAll(() => server.close());

  const request = ({ client_id, redirect_uri }: ClientUnderTest, changes: Record<string, string> = {}) => {
    const parameters = { client_id, redirect_uri, response_type: 'code', scope: 'openid profile', state: 's', nonce: 'n', ...pkce };
    return address(`${runtime}/oauth2/authorize.idp`, { ...parameters, ...changes });
  };
  const redemption = (client: ClientUnderTest, code: string | null) => ({
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: client.redirect_uri,
    code_verifier,
  });
  const codeFor = async (client: ClientUnderTest, changes: Record<string, string> = {}) =>
    answerOf(await signIn(request(client, changes))).get('code');
  const tokensFor = async (client: ClientUnderTest & { readonly client_secret: string }) =>
    (await post(token, { ...redemption(client, await codeFor(client)), client_id: client.client_id, client_secret: client.client_secret }))
      .body;

  it('SW-1: discovery at the runtime path names the endpoints of Identify, some beside the issuer', async () => {
    const { body } = await ask(`${runtime}/oauth2/.well-known/openid-configuration`);
    expect(body).toMatchObject({
      issuer: `${runtime}/oauth2`,
      authorization_endpoint: `${runtime}/oauth2/authorize.idp`,
      token_endpoint: token,
      introspection_endpoint: `${runtime}/oauth2/introspect.idp`,
      revocation_endpoint: `${runtime}/oauth2/revoke.idp`,
      userinfo_endpoint: userinfo,
      end_session_endpoint: `${runtime}/openidconnect/logout.idp`,
    });
    expect((await ask(String(body.jwks_uri))).body.keys).not.toHaveLength(0);
  });

  it('SW-2 in part: the code flow with secret in the body, with Basic, and public with PKCE', async () => {
    const { client_id, client_secret } = app;
    const posted = await post(token, { ...redemption(app, await codeFor(app)), client_id, client_secret });
    const basic = await post(token, redemption(app, await codeFor(app)), { authorization: basicOf(client_id, client_secret) });
    const open = await post(token, { ...redemption(spa, await codeFor(spa, { whr: 'name:Local' })), client_id: 'spa' });
    for (const { status, body } of [posted, basic, open])
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer', expires_in: 3600, id_token: expect.any(String) },
      });
  });

  it('SW-3: two client authentications at once are refused', async () => {
    const { client_id, client_secret } = app;
    const twice = { ...redemption(app, await codeFor(app)), client_id, client_secret };
    const answer = await post(token, twice, { authorization: basicOf(client_id, client_secret) });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('SW-4 in part: access tokens are JWTs unless a client says otherwise: at+jwt, the issuer, the client', async () => {
    const { access_token } = await tokensFor(nopkce);
    const jwks = createRemoteJWKSet(new URL(`${runtime}/oauth2/jwks.idp`));
    const { payload } = await jwtVerify(String(access_token), jwks, { issuer: `${runtime}/oauth2`, audience: 'nopkce' });
    expect(decodeProtectedHeader(String(access_token))).toMatchObject({ typ: 'at+jwt', alg: 'RS256' });
    expect(payload).toMatchObject({ client_id: 'nopkce', scope: 'openid profile' });
  });

  it('SW-6: prompt=none: not signed in, no consent, a bad hint, and good without a hint', async () => {
    const nobody = createAgent(server.issuer);
    expect(answerOf(await nobody.get(request(web, { prompt: 'none' }))).get('error')).toBe('login_required');
    const agent = createAgent(server.issuer);
    await signInAndConsent(agent, await agent.get(request(app)));
    const silent = async (client: ClientUnderTest, changes = {}) =>
      answerOf(await agent.get(request(client, { prompt: 'none', ...changes })));
    expect(Object.fromEntries(await silent(web))).toMatchObject({ error: 'interaction_required', state: 's' });
    expect((await silent(web, { response_mode: 'fragment' })).get('error')).toBe('interaction_required');
    expect((await silent(app, { id_token_hint: 'bad' })).get('error')).toBe('login_required');
    expect((await silent(app)).has('code')).toBe(true);
  });

  it('SW-6: the renamed error is the same in a posted answer', async () => {
    const agent = createAgent(server.issuer);
    await signInAndConsent(agent, await agent.get(request(app)));
    const posted = await agent.get(request(web, { prompt: 'none', response_mode: 'form_post' }));
    expect(posted.forms[0]?.fields.find(({ name }) => name === 'error')?.value).toBe('interaction_required');
  });

  it('SW-7: prompt=login asks for the password again, and auth_time is newer', async () => {
    const agent = createAgent(server.issuer);
    const redeem = async (code: string | null) =>
      claimsIn(
        String((await post(token, redemption(app, code), { authorization: basicOf(app.client_id, app.client_secret) })).body.id_token),
      );
    const before = await redeem(answerOf(await signInAndConsent(agent, await agent.get(request(app)))).get('code'));
    server.advance(5);
    const again = await agent.get(request(app, { prompt: 'login' }));
    expect(hasButton(again, 'login-submit')).toBe(true);
    const after = await redeem(
      answerOf(await agent.submit(again, { button: 'login-submit', fields: { password: people.alice.password } })).get('code'),
    );
    expect(Number(after.auth_time)).toBeGreaterThanOrEqual(Number(before.auth_time) + 5);
  });

  it('SW-11, SW-16: userinfo by GET, by POST with the header and form type, by POST with the token in the form: the same, for any origin', async () => {
    const { access_token } = await tokensFor(app);
    const formType = { 'content-type': 'application/x-www-form-urlencoded' };
    const answers = [
      await ask(userinfo, { headers: bearer(access_token) }),
      await ask(userinfo, { method: 'POST', headers: { ...bearer(access_token), ...formType, origin: 'http://127.0.0.1:5001' } }),
      await post(userinfo, { access_token: String(access_token) }),
    ];
    for (const { status, body, headers } of answers) {
      expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
      expect(body).toEqual(answers[0]?.body);
    }
    expect(answers[0]?.body).toMatchObject({ sub: expect.any(String), name: 'Alice Archer' });
    const preflight = await fetch(userinfo, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://127.0.0.1:5001',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
  });

  it('SW-13: sign-out with an ID token of one client and the id of another is an error; with its own it leads back', async () => {
    const agent = createAgent(server.issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request(app))));
    const { body } = await post(token, redemption(app, answer.get('code')), { authorization: basicOf(app.client_id, app.client_secret) });
    const logout = (parameters: Record<string, string>) =>
      agent.get(address(`${runtime}/openidconnect/logout.idp`, { id_token_hint: String(body.id_token), ...parameters }));
    expect((await logout({ client_id: 'web' })).status).toBe(400);
    const out = await logout({ client_id: app.client_id, post_logout_redirect_uri: 'http://127.0.0.1:5000/bye', state: 'x' });
    expect(out.location).toBe('http://127.0.0.1:5000/bye?state=x');
  });

  it('SW-24: introspection and revocation work at their places, JWT or not', async () => {
    const { access_token } = await tokensFor(app);
    const authorization = basicOf(app.client_id, app.client_secret);
    const introspect = () => post(`${runtime}/oauth2/introspect.idp`, { token: String(access_token) }, { authorization });
    expect((await introspect()).body).toMatchObject({ active: true, client_id: app.client_id, username: 'alice' });
    expect((await post(`${runtime}/oauth2/revoke.idp`, { token: String(access_token) }, { authorization })).status).toBe(200);
    expect((await introspect()).body).toEqual({ active: false });
    expect((await ask(userinfo, { headers: bearer(access_token) })).status).toBe(401);
  });
});
