/** Request objects (RFC 9101): signed, pushed or by value or by a registered reference, encrypted where a client likes. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactEncrypt, importJWK, type JWK, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  claimsIn,
  form,
  hasButton,
  redeem,
  signInAndConsent,
} from '../support/client.ts';
import { type KeyPair, keyPair, requestClaims, seconds, signed } from '../support/client-keys.ts';
import { expectErrorPage, textOf } from '../support/error-page.ts';
import { createAgent } from '../support/http-agent.ts';
import { pushTo } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const callback = 'http://127.0.0.1:5000/callback';
const secretOf = (id: string) => `${id}-secret-0123456789abcdef0123456789abcdef`;
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secretOf(client_id), redirect_uri: callback });
const signer = client('signer');
const ps256 = client('ps256');
const bound = client('bound');
const fapi = client('fapi');
const keyless = client('keyless');
const openid = client('openid');

let server: TestServer;
let issuer: string;
let rsa: KeyPair;
let ps: KeyPair;
let es: KeyPair;
let ed: KeyPair;
let foreign: KeyPair;
/** What the client publishes at its own addresses. */
let host: Server;
const published = new Map<string, string>();
const asked: string[] = [];

beforeAll(async () => {
  [rsa, ps, es, ed, foreign] = await Promise.all([
    keyPair('RS256', 'rsa'),
    keyPair('PS256', 'ps'),
    keyPair('ES256', 'es'),
    keyPair('EdDSA', 'ed'),
    keyPair('PS256', 'ps'),
  ]);
  host = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = published.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/oauth-authz-req+jwt' }).end(body);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const entry = (id: string, keys: readonly KeyPair[], more = '') => {
    const jwks = keys.length === 0 ? '' : `, jwks: ${JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })}`;
    return `{ client_id: ${id}, client_secret: ${secretOf(id)}, redirect_uris: [${callback}], scope: openid email${jwks}${more} }`;
  };
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000", outbound: { allow: [127.0.0.1/32] } }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    users: [{ username: alice, password: correct horse battery staple, claims: { email: alice@example.test } }]
    clients:
      - ${entry('signer', [rsa, ps, es, ed], `, request_uris: ["${at}/request.jwt", "${at}/request.jwt#hash", "${at}/missing.jwt"]`)}
      - ${entry('ps256', [ps, rsa], ', request_object_signing_alg: PS256')}
      - ${entry('other', [foreign])}
      - ${entry('bound', [ps], ', require_signed_request_object: true')}
      - ${entry('fapi', [ps], ', policy: { requestObject: fapi }')}
      - ${entry('keyless', [])}
      - ${entry('openid', [ps], ', policy: { requestObject: openid }')}
`,
  });
  issuer = server.issuer;
});
afterAll(async () => {
  await server?.close();
  host?.close();
});

const registered = (path: string) => `http://127.0.0.1:${(host.address() as AddressInfo).port}${path}`;

async function pushObject(who: ClientUnderTest, request: string, beside: Record<string, string> = {}) {
  return pushTo(issuer, who, { client_id: who.client_id, request, ...beside });
}

/** Opens the authorization endpoint with these parameters; answers where the browser is. */
function open(parameters: Record<string, string | undefined>) {
  return createAgent(issuer).get(`${issuer}/authorize?${form(parameters)}`);
}

describe('conformance: request objects that hold', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('J1, SW-19: pushed with %s, the whole flow completes', async (alg) => {
    const key = [rsa, ps, es, ed].find((each) => each.alg === alg) ?? rsa;
    const { request, claims } = requestClaims(issuer, signer);
    const pushed = await pushObject(signer, await signed(key, claims));
    expect(pushed.status).toBe(201);
    const agent = createAgent(issuer);
    const page = await agent.get(`${issuer}/authorize?${form({ request_uri: pushed.body.request_uri })}`);
    const answer = answerOf(await signInAndConsent(agent, page));
    expect(answer.get('state')).toBe(claims.state);
    const tokens = await redeem(issuer, signer, request, answer);
    expect([tokens.status, claimsIn(tokens.body.id_token).nonce]).toEqual([200, claims.nonce]);
  });

  it('J1: aud may be a list with the issuer in it, nbf 8 s ahead, typ another spelling or missing, kid and iat missing', async () => {
    const variants = [
      [{ aud: [issuer, 'https://another.example'] }, {}],
      [{ nbf: seconds() + 8 }, {}],
      [{ iat: undefined, jti: undefined }, { kid: undefined }],
      [{}, { typ: undefined }],
      [{}, { typ: 'JWT' }],
      [{}, { typ: 'application/oauth-authz-req+jwt' }],
      [{ nbf: undefined }, {}],
      [{ exp: seconds() + 3590, nbf: seconds() - 3590 }, {}],
    ] as const;
    for (const [changes, sealing] of variants) {
      const { status, body } = await pushObject(signer, await signed(ps, requestClaims(issuer, signer, changes).claims, sealing));
      expect([status, body.error], JSON.stringify([changes, sealing])).toEqual([201, undefined]);
    }
  });

  it('SW-19, IP-23: by value at the authorization endpoint, with numbers, objects and lists as JSON has them', async () => {
    const changes = { max_age: 600, claims: { id_token: { email: { essential: true } } }, client_id: undefined };
    const { request, claims } = requestClaims(issuer, signer, changes);
    const agent = createAgent(issuer);
    const value = await signed(ps, claims);
    const url = `${issuer}/authorize?${form({ client_id: 'signer', request: value })}`;
    // A person reloads the page.
    expect(hasButton(await agent.get(url), 'login-submit')).toBe(true);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(url)));
    const { body } = await redeem(issuer, signer, request, answer);
    expect(claimsIn(body.id_token)).toMatchObject({ email: 'alice@example.test', nonce: claims.nonce, auth_time: expect.any(Number) });
  });

  it('A18, F14: what stands beside a request object does not count', async () => {
    const { claims } = requestClaims(issuer, signer, { state: undefined });
    const agent = createAgent(issuer);
    const beside = { state: 'outside', redirect_uri: 'https://evil.example', scope: 'nonsense', response_type: 'token' };
    const url = `${issuer}/authorize?${form({ client_id: 'signer', request: await signed(ps, claims), ...beside })}`;
    const ended = await signInAndConsent(agent, await agent.get(url));
    expect(ended.location?.startsWith(`${callback}?code=`)).toBe(true);
    expect(answerOf(ended).has('state')).toBe(false);
    const pushed = await pushObject(signer, await signed(ps, requestClaims(issuer, signer).claims), beside);
    expect(pushed.status).toBe(201);
  });

  it('A20, SW-19: by reference, signed with RS256, from an address the client registered, fragment and all', async () => {
    const { request, claims } = requestClaims(issuer, signer);
    published.set('/request.jwt', `${await signed(rsa, claims)}\n`);
    const agent = createAgent(issuer);
    const url = `${issuer}/authorize?${form({ client_id: 'signer', request_uri: registered('/request.jwt#hash') })}`;
    const answer = answerOf(await signInAndConsent(agent, await agent.get(url)));
    expect((await redeem(issuer, signer, request, answer)).status).toBe(200);
  });

  it.each([
    ['RSA-OAEP', 'A256CBC-HS512'],
    ['RSA-OAEP-256', 'A256GCM'],
    ['ECDH-ES', 'A128CBC-HS256'],
    ['ECDH-ES+A256KW', 'A256GCM'],
  ])('J1: signed and then encrypted to the key of the provider with %s and %s', async (alg, enc) => {
    const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: readonly JWK[] };
    const jwk = keys.find(({ use, kty }) => use === 'enc' && kty === (alg.startsWith('RSA') ? 'RSA' : 'EC'));
    if (jwk === undefined) throw new Error('no key to encrypt with');
    const key = await importJWK(jwk, alg);
    const encrypted = async (header: Record<string, string>) => {
      const inner = await signed(ps, requestClaims(issuer, signer).claims);
      return new CompactEncrypt(Buffer.from(inner)).setProtectedHeader({ alg, enc, cty: 'JWT', ...header }).encrypt(key);
    };
    expect((await pushObject(signer, await encrypted({ kid: String(jwk.kid) }))).status).toBe(201);
    expect((await pushObject(signer, await encrypted({}))).status).toBe(201);
    const elsewhere = await pushObject(signer, await encrypted({ kid: 'unknown' }));
    expect([elsewhere.status, elsewhere.body.error]).toEqual([400, 'invalid_request_object']);
  });
});

describe('conformance: request objects that do not', () => {
  const now = seconds();
  it.each<[string, string, Record<string, unknown>]>([
    ['J2', 'exp missing', { exp: undefined }],
    ['J2, IP-18', 'exp past', { exp: now - 1 }],
    ['J2', 'exp 70 minutes ahead', { exp: now + 4200 }],
    ['J2', 'exp no number', { exp: '9999999999' }],
    ['J2', 'nbf 70 minutes past', { nbf: now - 4200 }],
    ['J2', 'nbf a minute ahead', { nbf: now + 62 }],
    ['J2', 'iat a minute ahead', { iat: now + 62 }],
    ['J2, IP-18', 'wrong aud', { aud: 'https://another.example' }],
    ['J2', 'aud the endpoint', { aud: 'http://127.0.0.1:4000/par' }],
    ['J2', 'no aud', { aud: undefined }],
    ['J2', 'iss another client', { iss: 'other' }],
    ['J2', 'no iss', { iss: undefined }],
    ['J2', 'client_id another client', { client_id: 'other' }],
    ['F5', 'request_uri inside', { request_uri: 'urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAA' }],
    ['F5', 'request inside', { request: 'a.b.c' }],
    ['F13', 'a NUL inside', { state: 'a\0b' }],
    ['J2', 'jti no text', { jti: 7 }],
  ])('%s: %s is invalid_request_object', async (_, __, changes) => {
    const { status, body } = await pushObject(signer, await signed(ps, requestClaims(issuer, signer, changes).claims));
    expect([status, body.error, body.request_uri]).toEqual([400, 'invalid_request_object', undefined]);
  });

  it('J2, IP-18: another algorithm than the registered one, though the key is the client’s', async () => {
    const { status, body } = await pushObject(ps256, await signed(rsa, requestClaims(issuer, ps256).claims));
    expect([status, body.error]).toEqual([400, 'invalid_request_object']);
    expect((await pushObject(ps256, await signed(ps, requestClaims(issuer, ps256).claims))).status).toBe(201);
  });

  it('J2, SW-19: alg none, a broken signature, no keys at all, and the key of another client', async () => {
    const { claims } = requestClaims(issuer, signer);
    const good = await signed(ps, claims);
    const [head, body, tail = ''] = good.split('.');
    const broken = `${head}.${body}.${tail.startsWith('A') ? 'B' : 'A'}${tail.slice(1)}`;
    const other = await signed(foreign, claims);
    for (const request of [new UnsecuredJWT(claims).encode(), broken, other, `${head}.${body}.`, 'not a jwt', `${good}.x`, '....'])
      expect((await pushObject(signer, request)).body.error).toBe('invalid_request_object');
    expect((await pushObject(keyless, await signed(ps, requestClaims(issuer, keyless).claims))).body.error).toBe('invalid_request_object');
    expect((await pushObject(signer, good)).status).toBe(201);
  });

  it('J2: nbf missing, of a client whose policy wants it', async () => {
    const without = requestClaims(issuer, fapi, { nbf: undefined }).claims;
    expect((await pushObject(fapi, await signed(ps, without))).body.error).toBe('invalid_request_object');
    expect((await pushObject(fapi, await signed(ps, requestClaims(issuer, fapi).claims))).status).toBe(201);
  });

  it('A20, J2: a client that goes by OpenID Connect Core alone need not say for whom and until when, but nothing wrong', async () => {
    const little = { iss: undefined, aud: undefined, exp: undefined, nbf: undefined, iat: undefined };
    const claims = (changes: object) => requestClaims(issuer, openid, { ...little, ...changes }).claims;
    expect((await pushObject(openid, await signed(ps, claims({})))).status).toBe(201);
    for (const changes of [
      { iss: 'other' },
      { aud: 'https://another.example' },
      { exp: seconds() - 1 },
      { exp: seconds() + 4200 },
      { nbf: seconds() + 62 },
    ])
      expect((await pushObject(openid, await signed(ps, claims(changes)))).body.error).toBe('invalid_request_object');
    const once = await signed(ps, claims({ jti: 'the same' }));
    expect([(await pushObject(openid, once)).status, (await pushObject(openid, once)).status]).toEqual([201, 400]);
  });

  it('J2: one object is pushed once, also when it comes eight times at once', async () => {
    const object = await signed(ps, requestClaims(issuer, signer).claims);
    const answers = await Promise.all(Array.from({ length: 8 }, () => pushObject(signer, object)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(400)]);
  });

  it('J3: plain parameters of a client that must sign, pushed and in front of a browser', async () => {
    const request = authorizationRequest(issuer, bound);
    const pushed = await pushTo(issuer, bound, Object.fromEntries(new URL(request.url).searchParams));
    expect([pushed.status, pushed.body.error]).toEqual([400, 'invalid_request']);
    const answer = answerOf(await createAgent(issuer).get(request.url));
    expect([answer.get('error'), answer.get('state')]).toEqual(['invalid_request', request.state]);
    expect((await pushObject(bound, await signed(ps, requestClaims(issuer, bound).claims))).status).toBe(201);
  });

  it('J4: a redirect URI inside that is not registered', async () => {
    const { status, body } = await pushObject(
      signer,
      await signed(ps, requestClaims(issuer, signer, { redirect_uri: 'https://evil.example' }).claims),
    );
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  it('J2: in front of a browser it is a page, and nothing redirects', async () => {
    const bad = await signed(ps, requestClaims(issuer, signer, { aud: 'https://another.example' }).claims);
    expectErrorPage(await open({ client_id: 'signer', redirect_uri: callback, request: bad }), 'wrong aud', 400, 'invalid_request_object');
    expectErrorPage(await open({ request: bad }), 'no client_id');
  });

  it('SW-19: a request_uri that is not registered, not there, or beside request', async () => {
    const before = asked.length;
    for (const request_uri of [
      registered('/request.jwt?x'),
      registered('/other.jwt'),
      'https://rp.example/request.jwt',
      'urn:example:x',
      'nonsense',
    ])
      expectErrorPage(await open({ client_id: 'signer', request_uri }), request_uri, 400, 'invalid_request_uri');
    expectErrorPage(
      await open({ client_id: 'other', request_uri: registered('/request.jwt') }),
      "another client's",
      400,
      'invalid_request_uri',
    );
    expect(asked.length).toBe(before);
    const missing = await open({ client_id: 'signer', request_uri: registered('/missing.jwt') });
    expect(textOf(missing, 'error-code')).toBe('invalid_request_uri');
    expectErrorPage(await open({ client_id: 'signer', request_uri: registered('/request.jwt'), request: 'a.b.c' }), 'both');
  });

  it('J6: discovery lists what signs and what encrypts a request object, and that addresses are registered', async () => {
    const document = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(document).toMatchObject({
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      require_request_uri_registration: true,
      request_object_signing_alg_values_supported: expect.arrayContaining(['RS256', 'PS256', 'ES256']),
      request_object_encryption_alg_values_supported: expect.arrayContaining(['RSA-OAEP', 'ECDH-ES']),
    });
  });
});
