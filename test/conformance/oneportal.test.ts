/** The dialect of onePortal, and the switches its clients need: requests as its documentation and the clients of HSL send them. */
import { strictPolicy } from '@symbolon/provider';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantOf, withClient } from '../security/changing.ts';
import { answerOf, basicOf, type ClientUnderTest, claimsIn, clients, people, signInAndConsent } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { address, ask, bearer, dialectConfiguration, groupsScope, old, post, signIn } from './dialect-tenants.ts';

const { portal, portalOpaque, portalOff, portalPublic, hsl, hslStrict, digitransit, family, jore4 } = old;
const basic = ({ client_id, client_secret = '' }: ClientUnderTest) => ({ authorization: basicOf(client_id, client_secret) });
const password = { grant_type: 'password', ...people.alice };

describe('oneportal: conformance of the dialect', () => {
  let server: TestServer;
  let issuer: string;
  let log = '';
  beforeAll(async () => {
    const logger = pino({ level: 'trace' }, { write: (line: string) => (log += line) });
    server = await startSymbolon({ yaml: await dialectConfiguration(), logger });
    issuer = `${server.issuer}/t/oneportal`;
  });
  afterAll(() => server.close());

  const token = (client: ClientUnderTest, parameters: Record<string, string>) => post(`${issuer}/openid/token`, parameters, basic(client));
  const introspect = (client: ClientUnderTest, value: unknown) =>
    post(`${issuer}/openid/introspect`, { token: String(value), token_type_hint: 'access_token' }, basic(client));

  it('OP-1, OP-4: the password grant as documented: Bearer, a week, a refresh token, a JWT with a kid', async () => {
    // The documentation prints the question mark too.
    const { status, body } = await post(`${issuer}/openid/token?`, password, basic(portal));
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 604800, refresh_token: expect.any(String) });
    const jwks = createRemoteJWKSet(new URL(`${issuer}/openid/jwks`));
    const { payload, protectedHeader } = await jwtVerify(String(body.access_token), jwks, { issuer, audience: 'portal' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    expect(payload.sub).toEqual(expect.any(String));
  });

  it('OP-2: without the JWT option the access token is opaque', async () => {
    const { status, body } = await token(portalOpaque, password);
    expect(status).toBe(200);
    expect(body.access_token).not.toContain('.');
    expect(body.refresh_token).toEqual(expect.any(String));
  });

  it('OP-3: grant switched off, public client, wrong secret, wrong password', async () => {
    expect(await token(portalOff, password)).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    const open = await post(`${issuer}/openid/token`, { ...password, client_id: portalPublic.client_id });
    expect(open).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    // Nor one that got the switch in some other way than by registration, which refuses it.
    const tenant = tenantOf(server, 'oneportal');
    const policy = { ...strictPolicy, passwordGrant: true };
    const switched = await withClient(tenant, portalPublic.client_id, { policy }, () =>
      post(`${issuer}/openid/token`, { ...password, client_id: portalPublic.client_id }),
    );
    expect(switched).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    expect(await token({ ...portal, client_secret: 'wrong' }, password)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await token(portal, { ...password, password: 'wrong' })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('OP-5: introspection tells client and kind of token in both spellings', async () => {
    const { access_token, refresh_token } = (await token(portal, password)).body;
    const { body } = await introspect(portal, access_token);
    expect(body).toMatchObject({ active: true, clientId: 'portal', client_id: 'portal', tokenType: 'access_token', token_type: 'Bearer' });
    expect(body).toMatchObject({ username: 'alice', exp: Number(body.iat) + 604800, sub: expect.any(String) });
    expect((await introspect(portal, refresh_token)).body).toMatchObject({ active: true, clientId: 'portal', tokenType: 'refresh_token' });
  });

  it('OP-5: a signed introspection answer (RFC 9701) stays as it was signed', async () => {
    const { access_token } = (await token(portal, password)).body;
    const response = await fetch(`${issuer}/openid/introspect`, {
      method: 'POST',
      headers: { ...basic(portal), accept: 'application/token-introspection+jwt' },
      body: new URLSearchParams({ token: String(access_token) }),
    });
    expect(response.status).toBe(200);
    const jwks = createRemoteJWKSet(new URL(`${issuer}/openid/jwks`));
    const { payload } = await jwtVerify(await response.text(), jwks, { issuer, audience: 'portal' });
    expect(payload.token_introspection).toMatchObject({ active: true, client_id: 'portal' });
  });

  it('OP-6: of revoked, unknown and foreign tokens only active false is told', async () => {
    const { access_token } = (await token(portal, password)).body;
    expect((await introspect(portalOpaque, access_token)).body).toEqual({ active: false });
    expect((await introspect(portal, 'eyJra.garbage')).body).toEqual({ active: false });
    await post(`${issuer}/openid/revoke`, { token: String(access_token) }, basic(portal));
    expect((await introspect(portal, access_token)).body).toEqual({ active: false });
  });

  it('OP-7: introspection without or with wrong credentials is refused with 401', async () => {
    expect((await post(`${issuer}/openid/introspect`, { token: 'x' })).status).toBe(401);
    expect((await introspect({ ...portal, client_secret: 'wrong' }, 'x')).status).toBe(401);
  });

  it('OP-8: the refresh token of the password grant gives a new access token', async () => {
    const first = (await token(portal, password)).body;
    const next = await token(portal, { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) });
    expect(next).toMatchObject({ status: 200, body: { refresh_token: expect.any(String) } });
    expect(next.body.access_token).not.toBe(first.access_token);
  });

  /** The authorization request of the timetable tools: redirect_uri to the letter, no openid, no state. */
  const toolRequest = (client: ClientUnderTest, scope = `email+${groupsScope}`) =>
    `${issuer}/openid/auth?ns=space1&client_id=${client.client_id}&redirect_uri=${client.redirect_uri}&response_type=code&scope=${scope}&ui_locales=en`;
  /** Their token request: everything in the query, the body empty. */
  const toolToken = async (client: typeof hsl | typeof hslStrict, code: string | null) => {
    const credentials = `client_id=${client.client_id}&client_secret=${client.client_secret}`;
    const rest = `grant_type=authorization_code&code=${code}&redirect_uri=${client.redirect_uri}`;
    return ask(`${issuer}/openid/token?${credentials}&${rest}`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  };

  it('OP-10: credentialsInQuery on: everything in the query is taken, and nothing of it is logged', async () => {
    const code = answerOf(await signIn(toolRequest(hsl))).get('code');
    expect(await toolToken(hsl, code)).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: `email ${groupsScope}` } });
    const wrong = await toolToken({ ...hsl, client_secret: 'wrong-secret-in-the-query' as typeof hsl.client_secret }, code);
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(log).toContain('tokens.issued');
    for (const secret of [hsl.client_secret, 'wrong-secret-in-the-query', String(code)]) expect(log).not.toContain(secret);
  });

  it('OP-10: credentialsInQuery off: the same request is refused and the code is still good', async () => {
    const code = answerOf(await signIn(toolRequest(hslStrict, 'openid+email'))).get('code');
    expect(await toolToken(hslStrict, code)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const { status } = await token(hslStrict, { grant_type: 'authorization_code', code: code ?? '', redirect_uri: hslStrict.redirect_uri });
    expect(status).toBe(200);
  });

  it('OP-10: credentialsInQuery on: not beside a body, not beside Basic', async () => {
    const query = address(`${issuer}/openid/token`, {
      client_id: hsl.client_id,
      client_secret: hsl.client_secret,
      grant_type: 'authorization_code',
    });
    expect((await post(query, { code: 'x' })).body.error).toBe('invalid_request');
    const twice = await ask(query, { method: 'POST', headers: { ...basic(hsl), 'content-type': 'application/json' } });
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('OP-11: userinfoWithoutOpenid on: no ID token, a refresh token, and userinfo gives sub, e-mail and groups', async () => {
    const { body } = await toolToken(hsl, answerOf(await signIn(toolRequest(hsl))).get('code'));
    expect(body).not.toHaveProperty('id_token');
    expect(body.refresh_token).toEqual(expect.any(String));
    const userinfo = await ask(`${issuer}/openid/userinfo`, { headers: bearer(body.access_token) });
    expect(userinfo).toMatchObject({ status: 200, body: { sub: expect.any(String), email: 'alice@example.test', email_verified: true } });
    expect(userinfo.body.groups).toEqual(['staff', 'mica-user']);
  });

  it('OP-11: userinfoWithoutOpenid off: the code works, userinfo is refused', async () => {
    const code = answerOf(await signIn(toolRequest(hslStrict))).get('code') ?? '';
    const { status, body } = await token(hslStrict, { grant_type: 'authorization_code', code, redirect_uri: hslStrict.redirect_uri });
    expect(status).toBe(200);
    const userinfo = await ask(`${issuer}/openid/userinfo`, { headers: bearer(body.access_token) });
    expect(userinfo).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
  });

  it('OP-12: ns is taken, and ui_locales=sv gives a page in Swedish', async () => {
    const page = await createAgent(server.issuer).get(toolRequest(hsl).replace('ui_locales=en', 'ui_locales=sv'));
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/<html[^>]* lang="sv"/);
  });

  it('OP-13: a good sso_token with prompt=none gives a code for the person who signed in at the other site, as she did there', async () => {
    const { client_id, redirect_uri } = family;
    const at = address(`${issuer}/openid/auth`, { client_id, redirect_uri, response_type: 'code', scope: 'openid profile' });
    const code = answerOf(await signIn(at)).get('code') ?? '';
    const there = (await token(family, { grant_type: 'authorization_code', code, redirect_uri })).body;
    server.advance(5);
    const minted = await post(
      `${issuer}/openid/sign-on`,
      { token: String(there.access_token), audience: digitransit.client_id },
      basic(family),
    );
    expect(minted).toMatchObject({ status: 200, body: { sso_token: expect.any(String), expires_in: 120 } });
    const sso_token = String(minted.body.sso_token);
    const agent = createAgent(server.issuer);
    const answer = answerOf(await agent.get(digitransitRequest({ sso_token, prompt: 'none' })));
    expect(Object.fromEntries(answer)).toEqual({
      code: expect.any(String),
      state: '917824427',
      iss: issuer,
      session_state: expect.any(String),
    });
    const grant = { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: digitransit.redirect_uri };
    const here = claimsIn(String((await token(digitransit, grant)).body.id_token));
    const original = claimsIn(String(there.id_token));
    expect(here).toMatchObject({ sub: original.sub, auth_time: original.auth_time, amr: original.amr });
    expect(here.sid).not.toBe(original.sid);
    // She stays signed in in this browser, without the token.
    expect(answerOf(await agent.get(digitransitRequest({ prompt: 'none' }))).has('code')).toBe(true);
    expect(log).not.toContain(sso_token);
  });

  it('OP-13: a bad sso_token with prompt=none gives login_required', async () => {
    const answer = answerOf(await createAgent(server.issuer).get(digitransitRequest({ sso_token: 'bad', prompt: 'none' })));
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'login_required', state: '917824427' });
    expect(log).not.toContain('sso_token');
  });

  const digitransitRequest = (changes: Record<string, string> = {}) => {
    const { client_id, redirect_uri } = digitransit;
    const parameters = { client_id, scope: 'openid profile', response_type: 'code', redirect_uri, state: '917824427', ui_locales: 'fi' };
    return address(`${issuer}/openid/auth`, { ...parameters, ...changes });
  };

  it('OP-14 in part: Digitransit: sign-in in Finnish, callback, userinfo, refresh, sign-out with hint', async () => {
    const { body: metadata } = await ask(`${issuer}/.well-known/openid-configuration`);
    const agent = createAgent(server.issuer);
    const page = await agent.get(digitransitRequest());
    expect(page.text).toMatch(/<html[^>]* lang="fi"/);
    const answer = answerOf(await signInAndConsent(agent, page));
    expect(answer.get('state')).toBe('917824427');

    const code = answer.get('code') ?? '';
    const first = await token(digitransit, { grant_type: 'authorization_code', code, redirect_uri: digitransit.redirect_uri });
    expect(first.status).toBe(200);
    const jwks = createRemoteJWKSet(new URL(String(metadata.jwks_uri)));
    const { payload } = await jwtVerify(String(first.body.id_token), jwks, { issuer, audience: 'digitransit', algorithms: ['RS256'] });
    expect(payload.amr).toEqual(['pwd']);
    const second = await token(digitransit, { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) });
    const userinfo = await ask(String(metadata.userinfo_endpoint), { headers: bearer(second.body.access_token) });
    expect(userinfo.body).toMatchObject({ sub: payload.sub, name: 'Alice Archer' });

    const out = await agent.get(
      address(String(metadata.end_session_endpoint), {
        post_logout_redirect_uri: 'https://reittiopas.example/',
        id_token_hint: String(second.body.id_token),
        ui_locales: 'fi',
        client_id: 'digitransit',
      }),
    );
    expect(out.location).toBe('https://reittiopas.example/');
    expect(answerOf(await agent.get(digitransitRequest({ prompt: 'none' }))).get('error')).toBe('login_required');
  });

  it('OP-15: jore4: a JWT access token for the client, a refresh token unasked, refresh with scope=openid', async () => {
    const { client_id, redirect_uri } = jore4;
    const answer = answerOf(
      await signIn(
        address(`${issuer}/openid/auth`, { client_id, redirect_uri, response_type: 'code', scope: 'openid profile', state: 's' }),
      ),
    );
    const first = await token(jore4, { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri, scope: 'openid' });
    const jwks = createRemoteJWKSet(new URL(`${issuer}/openid/jwks`));
    await jwtVerify(String(first.body.access_token), jwks, { issuer, audience: 'jore4', algorithms: ['RS256'] });
    const next = await token(jore4, { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token), scope: 'openid' });
    expect(next.status).toBe(200);
    await jwtVerify(String(next.body.access_token), jwks, { issuer, audience: 'jore4' });
  });

  it('OP-18: sign-out with client_id alone leads back after the person’s yes', async () => {
    const agent = createAgent(server.issuer);
    await signInAndConsent(agent, await agent.get(digitransitRequest()));
    const parameters = { client_id: 'jore4', post_logout_redirect_uri: 'https://jore4.example/' };
    const asked = await agent.get(address(`${issuer}/openid/logout`, parameters));
    expect((await agent.submit(asked, { button: 'logout-yes' })).location).toBe('https://jore4.example/');
  });

  it('OP-22: claims_in_id_token=true puts the claims into the ID token, at the token endpoint and at the authorization endpoint', async () => {
    const plain = claimsIn(String((await token(portal, { ...password, scope: 'openid email' })).body.id_token));
    expect(plain).not.toHaveProperty('email');
    const wanted = await token(portal, { ...password, scope: 'openid email', claims_in_id_token: 'true' });
    expect(claimsIn(String(wanted.body.id_token))).toMatchObject({ sub: plain.sub, email: 'alice@example.test' });
    const code = answerOf(await signIn(digitransitRequest({ claims_in_id_token: 'true' }))).get('code') ?? '';
    const { body } = await token(digitransit, { grant_type: 'authorization_code', code, redirect_uri: digitransit.redirect_uri });
    expect(claimsIn(String(body.id_token))).toMatchObject({ name: 'Alice Archer' });
  });

  it('OP-22: elsewhere the parameter means nothing', async () => {
    const answer = await post(`${server.issuer}/token`, { ...password, scope: 'openid email', claims_in_id_token: 'true' }, basic(portal));
    expect(claimsIn(String(answer.body.id_token))).not.toHaveProperty('email');
  });

  it('OP-23: a redirect_uri that is not encoded is read as it stands', async () => {
    const url = `${issuer}/openid/auth?client_id=nopkce&redirect_uri=${clients.nopkce.redirect_uri}&response_type=code&scope=openid`;
    expect((await signIn(url)).location).toMatch(/^http:\/\/127\.0\.0\.1:5000\/callback\?code=/);
  });

  it.each(['strict-scopes', 'loose-scopes'])('unknownScopes, both positions: %s', async (client_id) => {
    const answer = answerOf(
      await signIn(address(`${issuer}/openid/auth`, { client_id, response_type: 'code', scope: 'openid profile nobody:knows' })),
    );
    const known = answerOf(await signIn(address(`${issuer}/openid/auth`, { client_id, response_type: 'code', scope: 'openid profile' })));
    expect(answer.get('error')).toBe(client_id === 'strict-scopes' ? 'invalid_scope' : null);
    expect(known.has('code'), 'a scope that is known, and not for this client').toBe(true);
  });

  it('OP-6: an expired token is told as active false', async () => {
    const { access_token } = (await token(portal, password)).body;
    server.advance(604_801);
    expect((await introspect(portal, access_token)).body).toEqual({ active: false });
  });
});
