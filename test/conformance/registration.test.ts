/** Clients that register themselves (RFC 7591) and manage their registration (RFC 7592). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asserting, assertion, newSigner, type Signer } from '../support/assertion.ts';
import { authorizationRequest, claimsIn, form, people, signInFor } from '../support/client.ts';
import { keyPair } from '../support/client-keys.ts';
import { createAgent } from '../support/http-agent.ts';
import { initialToken, manage, register } from '../support/registration.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const redirect_uri = 'https://rp.example/cb';

let server: TestServer;
let guarded: string;
let closed: string;
let files: string;
let signer: Signer;
const documents: Record<string, unknown> = {};
const host = createServer((request, response) => {
  const found = documents[request.url ?? ''];
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
});

beforeAll(async () => {
  signer = await newSigner('ES256', 'k');
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  files = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const users = `users: [{ username: alice, password: ${people.alice.password}, claims: { name: Alice } }]`;
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000", outbound: { allow: ["127.0.0.1"] } }
database: x
tenants:
  - { id: main, issuer: "http://127.0.0.1:4000", registration: { open: true, grant_types: [authorization_code, refresh_token, implicit, client_credentials] }, ${users} }
  - { id: guarded, issuer: "http://127.0.0.1:4000/t/guarded", registration: {}, ${users} }
  - { id: closed, issuer: "http://127.0.0.1:4000/t/closed" }
`,
  });
  guarded = `${server.issuer}/t/guarded`;
  closed = `${server.issuer}/t/closed`;
});
afterAll(async () => {
  await server?.close();
  host.close();
});

const plain = { redirect_uris: [redirect_uri] };

describe('conformance: registration', () => {
  it('R1: how its requests and answers are pushed, signed and encrypted is registered too, and judged', async () => {
    const { jwk } = await keyPair('RSA-OAEP', 'enc', 'enc');
    const more = {
      jwks: { keys: [jwk] },
      id_token_encrypted_response_alg: 'RSA-OAEP',
      id_token_encrypted_response_enc: 'A256GCM',
      authorization_signed_response_alg: 'PS256',
      request_object_signing_alg: 'PS256',
      require_signed_request_object: true,
      require_pushed_authorization_requests: true,
      request_uris: ['https://rp.example/request.jwt'],
    };
    const { status, body } = await register(server.issuer, { ...plain, ...more });
    expect([status, body]).toEqual([201, expect.objectContaining(more)]);
    for (const wrong of [
      { jwks: undefined },
      { id_token_encrypted_response_alg: 'RSA1_5' },
      { id_token_encrypted_response_alg: 'ECDH-ES' },
      { request_uris: ['http://rp.example/request.jwt'] },
      { request_object_signing_alg: 'none' },
      { require_signed_request_object: 'true' },
    ])
      expect((await register(server.issuer, { ...plain, ...more, ...wrong })).body.error).toBe('invalid_client_metadata');
  });

  it('R1, SW-28: open: 201 with all that is registered, a secret, and how to manage it', async () => {
    const { status, headers, body } = await register(server.issuer, {
      ...plain,
      client_name: 'Mine',
      contacts: ['x@rp.example'],
      strange: { a: 1 },
    });
    expect(status).toBe(201);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toContain('no-store');
    const uri = `${server.issuer}/register?client_id=${body.client_id}`;
    expect(body).toEqual({
      client_id: expect.stringMatching(/^[A-Za-z0-9][\w-]{21}$/),
      client_id_issued_at: expect.closeTo(Date.now() / 1000, -1),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: uri,
      client_name: 'Mine',
      application_type: 'web',
      redirect_uris: [redirect_uri],
      post_logout_redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'openid profile email offline_access',
      id_token_signed_response_alg: 'RS256',
    });
  });

  it('SW-28: protected: 201 with an initial access token, 401 without, with a used or a wrong one', async () => {
    const token = await initialToken(server, 'guarded');
    const refused = { status: 401, body: { error: 'invalid_token' } };
    expect(await register(guarded, plain)).toMatchObject(refused);
    expect(await register(guarded, plain, 'wrong')).toMatchObject(refused);
    expect((await register(guarded, plain)).headers.get('www-authenticate')).toMatch(/^Bearer realm=".*error="invalid_token"/);
    expect(await register(guarded, { redirect_uris: ['https://rp.example/#x'] }, token)).toMatchObject({ status: 400 });
    expect(await register(guarded, plain, token)).toMatchObject({ status: 201 });
    expect(await register(guarded, plain, token)).toMatchObject(refused);
    const other = await initialToken(server, 'guarded', 2);
    expect(await register(server.issuer, plain, other)).toMatchObject(refused);
    for (const status of [201, 201, 401]) expect((await register(guarded, plain, other)).status).toBe(status);
  });

  it('SW-28: off unless the tenant says so, and then not in discovery', async () => {
    expect((await register(closed, plain)).status).toBe(404);
    const endpoint = async (issuer: string) =>
      ((await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>).registration_endpoint;
    expect([await endpoint(closed), await endpoint(server.issuer)]).toEqual([undefined, `${server.issuer}/register`]);
  });

  it('R2: a redirect URI with a fragment is invalid_redirect_uri', async () => {
    const answer = await register(server.issuer, { redirect_uris: ['https://rp.example/cb#frag'] });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: expect.stringContaining('fragment') },
    });
  });

  it('R3: the sector vouches for the redirect URIs, or they are refused', async () => {
    const redirect_uris = ['https://a.example/cb', 'https://b.example/cb'];
    documents['/sector'] = redirect_uris;
    documents['/other'] = ['https://a.example/cb'];
    documents['/object'] = { redirect_uris };
    const ask = (path: string) => register(server.issuer, { redirect_uris, subject_type: 'pairwise', sector_identifier_uri: files + path });
    expect(await ask('/sector')).toMatchObject({
      status: 201,
      body: { sector_identifier_uri: `${files}/sector`, subject_type: 'pairwise' },
    });
    for (const path of ['/other', '/object', '/nothing'])
      expect(await ask(path)).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
  });

  it('R4, T2: clients with jwks and with jwks_uri authenticate by their keys and get no secret', async () => {
    documents['/jwks'] = { keys: [signer.jwk] };
    for (const keys of [{ jwks: documents['/jwks'] }, { jwks_uri: `${files}/jwks` }]) {
      const { body } = await register(server.issuer, {
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        ...keys,
      });
      expect(body.client_secret).toBeUndefined();
      expect(body).toMatchObject(keys);
      const signed = asserting(await assertion(server.issuer, String(body.client_id), signer));
      const response = await fetch(`${server.issuer}/token`, {
        method: 'POST',
        body: form({ grant_type: 'client_credentials', ...signed }),
      });
      expect(response.status).toBe(200);
    }
  });

  it('R4: pages are kept as they were given', async () => {
    const pages = {
      client_uri: 'https://rp.example',
      logo_uri: 'https://rp.example/logo.png',
      policy_uri: 'https://rp.example/p',
      tos_uri: 'https://rp.example/t',
    };
    expect((await register(server.issuer, { ...plain, ...pages })).body).toMatchObject(pages);
  });

  it('R5: initiate_login_uri comes back when registering and when reading, and must be https', async () => {
    const initiate_login_uri = 'https://rp.example/start';
    const { body } = await register(server.issuer, { ...plain, initiate_login_uri });
    expect(body.initiate_login_uri).toBe(initiate_login_uri);
    expect(await manage('GET', body)).toMatchObject({ status: 200, body: { initiate_login_uri, client_id: body.client_id } });
    for (const uri of ['http://rp.example/start', 'http://127.0.0.1/start'])
      expect(await register(server.issuer, { ...plain, initiate_login_uri: uri })).toMatchObject({
        status: 400,
        body: { error: 'invalid_client_metadata' },
      });
  });

  it('a client that registered itself signs people in, who are asked', async () => {
    const { body } = await register(server.issuer, { ...plain, client_name: 'Stranger' });
    const client = { client_id: String(body.client_id), client_secret: String(body.client_secret), redirect_uri };
    const agent = createAgent(server.issuer);
    const page = await agent.get(authorizationRequest(server.issuer, client).url);
    const consent = await agent.submit(page, { button: 'login-submit', fields: people.alice });
    expect(consent.text).toContain('Stranger');
    const { tokens } = await signInFor(server.issuer, createAgent(server.issuer), client);
    expect(tokens.status).toBe(200);
    expect(claimsIn(tokens.body.id_token).aud).toBe(client.client_id);
  });

  it('HS256 and client_secret_jwt work with the secret that was given', async () => {
    const { body } = await register(server.issuer, {
      token_endpoint_auth_method: 'client_secret_jwt',
      grant_types: ['client_credentials'],
    });
    const key = new TextEncoder().encode(String(body.client_secret));
    const signed = asserting(await assertion(server.issuer, String(body.client_id), { alg: 'HS256', key, jwk: {} }));
    const response = await fetch(`${server.issuer}/token`, { method: 'POST', body: form({ grant_type: 'client_credentials', ...signed }) });
    expect(response.status).toBe(200);
  });

  it('openid-client registers itself and uses what it was given', async () => {
    const options = { execute: [openid.allowInsecureRequests] };
    const config = await openid.dynamicClientRegistration(
      new URL(server.issuer),
      { redirect_uris: [redirect_uri], grant_types: ['authorization_code', 'client_credentials'] },
      undefined,
      options,
    );
    expect((await openid.clientCredentialsGrant(config)).access_token).toMatch(/./);
  });
});

describe('conformance: managing a registration', () => {
  it('is read, replaced whole, and removed with all that hangs on it', async () => {
    const { body } = await register(server.issuer, { ...plain, client_name: 'First', policy_uri: 'https://rp.example/p' });
    const { client_id, client_secret, registration_access_token } = body;
    const read = await manage('GET', body);
    expect(read.body).toMatchObject({ client_id, client_name: 'First', registration_access_token });
    expect(read.body.client_secret).toBeUndefined();
    const next = { client_id, client_secret, redirect_uris: ['https://rp.example/next'], client_name: 'Second', policy_uri: null };
    const replaced = await manage('PUT', body, next);
    expect(replaced).toMatchObject({ status: 200, body: { client_name: 'Second', redirect_uris: ['https://rp.example/next'] } });
    expect(replaced.body.policy_uri).toBeUndefined();
    const client = { client_id: String(client_id), client_secret: String(client_secret), redirect_uri: 'https://rp.example/next' };
    const { tokens } = await signInFor(server.issuer, createAgent(server.issuer), client);
    expect(tokens.status).toBe(200);
    expect((await manage('DELETE', body)).status).toBe(204);
    expect(await manage('GET', body)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    const userinfo = await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.body.access_token}` } });
    expect(userinfo.status).toBe(401);
  });

  it('a change of method gives a secret where one is needed and takes it where not', async () => {
    const { body } = await register(server.issuer, plain);
    const put = async (more: object) => (await manage('PUT', body, { client_id: body.client_id, ...plain, ...more })).body;
    expect((await put({})).client_secret).toBeUndefined();
    const sealed = await put({ id_token_signed_response_alg: 'HS256' });
    expect(sealed).toMatchObject({ client_secret: expect.stringMatching(/^[\w-]{43}$/), client_secret_expires_at: 0 });
    expect((await put({ id_token_signed_response_alg: 'HS256' })).client_secret).toBeUndefined();
    expect((await put({ token_endpoint_auth_method: 'none' })).client_secret).toBeUndefined();
    const [client] = (await server.tenants[0]?.store.clients.list())?.filter(({ client_id }) => client_id === body.client_id) ?? [];
    expect(client?.secrets).toEqual([]);
    expect((await put({})).client_secret).toMatch(/^[\w-]{43}$/);
  });

  it('other methods are refused with 405', async () => {
    const response = await fetch(`${server.issuer}/register`, { method: 'PATCH' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST, PUT, DELETE']);
  });
});
