/**
 * FAPI 2.0 Message Signing, row by row, at an https listener: a client of the profile that signs its requests, is answered by JWTs, and may have them
 * encrypted; and one that publishes its keys, which change.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactDecrypt, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSigner, type Signer } from '../support/assertion.ts';
import { answerOf, authorizationRequest, people } from '../support/client.ts';
import { type KeyPair, keyPair } from '../support/client-keys.ts';
import { answered, authorizeUrl, browser, call, type FapiServer, newTokens, type Party, startFapi } from '../support/fapi.ts';
import { redirect_uri } from '../support/mtls.ts';

let server: FapiServer;
let signing: Party;
let encrypting: Party;
let reading: KeyPair;
let publisher: Server;
let published: JSONWebKeySet;
let [old, fresh]: Signer[] = [];

beforeAll(async () => {
  reading = await keyPair('RSA-OAEP-256', 'reading', 'enc');
  [old, fresh] = [await newSigner('PS256', 'old'), await newSigner('EdDSA', 'fresh')];
  published = { keys: [old.jwk] };
  publisher = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(published)));
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  const jwks_uri = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}/jwks`;
  const common = `profile: fapi2, token_endpoint_auth_method: private_key_jwt, redirect_uris: ["${redirect_uri}"], scope: openid email offline_access`;
  const clients = (jwks: string) => {
    const withReading = JSON.stringify({ keys: [...JSON.parse(jwks).keys, reading.jwk] });
    const encrypted = ['authorization', 'id_token'].map(
      (answer) => `${answer}_encrypted_response_alg: RSA-OAEP-256, ${answer}_encrypted_response_enc: A256GCM`,
    );
    return `
      - { client_id: fapi-signing, ${common}, require_signed_request_object: true, jwks: ${jwks} }
      - { client_id: fapi-encrypting, ${common}, ${encrypted.join(', ')}, jwks: ${withReading} }
      - { client_id: fapi-publishing, ${common}, jwks_uri: "${jwks_uri}" }
`;
  };
  server = await startFapi({ clients });
  signing = server.named('fapi-signing');
  encrypting = server.named('fapi-encrypting');
});
afterAll(async () => {
  await server?.close();
  publisher?.close();
});

type Claims = Readonly<Record<string, unknown>>;
type Made = { readonly claims?: Claims; readonly signer?: Signer; readonly header?: Claims };

/** A good request object with changes; a claim given as undefined is left out. */
async function objectOf({ claims = {}, signer = server.signers.ps, header = {} }: Made = {}) {
  const request = authorizationRequest(
    server.issuer,
    { client_id: 'fapi-signing', redirect_uri },
    { scope: 'openid email', prompt: 'consent' },
  );
  const now = server.now();
  const times = { iat: now, nbf: now, exp: now + 300 };
  const asked = Object.fromEntries(new URL(request.url).searchParams);
  const all = { ...asked, iss: 'fapi-signing', aud: server.issuer, response_mode: 'jwt', ...times, ...claims };
  const jwt = new SignJWT(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JWTPayload);
  const head = { alg: signer.alg, kid: signer.kid, typ: 'oauth-authz-req+jwt', ...header };
  const object = await jwt.setProtectedHeader(JSON.parse(JSON.stringify(head))).sign(signer.key);
  return { ...request, object };
}

const pushObject = (request: string) => call(server, signing, '/par', { client_id: 'fapi-signing', request });

async function pushed(made: Made = {}) {
  const { object, ...request } = await objectOf(made);
  const answer = await pushObject(object);
  return { ...request, ...answer, url: authorizeUrl(server, { client_id: 'fapi-signing', request_uri: String(answer.body.request_uri) }) };
}

async function keysOfServer() {
  return createLocalJWKSet((await (await server.ask()(`${server.issuer}/jwks`)).json()) as JSONWebKeySet);
}

/** The claims of a signed answer, which is the only parameter beside none. */
async function opened(answer: URLSearchParams, client_id: string): Promise<JWTPayload> {
  expect([...answer.keys()]).toEqual(['response']);
  const { payload, protectedHeader } = await jwtVerify(String(answer.get('response')), await keysOfServer(), {
    issuer: server.issuer,
    audience: client_id,
    currentDate: new Date(server.now() * 1000),
    algorithms: ['PS256', 'ES256', 'EdDSA'],
  });
  expect(typeof protectedHeader.kid).toBe('string');
  return payload;
}

describe('FAPI 2.0 message signing: signed requests', () => {
  it.each<[string, () => Made]>([
    ['by the issuer alone', () => ({})],
    ['for a list with the issuer in it', () => ({ claims: { aud: ['https://other.example', server.issuer] } })],
    ['8 seconds ahead of us', () => ({ claims: { nbf: server.now() + 8, iat: server.now() + 8 } })],
    ['without typ', () => ({ header: { typ: undefined } })],
    ['without iat', () => ({ claims: { iat: undefined } })],
    ['with EdDSA', () => ({ signer: server.signers.ed })],
  ])('J1, J5: one %s is accepted, and answered signed', async (_, made) => {
    const { status, url, state } = await pushed(made());
    expect(status).toBe(201);
    const claims = await opened(await answered(server, url), 'fapi-signing');
    expect(
      Object.keys(claims)
        .filter((name) => name !== 'session_state')
        .sort(),
    ).toEqual(['aud', 'code', 'exp', 'iss', 'state']);
    expect(claims).toMatchObject({ state, iss: server.issuer, aud: 'fapi-signing', code: expect.any(String) });
    expect(Number(claims.exp) - server.now()).toBeGreaterThan(10);
    expect(Number(claims.exp) - server.now()).toBeLessThanOrEqual(600);
  });

  it.each<[string, () => Made]>([
    ['exp missing', () => ({ claims: { exp: undefined } })],
    ['nbf missing', () => ({ claims: { nbf: undefined } })],
    ['exp past', () => ({ claims: { exp: server.now() - 1 } })],
    ['exp 70 minutes ahead', () => ({ claims: { exp: server.now() + 4200 } })],
    ['nbf 70 minutes past', () => ({ claims: { nbf: server.now() - 4200 } })],
    ['more than an hour from nbf to exp', () => ({ claims: { nbf: server.now() - 1800, exp: server.now() + 1900 } })],
    ['another audience', () => ({ claims: { aud: 'https://other.example' } })],
    ['RS256, by a key that is the client’s', () => ({ signer: server.signers.rs })],
    ['the key of another client', () => ({ signer: server.signers.other })],
    ['redirect_uri inside another one', () => ({ claims: { redirect_uri: 'https://evil.example/cb' } })],
    ['redirect_uri missing inside', () => ({ claims: { redirect_uri: undefined } })],
    ['request_uri inside', () => ({ claims: { request_uri: 'urn:x' } })],
  ])('F5, J2, J4: %s is refused, nothing is opened', async (_, made) => {
    const { status, body } = await pushed(made());
    expect(status).toBe(400);
    expect(['invalid_request_object', 'invalid_request']).toContain(body.error);
    expect(body.request_uri).toBeUndefined();
  });

  it('J2: an object without signature, and one with a broken one', async () => {
    const { object } = await objectOf();
    const [header = '', payload = '', signature = ''] = object.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'oauth-authz-req+jwt' })).toString('base64url');
    const broken = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const request of [`${none}.${payload}.`, `${none}.${payload}.${signature}`, `${header}.${payload}.${broken}`])
      expect((await pushObject(request)).body.error).toBe('invalid_request_object');
    expect((await pushObject(object)).status).toBe(201);
  });

  it('J3: plain parameters are refused, pushed and in front of a browser', async () => {
    const { url } = await objectOf();
    const plain = await call(server, signing, '/par', Object.fromEntries(new URL(url).searchParams));
    expect([plain.status, plain.body.error]).toEqual([400, 'invalid_request']);
    expect(answerOf(await browser(server).get(url)).get('error')).toBe('invalid_request');
  });

  it('J3, F11: a signed request in front of a browser counts as little as any that was not pushed', async () => {
    const { object } = await objectOf();
    const response = await browser(server).get(authorizeUrl(server, { client_id: 'fapi-signing', request: object }));
    expect((await opened(answerOf(response), 'fapi-signing')).error).toBe('invalid_request');
  });
});

describe('FAPI 2.0 message signing: signed answers', () => {
  it('J5: who refuses answers signed too', async () => {
    const { url, state } = await pushed();
    const agent = browser(server);
    const consent = await agent.submit(await agent.get(url), { button: 'login-submit', fields: people.alice });
    const claims = await opened(answerOf(await agent.submit(consent, { button: 'consent-deny' })), 'fapi-signing');
    expect(claims).toMatchObject({ error: 'access_denied', state, iss: server.issuer });
    expect(claims.code).toBeUndefined();
  });

  it('J5: an encrypted one has kid, alg and enc as registered, and inside it one that is signed with an algorithm of the profile', async () => {
    const request = authorizationRequest(
      server.issuer,
      { client_id: 'fapi-encrypting', redirect_uri },
      { response_mode: 'jwt', scope: 'openid' },
    );
    const parameters = Object.fromEntries(new URL(request.url).searchParams);
    const { body } = await call(server, encrypting, '/par', parameters);
    const answer = await answered(server, authorizeUrl(server, { request_uri: String(body.request_uri), client_id: 'fapi-encrypting' }));
    const response = String(answer.get('response'));
    expect(decodeProtectedHeader(response)).toMatchObject({ kid: 'reading', alg: 'RSA-OAEP-256', enc: 'A256GCM' });
    const { plaintext } = await compactDecrypt(response, reading.privateKey);
    const claims = await opened(new URLSearchParams({ response: new TextDecoder().decode(plaintext) }), 'fapi-encrypting');
    const code = { grant_type: 'authorization_code', code: String(claims.code), redirect_uri, code_verifier: request.code_verifier };
    const tokens = await call(server, encrypting, '/token', code);
    expect(decodeProtectedHeader(String(tokens.body.id_token))).toMatchObject({ kid: 'reading', alg: 'RSA-OAEP-256', enc: 'A256GCM' });
  });

  it('J6: discovery lists the mode and the algorithms', async () => {
    const document = (await (await server.ask()(`${server.issuer}/.well-known/openid-configuration`)).json()) as Claims;
    expect(document).toMatchObject({
      response_modes_supported: expect.arrayContaining(['jwt']),
      authorization_signing_alg_values_supported: expect.arrayContaining(['PS256']),
      authorization_encryption_alg_values_supported: expect.any(Array),
      authorization_encryption_enc_values_supported: expect.any(Array),
      request_object_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256', 'EdDSA']),
    });
  });
});

describe('FAPI 2.0: keys that change', () => {
  it('T6: a refresh with a key that the client has just published works, and with one it took away no more', async () => {
    if (old === undefined || fresh === undefined) throw new Error('no keys');
    const before = server.named('fapi-publishing', old);
    const after = server.named('fapi-publishing', fresh);
    const { refresh } = await newTokens(server, before);
    const form = { grant_type: 'refresh_token', refresh_token: refresh };
    published = { keys: [fresh.jwk] };
    server.advance(60);
    expect((await call(server, after, '/token', form)).status).toBe(200);
    const gone = await call(server, before, '/token', form);
    expect([gone.status, gone.body.error]).toEqual([401, 'invalid_client']);
  });
});
