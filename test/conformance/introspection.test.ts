/** Introspection (RFC 7662), revocation (RFC 7009) and JWT access tokens (RFC 9068). */
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basicOf, type ClientUnderTest, clients, form, signInFor, tokenRequest, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const jwtClient: ClientUnderTest = {
  client_id: 'identify-app',
  client_secret: 'identify-app-secret-0123456789abcdef',
  redirect_uri: 'http://127.0.0.1:5000/callback',
};
const jwtMachine: ClientUnderTest = { client_id: 'machine-jwt', client_secret: 'machine-jwt-secret-0123456789abcdef', redirect_uri: '' };
const { trusted, web, spa, machine } = clients;
const offline = { scope: 'openid email offline_access', prompt: 'consent' };

describe('conformance: introspection, revocation, JWT access tokens', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startSymbolon();
  });
  afterAll(() => server.close());

  const call = async (path: string, client: ClientUnderTest | undefined, parameters: Record<string, string>) => {
    const authorization = client?.client_secret === undefined ? {} : { authorization: basicOf(client.client_id, client.client_secret) };
    const body = form(
      client !== undefined && client.client_secret === undefined ? { client_id: client.client_id, ...parameters } : parameters,
    );
    const response = await fetch(`${server.issuer}/${path}`, { method: 'POST', headers: authorization, body });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
  const introspect = (client: ClientUnderTest | undefined, token: unknown) => call('introspect', client, { token: String(token) });
  const signIn = (client: ClientUnderTest, changes = {}) => signInFor(server.issuer, createAgent(server.issuer), client, changes);

  it('OP-5: a live access token is told with client, person, scope and times', async () => {
    const { tokens } = await signIn(trusted);
    const { status, headers, body } = await introspect(trusted, tokens.body.access_token);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      active: true,
      iss: server.issuer,
      client_id: 'trusted',
      username: 'alice',
      token_type: 'Bearer',
      scope: 'openid profile email',
      aud: 'trusted',
    });
    expect(Number(body.exp)).toBe(Number(body.iat) + 3600);
    expect(body.sub).toBe((await userinfo(server.issuer, tokens.body.access_token)).body.sub);
  });

  it('OP-6, F13: expired, revoked, unknown, changed, another client’s: only active false', async () => {
    const { tokens } = await signIn(trusted, offline);
    const { access_token, refresh_token, id_token } = tokens.body;
    const machineToken = (await tokenRequest(server.issuer, machine, { grant_type: 'client_credentials' })).body.access_token;
    const cases: [ClientUnderTest, unknown][] = [
      [web, access_token],
      [web, refresh_token],
      [trusted, machineToken],
      [trusted, `${access_token}x`],
      [trusted, 'garbage'],
      [trusted, id_token],
      [trusted, 'a.b.c'],
    ];
    for (const [client, token] of cases) expect((await introspect(client, token)).text).toBe('{"active":false}');
    expect((await introspect(trusted, access_token)).body.active).toBe(true);
    await call('revoke', trusted, { token: String(access_token) });
    expect((await introspect(trusted, access_token)).text).toBe('{"active":false}');
  });

  it('OP-7, F14, G13: without credentials, with wrong ones or as a public client it is refused', async () => {
    const { tokens } = await signIn(spa, { scope: 'openid' });
    for (const client of [undefined, { ...trusted, client_secret: 'wrong' }, spa]) {
      const { status, body } = await introspect(client, tokens.body.access_token);
      expect(status).toBe(401);
      expect(body.error).toBe('invalid_client');
    }
  });

  it('a token of a client acting for itself, and a refresh token, are told as what they are', async () => {
    const { body } = await tokenRequest(server.issuer, machine, { grant_type: 'client_credentials' });
    expect((await introspect(machine, body.access_token)).body).toMatchObject({
      active: true,
      sub: 'machine',
      client_id: 'machine',
      scope: 'reports',
    });
    const { tokens } = await signIn(trusted, offline);
    const told = (await introspect(trusted, tokens.body.refresh_token)).body;
    expect(told).toMatchObject({ active: true, client_id: 'trusted' });
    expect(told).not.toHaveProperty('token_type');
  });

  it('AG-29: revoking a refresh token ends the grant with its access tokens, an access token only itself', async () => {
    const first = (await signIn(trusted, offline)).tokens.body;
    expect((await call('revoke', trusted, { token: String(first.access_token) })).status).toBe(200);
    expect((await userinfo(server.issuer, first.access_token)).status).toBe(401);
    const again = await tokenRequest(server.issuer, trusted, { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) });
    expect(again.status).toBe(200);
    await call('revoke', trusted, { token: String(again.body.refresh_token), token_type_hint: 'refresh_token' });
    expect((await userinfo(server.issuer, again.body.access_token)).status).toBe(401);
    const dead = await tokenRequest(server.issuer, trusted, {
      grant_type: 'refresh_token',
      refresh_token: String(again.body.refresh_token),
    });
    expect(dead.body.error).toBe('invalid_grant');
  });

  it('revocation says 200 of anything, touches nothing of another client, and serves public clients', async () => {
    const { tokens } = await signIn(trusted, offline);
    const { access_token, refresh_token } = tokens.body;
    for (const token of ['unknown', String(access_token), String(refresh_token)])
      expect((await call('revoke', web, { token })).status).toBe(200);
    expect((await introspect(trusted, access_token)).body.active).toBe(true);
    expect((await introspect(trusted, refresh_token)).body.active).toBe(true);
    const own = (await signIn(spa, { scope: 'openid' })).tokens.body.access_token;
    expect((await call('revoke', spa, { token: String(own) })).status).toBe(200);
    expect((await userinfo(server.issuer, own)).status).toBe(401);
    expect((await call('revoke', undefined, { token: 'x' })).status).toBe(401);
  });

  it('OP-4, SW-4: a JWT access token is an at+jwt that any API can check, with the members of RFC 9068', async () => {
    const { tokens } = await signIn(jwtClient);
    const jwt = String(tokens.body.access_token);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const { payload } = await jwtVerify(jwt, keys, { issuer: server.issuer, audience: 'identify-app', typ: 'at+jwt' });
    expect(payload).toMatchObject({ client_id: 'identify-app', scope: 'openid profile email', amr: ['pwd'] });
    expect(payload.exp).toBe(Number(payload.iat) + 3600);
    expect(payload).toHaveProperty('auth_time');
    expect(payload.sub).toBe((await userinfo(server.issuer, jwt)).body.sub);
    expect((await introspect(jwtClient, jwt)).body).toMatchObject({ active: true, username: 'alice' });
  });

  it('a JWT access token of a client acting for itself has the client as sub', async () => {
    const { body } = await tokenRequest(server.issuer, jwtMachine, { grant_type: 'client_credentials' });
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const { payload } = await jwtVerify(String(body.access_token), keys, { typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: 'machine-jwt', client_id: 'machine-jwt', scope: 'reports' });
  });

  it('F4: an ID token is no access token, an access token no ID token hint, and a jti is no token', async () => {
    const { tokens } = await signIn(jwtClient);
    const jwt = String(tokens.body.access_token);
    const { jti } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    expect((await userinfo(server.issuer, tokens.body.id_token)).status).toBe(401);
    expect((await userinfo(server.issuer, jti)).status).toBe(401);
    for (const made of [jti, `jti ${jti}`, ` ${jti}`]) {
      const posted = await fetch(`${server.issuer}/userinfo`, { method: 'POST', body: form({ access_token: made }) });
      expect(posted.status).toBe(401);
      expect((await introspect(jwtClient, made)).text).toBe('{"active":false}');
    }
    expect((await introspect(jwtClient, jti)).text).toBe('{"active":false}');
    const logout = await createAgent(server.issuer).get(`/logout?${form({ id_token_hint: jwt })}`);
    expect(logout.text).toContain('id_token_hint is not an ID token of this provider');
  });

  it('revocation holds for a JWT access token at userinfo and introspection, and so does its end', async () => {
    const { tokens } = await signIn(jwtClient);
    const jwt = String(tokens.body.access_token);
    await call('revoke', jwtClient, { token: jwt });
    expect((await userinfo(server.issuer, jwt)).status).toBe(401);
    expect((await introspect(jwtClient, jwt)).text).toBe('{"active":false}');
    const late = String((await signIn(jwtClient)).tokens.body.access_token);
    server.advance(3601);
    expect((await userinfo(server.issuer, late)).status).toBe(401);
    expect((await introspect(jwtClient, late)).text).toBe('{"active":false}');
  });
});
