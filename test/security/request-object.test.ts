/** Attacks with request objects (RFC 9101) and encrypted ones: whoever makes one that is not the client's, or not for this, gets nothing and costs little. */
import { createHmac, createPublicKey, KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@symbolon/provider';
import { CompactEncrypt, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  form,
  redeem,
  signInAndConsent,
  signInFor,
  userinfo,
} from '../support/client.ts';
import { type KeyPair, keyPair, requestClaims, signed } from '../support/client-keys.ts';
import { createAgent } from '../support/http-agent.ts';
import { pushTo } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorPage } from './pages.ts';

const callback = 'http://127.0.0.1:5000/callback';
const secretOf = (id: string) => `${id}-secret-0123456789abcdef0123456789abcdef`;
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secretOf(client_id), redirect_uri: callback });
const [victim, publishing] = [client('victim'), client('publishing')];

let server: TestServer;
let issuer: string;
let key: KeyPair;
let attackers: KeyPair;
let canary: Server;
let home: string;
const heard: string[] = [];
const published = new Map<string, string>();

beforeAll(async () => {
  [key, attackers] = await Promise.all([keyPair('RS256', 'key'), keyPair('RS256', 'key')]);
  canary = createServer((request, response) => {
    heard.push(request.url ?? '');
    response.end(published.get(request.url ?? '') ?? JSON.stringify({ keys: [attackers.jwk] }));
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  home = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
  published.set('/jwks', JSON.stringify({ keys: [key.jwk] }));
  const entry = (id: string, more: string) =>
    `{ client_id: ${id}, client_secret: ${secretOf(id)}, redirect_uris: [${callback}], scope: openid, policy: { consent: implicit }, ${more} }`;
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000", outbound: { allow: [127.0.0.1/32] } }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    users: [{ username: alice, password: correct horse battery staple }]
    clients:
      - ${entry('victim', `request_uris: ["${home}/evil.jwt"], jwks: ${JSON.stringify({ keys: [key.jwk] })}`)}
      - ${entry('publishing', `jwks_uri: "${home}/jwks"`)}
`,
  });
  issuer = server.issuer;
});
afterAll(async () => {
  await server?.close();
  canary?.close();
});

const open = (parameters: Record<string, string>) =>
  createAgent(issuer).get(`${issuer}/authorize?${form({ client_id: 'victim', ...parameters })}`);
const push = (request: string, who = victim) => pushTo(issuer, who, { client_id: who.client_id, request });

/** Refused where a client pushes it, and a page where a browser brings it. */
async function expectRefused(request: string, because: string): Promise<void> {
  const { status, body } = await push(request);
  expect([status, body.error, body.request_uri], because).toEqual([400, 'invalid_request_object', undefined]);
  expectErrorPage(await open({ request }), because, 400, 'invalid_request_object');
}

describe('security: forged request objects', () => {
  it('A10: an unregistered redirect URI leads nowhere: pushed, by value, and by reference', async () => {
    const evil = { redirect_uri: 'https://evil.example/cb' };
    const plain = Object.fromEntries(new URL(authorizationRequest(issuer, victim, evil).url).searchParams);
    const object = () => signed(key, requestClaims(issuer, victim, evil).claims);
    for (const { status, body } of [await pushTo(issuer, victim, plain), await push(await object())])
      expect([status, body.error, body.request_uri]).toEqual([400, 'invalid_request', undefined]);
    expectErrorPage(await open({ request: await object() }));
    published.set('/evil.jwt', await object());
    expectErrorPage(await open({ request_uri: `${home}/evil.jwt` }));
    expect(heard).toContain('/evil.jwt');
  });

  it('F1: alg none, and HS256 keyed by what an attacker knows: the public key, and by the secret of the client', async () => {
    const { claims } = requestClaims(issuer, victim);
    const pem = createPublicKey({ key: key.jwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const hmac = (secret: string | Buffer) => {
      const input = [{ alg: 'HS256', kid: 'key', typ: 'oauth-authz-req+jwt' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const none = new UnsecuredJWT(claims).encode();
    const [head, body] = (await signed(key, claims)).split('.');
    const variants = [
      none,
      none.replace(/\.$/, '.AAAA'),
      `${head}.${body}.`,
      hmac(String(pem)),
      hmac(String(key.jwk.n)),
      hmac(secretOf('victim')),
    ];
    for (const [index, object] of variants.entries()) await expectRefused(object, `variant ${index}`);
    for (const alg of ['None', 'nOnE', 'RS1', 'rs256', ''])
      await expectRefused(`${Buffer.from(JSON.stringify({ alg, kid: 'key' })).toString('base64url')}.${body}.AAAA`, alg);
  });

  it('F2: a kid that is a path, a query or 10 kB is refused; a hundred unknown ones ask for the key set once', async () => {
    const { claims } = requestClaims(issuer, victim);
    for (const kid of ['../../etc/passwd', "x' OR 1=1 --", 'k'.repeat(10_000), '', 'http://127.0.0.1/x'])
      await expectRefused(await signed(attackers, claims, { kid }), kid.slice(0, 30));
    expect((await push(await signed(key, requestClaims(issuer, publishing).claims), publishing)).status).toBe(201);
    server.advance(61);
    const before = heard.filter((url) => url === '/jwks').length;
    const unknown = await Promise.all(
      Array.from({ length: 100 }, async (_, index) =>
        push(await signed(attackers, requestClaims(issuer, publishing).claims, { kid: `no-${index}` }), publishing),
      ),
    );
    expect(new Set(unknown.map(({ body }) => body.error))).toEqual(new Set(['invalid_request_object']));
    expect(heard.filter((url) => url === '/jwks').length - before).toBe(1);
  });

  it('F3: jwk, jku, x5u and x5c in the header choose no key, and nobody is asked', async () => {
    const { claims } = requestClaims(issuer, victim);
    const before = heard.length;
    for (const [name, value] of Object.entries({ jwk: attackers.jwk, jku: `${home}/keys`, x5u: `${home}/cert`, x5c: ['MIIB'] })) {
      const header = { alg: 'RS256', kid: 'key', typ: 'oauth-authz-req+jwt', [name]: value };
      await expectRefused(await new SignJWT(claims).setProtectedHeader(header).sign(attackers.privateKey), name);
    }
    const critical = { alg: 'RS256', crit: ['b64'], b64: true };
    await expectRefused(await new SignJWT(claims).setProtectedHeader(critical).sign(key.privateKey), 'crit');
    expect(heard.length).toBe(before);
  });

  it('F4: another token of the client, and tokens of ours, do not pass for a request, nor a request or an answer for a token', async () => {
    const { claims } = requestClaims(issuer, victim);
    for (const typ of ['client-authentication+jwt', 'dpop+jwt', 'logout+jwt', 'at+jwt', 'entity-statement+jwt'])
      await expectRefused(await signed(key, claims, { typ }), typ);
    await expectRefused(await signed(key, { ...claims, sub: 'victim' }, { typ: undefined }), 'a client assertion');
    const { tokens } = await signInFor(issuer, createAgent(issuer), victim);
    await expectRefused(String(tokens.body.id_token), 'an ID token');
    const request = authorizationRequest(issuer, victim, { response_mode: 'jwt' });
    const agent = createAgent(issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url))).get('response') ?? '';
    await expectRefused(answer, 'a signed answer');
    const object = await signed(key, requestClaims(issuer, victim).claims, { typ: 'JWT' });
    for (const token of [answer, object]) {
      expect((await userinfo(issuer, token)).status).toBe(401);
      expect((await fetch(`${issuer}/logout?${form({ id_token_hint: token })}`)).status).toBe(400);
      const hinted = answerOf(await agent.get(authorizationRequest(issuer, victim, { prompt: 'none', id_token_hint: token }).url));
      expect(hinted.get('error')).toBe('login_required');
      expect((await redeem(issuer, victim, request, new URLSearchParams({ code: token }))).body.error).toBe('invalid_grant');
    }
  });
});

describe('security: encrypted request objects', () => {
  const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

  async function ownKey(kty: string): Promise<JWK> {
    const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: readonly JWK[] };
    return keys.find((jwk) => jwk.use === 'enc' && jwk.kty === kty) as JWK;
  }

  /** Encrypted well, whatever is inside. */
  async function sealed(content: Uint8Array, header: Record<string, unknown> = {}): Promise<string> {
    const jwk = await ownKey('EC');
    const how = { alg: 'ECDH-ES', enc: 'A128CBC-HS256', kid: jwk.kid, cty: 'JWT', ...header };
    return new CompactEncrypt(content).setProtectedHeader(how as never).encrypt(await importJWK(jwk, 'ECDH-ES'));
  }

  it('F21: compressed, PBES2 with 10^9 rounds, a shared key, RSA1_5 and long ones are refused, for less than 5 ms each', async () => {
    const rsa = await ownKey('RSA');
    const inner = new TextEncoder().encode(await signed(key, requestClaims(issuer, victim).claims));
    const body = [part('x'.repeat(256)), part('y'.repeat(16)), part('z'.repeat(6000)), part('t'.repeat(16))].join('.');
    const headers = [
      { alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF', kid: rsa.kid },
      { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1_000_000_000, p2s: 'AAAA' },
      { alg: 'dir', enc: 'A256GCM' },
      { alg: 'RSA1_5', enc: 'A256GCM', kid: rsa.kid },
      { alg: 'A256KW', enc: 'A256GCM' },
      { alg: 'none', enc: 'none' },
      { alg: 'ECDH-ES', enc: 'A128CBC-HS256', epk: { kty: 'EC', crv: 'P-521', x: 'A'.repeat(500), y: 'A'.repeat(500) } },
    ];
    // A good token but for its compression: it must fall by that alone.
    const marked = await sealed(inner, { zip: 'DEF' });
    const hostile = [
      marked,
      `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.${'A'.repeat(40_000)}.A.A.A`,
      ...headers.map((header) => `${part(header)}.${body}`),
    ];
    for (const token of hostile) expect((await push(token)).body.error).toBe('invalid_request_object');
    const [{ op }] = server.tenants as [(typeof server.tenants)[number]];
    const basic = `Basic ${Buffer.from(`victim:${secretOf('victim')}`).toString('base64')}`;
    const before = process.cpuUsage();
    for (let round = 0; round < 20; round += 1)
      for (const request of hostile)
        await serve(op, 'pushedAuthorizationRequest', {
          method: 'POST',
          query: {},
          form: { client_id: 'victim', request },
          headers: { authorization: basic },
          address: '::1',
        });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / (20 * hostile.length)).toBeLessThan(5);
  });

  it('F21: nested a second time, without a signature inside, or a thousand levels deep, is refused and no fault of ours', async () => {
    const object = await signed(key, requestClaims(issuer, victim).claims);
    const text = (value: string) => new TextEncoder().encode(value);
    await expectRefused(await sealed(text(await sealed(text(object)))), 'encrypted twice');
    await expectRefused(await sealed(text(JSON.stringify(requestClaims(issuer, victim).claims))), 'not signed');
    await expectRefused(await sealed(text(new UnsecuredJWT(requestClaims(issuer, victim).claims).encode())), 'alg none inside');
    const deep = `${'['.repeat(4000)}${']'.repeat(4000)}`;
    const claims = JSON.stringify(requestClaims(issuer, victim).claims).replace(/}$/, `,"claims":${deep}}`);
    const input = `${part({ alg: 'RS256', kid: 'key' })}.${Buffer.from(claims).toString('base64url')}`;
    const signature = sign('sha256', Buffer.from(input), KeyObject.from(key.privateKey)).toString('base64url');
    expect((await push(`${input}.${signature}`)).status).toBe(400);
    expect((await push(await sealed(text(object)))).status).toBe(201);
  });

  it('F21: bodies of a megabyte are not read', async () => {
    const response = await fetch(`${issuer}/par`, { method: 'POST', body: form({ client_id: 'victim', request: 'A'.repeat(1_000_000) }) });
    expect(response.status).toBe(413);
  });
});
