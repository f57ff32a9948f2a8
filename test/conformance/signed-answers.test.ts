/** Userinfo (OpenID Connect Core section 5.3.2) and introspection (RFC 9701) as signed JWTs. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientUnderTest, claimsIn, form, signInFor } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { introspect } from '../support/introspection.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const secret = (id: string) => `${id}-secret-0123456789abcdef0123456789abcdef`;
const callback = 'http://127.0.0.1:5000/callback';
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secret(client_id), redirect_uri: callback });
const entry = (id: string, algorithms: string) =>
  `{ client_id: ${id}, client_secret: ${secret(id)}, redirect_uris: [${callback}], scope: openid email, policy: { consent: implicit }, ${algorithms} }`;

const yaml = `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    claims: [{ to: "urn:internal:userid", from: sub }]
    users:
      - { username: alice, password: correct horse battery staple, claims: { email: alice@example.test, email_verified: true } }
    clients:
      - ${entry('signed', 'userinfo_signed_response_alg: RS256')}
      - ${entry('hmac', 'userinfo_signed_response_alg: HS256, introspection_signed_response_alg: ES256')}
`;

let server: TestServer;
beforeAll(async () => {
  server = await startSymbolon({ yaml });
});
afterAll(() => server?.close());

async function signIn(id: string, scope: string) {
  const { issuer } = server;
  const { tokens } = await signInFor(issuer, createAgent(issuer), client(id), { scope });
  expect(tokens.status).toBe(200);
  const { access_token, id_token } = tokens.body;
  const answer = await introspect(issuer, client(id), access_token);
  return { issuer, access_token, id: claimsIn(id_token), introspection: JSON.parse(answer.text) as Record<string, unknown> };
}

async function rawUserinfo(issuer: string, token: unknown) {
  const response = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('conformance: signed userinfo and introspection', () => {
  it('U5: userinfo_signed_response_alg gives application/jwt with iss and aud, and without nonce', async () => {
    const { issuer, access_token, id } = await signIn('signed', 'openid email');
    const { status, headers, text } = await rawUserinfo(issuer, access_token);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/jwt');
    expect(headers.get('cache-control')).toContain('no-store');
    const { payload, protectedHeader } = await jwtVerify(text, createRemoteJWKSet(new URL(`${issuer}/jwks`)), {
      issuer,
      audience: 'signed',
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toEqual({
      sub: id.sub,
      email: 'alice@example.test',
      email_verified: true,
      'urn:internal:userid': id.sub,
      iss: issuer,
      aud: 'signed',
    });
  });

  it('U5: HS256 is keyed by the secret of the client', async () => {
    const { issuer, access_token } = await signIn('hmac', 'openid email');
    const { text } = await rawUserinfo(issuer, access_token);
    const { payload } = await jwtVerify(text, Buffer.from(secret('hmac')), { issuer, audience: 'hmac', algorithms: ['HS256'] });
    expect(payload.email).toBe('alice@example.test');
  });

  it('U5: an error stays plain', async () => {
    const { status, headers } = await rawUserinfo(server.issuer, 'unknown');
    expect([status, headers.get('content-type')]).toEqual([401, expect.stringContaining('application/json')]);
  });

  it('U5: signed userinfo does not pass for an ID token', async () => {
    const { issuer, access_token } = await signIn('signed', 'openid');
    const { text } = await rawUserinfo(issuer, access_token);
    expect((await fetch(`${issuer}/logout?${form({ id_token_hint: text })}`)).status).toBe(400);
  });

  it('introspection is a JWT of its own type for who asks for it (RFC 9701), also for what is dead', async () => {
    const { issuer, access_token, introspection } = await signIn('hmac', 'openid email');
    const accept = 'application/json;q=0.5, application/token-introspection+jwt';
    const { type, text, headers } = await introspect(issuer, client('hmac'), access_token, { accept });
    expect(type).toBe('application/token-introspection+jwt');
    expect(headers.get('cache-control')).toContain('no-store');
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const expected = { issuer, audience: 'hmac', typ: 'token-introspection+jwt', algorithms: ['ES256'] };
    const { payload } = await jwtVerify(text, keys, expected);
    expect(payload.token_introspection).toEqual(introspection);
    expect(payload).not.toHaveProperty('sub');
    expect(payload).not.toHaveProperty('exp');
    const dead = await introspect(issuer, client('hmac'), 'unknown', { accept });
    expect((await jwtVerify(dead.text, keys, expected)).payload.token_introspection).toEqual({ active: false });
  });

  it('introspection stays JSON for everybody else, and is signed by the default algorithm where none is registered', async () => {
    const { issuer, access_token } = await signIn('signed', 'openid');
    expect((await introspect(issuer, client('signed'), access_token, { accept: '*/*' })).type).toContain('application/json');
    const { text } = await introspect(issuer, client('signed'), access_token, { accept: 'application/token-introspection+jwt' });
    const { protectedHeader } = await jwtVerify(text, createRemoteJWKSet(new URL(`${issuer}/jwks`)));
    expect(protectedHeader.alg).toBe('RS256');
  });
});

describe('conformance: discovery of signed answers', () => {
  it('D6: the document tells what can sign userinfo and introspection', async () => {
    const document = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(document.userinfo_signing_alg_values_supported).toContain('RS256');
    expect(document.introspection_signing_alg_values_supported).toContain('RS256');
  });
});
