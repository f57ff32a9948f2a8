/** The dialect of Agate: requests as its documentation and Amber's login library send them. */
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, basicOf, claimsIn, clients, hasButton, people, signInAndConsent } from '../support/client.ts';
import { expectErrorPage } from '../support/error-page.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { address, ask, bearer, dialectConfiguration, old, post, signIn } from './dialect-tenants.ts';

const { nopkce, web, hs256 } = clients;
const { amber, portal } = old;

describe('agate: conformance of the dialect', () => {
  let server: TestServer;
  let issuer: string;
  let authorize: string;
  let token: string;
  beforeAll(async () => {
    server = await startSymbolon({ yaml: await dialectConfiguration() });
    issuer = `${server.issuer}/t/agate`;
    authorize = `${issuer}/ws/oauth2/authorize`;
    token = `${issuer}/ws/oauth2/token`;
  });
  afterAll(() => server.close());

  const codeFor = async (client: typeof nopkce | typeof amber | typeof hs256, changes: Record<string, string | undefined> = {}) => {
    const parameters = {
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: client.redirect_uri,
      scope: 'openid',
      ...changes,
    };
    return answerOf(await signIn(address(authorize, parameters)));
  };
  const inBody = (client: { client_id: string; client_secret: string; redirect_uri: string }, code: string | null) => ({
    grant_type: 'authorization_code',
    code: code ?? '',
    client_id: client.client_id,
    client_secret: client.client_secret,
    redirect_uri: client.redirect_uri,
  });

  it('AG-1: discovery has the endpoints at Agate’s paths, and they answer there', async () => {
    const { body } = await ask(`${issuer}/.well-known/openid-configuration`);
    expect(body).toMatchObject({
      issuer,
      authorization_endpoint: authorize,
      token_endpoint: token,
      userinfo_endpoint: `${issuer}/ws/oauth2/userinfo`,
      end_session_endpoint: `${issuer}/ws/oauth2/logout`,
      jwks_uri: `${issuer}/ws/oauth2/certs`,
      response_types_supported: expect.arrayContaining(['code']),
      subject_types_supported: expect.arrayContaining(['public']),
      id_token_signing_alg_values_supported: expect.arrayContaining(['HS256']),
      scopes_supported: expect.arrayContaining(['openid', 'email', 'profile']),
    });
    expect((await ask(String(body.jwks_uri))).body.keys).not.toHaveLength(0);
  });

  it('AG-2: without redirect_uri the code comes to the only one registered, and is redeemed without one', async () => {
    const response = await signIn(address(authorize, { client_id: 'nopkce', response_type: 'code', scope: 'openid email profile' }));
    expect(response.location).toMatch(/^http:\/\/127\.0\.0\.1:5000\/callback\?code=/);
    const { redirect_uri: _, ...body } = inBody(nopkce, answerOf(response).get('code'));
    expect((await post(token, body)).status).toBe(200);
  });

  it('AG-4: a person signs in and the answer has code, state and expires_in', async () => {
    const agent = createAgent(server.issuer);
    const parameters = {
      client_id: 'nopkce',
      response_type: 'code',
      scope: 'openid email profile',
      state: 's1',
      redirect_uri: nopkce.redirect_uri,
    };
    const page = await agent.get(address(authorize, parameters));
    expect([302, 303]).toContain(page.trail[0]?.status);
    expect(hasButton(page, 'login-submit')).toBe(true);
    const answer = answerOf(await signInAndConsent(agent, page));
    expect(Object.fromEntries(answer)).toEqual({
      code: expect.any(String),
      state: 's1',
      iss: issuer,
      expires_in: '60',
      session_state: expect.any(String),
    });
  });

  it('AG-4: expires_in stands in a posted answer too, says what the client’s own codes live, and is not in an error', async () => {
    const posted = await signIn(
      address(authorize, { client_id: 'nopkce', response_type: 'code', scope: 'openid', response_mode: 'form_post' }),
    );
    expect(posted.forms[0]?.fields.find(({ name }) => name === 'expires_in')?.value).toBe('60');
    expect((await codeFor(amber)).get('expires_in')).toBe('30');
    const refused = answerOf(
      await signIn(address(authorize, { client_id: 'nopkce', response_type: 'code', scope: 'openid', prompt: 'none' })),
    );
    expect(Object.fromEntries(refused)).toMatchObject({ error: 'login_required' });
    expect(refused.has('expires_in')).toBe(false);
  });

  it.each(['openid,email,profile', 'openid, email,profile', 'openid email profile', 'openid+email'])(
    'AG-5: scope %s is understood',
    async (scope) => {
      // As the documentation prints it: the plus is a blank, and a comma stands for itself.
      const response = await signIn(`${authorize}?client_id=nopkce&response_type=code&scope=${scope.replaceAll(' ', '%20')}`);
      const { body } = await post(token, { ...inBody(nopkce, answerOf(response).get('code')), redirect_uri: undefined });
      expect(String(body.scope).split(' ')).toEqual(scope.includes('profile') ? ['openid', 'email', 'profile'] : ['openid', 'email']);
    },
  );

  it('AG-6: without state there is none in the answer', async () => {
    expect((await codeFor(nopkce)).has('state')).toBe(false);
  });

  it('AG-7: the nonce comes back in the ID token', async () => {
    const answer = await codeFor(nopkce, { nonce: 'n-0S6_WzA2Mj' });
    const { body } = await post(token, inBody(nopkce, answer.get('code')));
    expect(claimsIn(String(body.id_token)).nonce).toBe('n-0S6_WzA2Mj');
  });

  it('AG-9: a person who declines gives access_denied and the state back', async () => {
    const agent = createAgent(server.issuer);
    const parameters = { client_id: web.client_id, response_type: 'code', redirect_uri: web.redirect_uri, scope: 'openid', state: 'x' };
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
    const login = await agent.get(address(authorize, { ...parameters, ...challenge }));
    const consent = await agent.submit(login, { button: 'login-submit', fields: { ...people.alice } });
    const answer = answerOf(await agent.submit(consent, { button: 'consent-deny' }));
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'access_denied', state: 'x' });
    expect(answer.has('expires_in')).toBe(false);
  });

  it('AG-11: unknown client and unknown redirect URI give a page, an unknown scope gives the client invalid_scope', async () => {
    const agent = createAgent(server.issuer);
    for (const wrong of [{ client_id: 'nobody' }, { redirect_uri: 'http://127.0.0.1:5000/callback/sub' }]) {
      const parameters = { client_id: 'nopkce', response_type: 'code', redirect_uri: nopkce.redirect_uri, scope: 'openid', ...wrong };
      const response = await agent.get(address(authorize, parameters));
      expectErrorPage(response);
    }
    const answer = await codeFor(nopkce, { scope: 'openid,mica:nothing', state: 's' });
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'invalid_scope', state: 's' });
  });

  it('AG-12: with Basic and with credentials in the body: bearer, eight hours, an ID token', async () => {
    for (const way of ['basic', 'post']) {
      const body = inBody(nopkce, (await codeFor(nopkce)).get('code'));
      const { client_id, client_secret, ...rest } = body;
      const answer =
        way === 'post' ? await post(token, body) : await post(token, rest, { authorization: basicOf(client_id, client_secret) });
      expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 28800, id_token: expect.any(String) } });
    }
  });

  it('AG-14: wrong secret, wrong code, no grant type: 400 with error and description', async () => {
    const good = inBody(nopkce, 'wrong');
    const cases = [
      { ...good, client_secret: 'wrong' },
      good,
      { ...good, grant_type: undefined },
      { ...good, grant_type: 'nothing' },
      { ...good, client_id: 'nobody' },
    ];
    const answers = await Promise.all(cases.map((parameters) => post(token, parameters)));
    answers.push(await post(token, { grant_type: 'authorization_code' }, { authorization: basicOf('nopkce', 'wrong') }));
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('content-type')]).toEqual([400, expect.stringMatching(/^application\/json\b/)]);
      expect(body).toEqual({ error: expect.any(String), error_description: expect.any(String) });
    }
    expect(answers.map(({ body }) => body.error)).toEqual([
      'invalid_client',
      'invalid_grant',
      'invalid_request',
      'unsupported_grant_type',
      'invalid_client',
      'invalid_client',
    ]);
  });

  it('AG-15: the password grant takes the user name, and refuses a wrong password with 400', async () => {
    const basic = { authorization: basicOf(portal.client_id, portal.client_secret) };
    const good = await post(token, { grant_type: 'password', ...people.alice }, basic);
    expect(good).toMatchObject({ status: 200, body: { token_type: 'bearer' } });
    const bad = await post(token, { grant_type: 'password', ...people.alice, password: 'wrong' }, basic);
    expect(bad).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('AG-19: sign-out leads to a registered address, and an unregistered one gives a page', async () => {
    const agent = createAgent(server.issuer);
    const client = { client_id: 'identify-app', client_secret: 'identify-app-secret-0123456789abcdef', redirect_uri: nopkce.redirect_uri };
    const parameters = { client_id: client.client_id, response_type: 'code', redirect_uri: client.redirect_uri, scope: 'openid' };
    const answer = answerOf(await signInAndConsent(agent, await agent.get(address(authorize, parameters))));
    const { body } = await post(token, inBody(client, answer.get('code')));
    const logout = (post_logout_redirect_uri: string) =>
      agent.get(address(`${issuer}/ws/oauth2/logout`, { post_logout_redirect_uri, id_token_hint: String(body.id_token) }));
    const foreign = await logout('https://evil.example/bye');
    expectErrorPage(foreign);
    expect((await logout('http://127.0.0.1:5000/bye')).location).toBe('http://127.0.0.1:5000/bye');
  });

  it('AG-19: without a hint the person is asked first, and her yes leads back', async () => {
    const agent = createAgent(server.issuer);
    await signInAndConsent(agent, await agent.get(address(authorize, { client_id: 'nopkce', response_type: 'code', scope: 'openid' })));
    const uri = 'http://127.0.0.1:5000/bye';
    const asked = await agent.get(address(`${issuer}/ws/oauth2/logout`, { post_logout_redirect_uri: uri, client_id: 'web' }));
    expect((await agent.submit(asked, { button: 'logout-yes' })).location).toBe(uri);
  });

  it('AG-5, AG-6, AG-12: Amber’s login library signs in: no state, comma scopes, secret in the body, then userinfo', async () => {
    const callback = encodeURIComponent(amber.redirect_uri);
    const url = `${authorize}?client_id=amber&response_type=code&redirect_uri=${callback}&scope=openid%2Cemail%2Cprofile%2Cgroups`;
    const answer = answerOf(await signIn(url));
    expect(answer.has('state')).toBe(false);
    const { status, body } = await post(token, inBody(amber, answer.get('code')));
    expect(status).toBe(200);
    // It only decodes; whoever verifies can do so with the client's own secret.
    const key = new TextEncoder().encode(amber.client_secret);
    const { payload } = await jwtVerify(String(body.id_token), key, { issuer, audience: 'amber', algorithms: ['HS256'] });
    expect(payload).toMatchObject({ given_name: 'Alice', family_name: 'Archer', name: 'Alice Archer', email: 'alice@example.test' });
    const userinfo = await ask(`${issuer}/ws/oauth2/userinfo`, { headers: { ...bearer(body.access_token), accept: 'application/json' } });
    expect(userinfo.body).toMatchObject({ sub: payload.sub, email: 'alice@example.test', groups: expect.arrayContaining(['mica-user']) });
  });

  it('AG-5: Amber without configured scopes asks for all that are advertised, and gets those it may have', async () => {
    const { scopes_supported } = (await ask(`${issuer}/.well-known/openid-configuration`)).body as { scopes_supported: string[] };
    const answer = await codeFor(amber, { scope: scopes_supported.join(',') });
    const { body } = await post(token, inBody(amber, answer.get('code')));
    expect(String(body.scope).split(' ').toSorted()).toEqual(['email', 'groups', 'openid', 'profile']);
  });

  it('the standard tenant beside it has none of this: no comma, no expires_in, Bearer, 401', async () => {
    const parameters = { client_id: 'nopkce', response_type: 'code', redirect_uri: nopkce.redirect_uri };
    const comma = answerOf(await signIn(address(`${server.issuer}/authorize`, { ...parameters, scope: 'openid,email' })));
    expect(comma.get('error')).toBe('invalid_scope');
    const answer = answerOf(await signIn(address(`${server.issuer}/authorize`, { ...parameters, scope: 'openid' })));
    expect(answer.has('expires_in')).toBe(false);
    const good = await post(`${server.issuer}/token`, inBody(nopkce, answer.get('code')));
    expect(good.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(claimsIn(String(good.body.id_token))).not.toHaveProperty('name');
    expect((await post(`${server.issuer}/token`, { ...inBody(nopkce, 'x'), client_secret: 'wrong' })).status).toBe(401);
    expect((await fetch(`${server.issuer}/ws/oauth2/certs`)).status).toBe(404);
  });
});
