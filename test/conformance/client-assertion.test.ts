/** Clients that prove themselves by a signed assertion: private_key_jwt and client_secret_jwt, at every endpoint that asks who the client is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssertionChanges, asserting, assertion, newSigner, type Signer } from '../support/assertion.ts';
import { authorizationRequest, form, people, signInAndConsent } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorBody } from './checks.ts';

const secret = '0123456789abcdef0123456789abcdef';
const redirect_uri = 'https://rp.example/cb';
const textKey = new TextEncoder().encode(secret);

let server: TestServer;
let signers: Readonly<Record<'rs' | 'ps' | 'es' | 'ed', Signer>>;
let published: { keys: unknown[] };
let uri: string;
const publisher = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(published)));

beforeAll(async () => {
  signers = {
    rs: await newSigner('RS256', 'rs'),
    ps: await newSigner('PS256', 'ps'),
    es: await newSigner('ES256', 'es'),
    ed: await newSigner('EdDSA', 'ed'),
  };
  published = { keys: [signers.es.jwk] };
  await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
  uri = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}/jwks`;
  const jwks = JSON.stringify({ keys: Object.values(signers).map(({ jwk }) => jwk) });
  const rest = `redirect_uris: ["${redirect_uri}"], grant_types: [authorization_code, refresh_token, client_credentials], scope: "openid offline_access read"`;
  const client = (id: string, more: string) => `      - { client_id: ${id}, ${rest}, policy: { consent: implicit, ASSERTION }, ${more} }`;
  const strict = (id: string, more: string) => client(id, more).replace(', ASSERTION', '');
  const lenient = (id: string, more: string) => client(id, more).replace('ASSERTION', 'assertionAudience: endpoint');
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000", outbound: { allow: ["127.0.0.1"] } }
database: x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    users: [{ username: alice, password: ${people.alice.password} }]
    clients:
${strict('keyed', `token_endpoint_auth_method: private_key_jwt, jwks: ${jwks}`)}
${strict('pinned', `token_endpoint_auth_method: private_key_jwt, token_endpoint_auth_signing_alg: PS256, jwks: ${jwks}`)}
${strict('publishing', `token_endpoint_auth_method: private_key_jwt, jwks_uri: "${uri}"`)}
${lenient('array', `token_endpoint_auth_method: private_key_jwt, jwks: ${jwks}`)}
${strict('secret', `token_endpoint_auth_method: client_secret_jwt, client_secret: "${secret}"`)}
`,
  });
});
afterAll(async () => {
  await server?.close();
  publisher.close();
});

async function post(path: string, parameters: Readonly<Record<string, string>>) {
  const response = await fetch(`${server.issuer}${path}`, { method: 'POST', body: form(parameters) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

const make = (client_id: string, signer: Signer, changes?: AssertionChanges) => assertion(server.issuer, client_id, signer, changes);
const ask = async (client_id: string, signer: Signer, changes?: AssertionChanges) =>
  post('/token', { grant_type: 'client_credentials', scope: 'read', ...asserting(await make(client_id, signer, changes)) });
const sharing = (alg = 'HS256'): Signer => ({ alg, key: textKey, jwk: {} });

describe('conformance: client assertions', () => {
  it.each(['rs', 'ps', 'es', 'ed'] as const)('T2: private_key_jwt with the issuer as audience, signed with %s', async (name) => {
    expect(await ask('keyed', signers[name])).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    expect(await ask('keyed', { ...signers[name], kid: undefined as unknown as string })).toMatchObject({ status: 200 });
  });

  it('T2: client_secret_jwt', async () => {
    expect(await ask('secret', sharing())).toMatchObject({ status: 200 });
    const wrong = await ask('secret', { ...sharing(), key: new TextEncoder().encode(`${secret}x`) });
    expect([wrong.status, expectErrorBody(wrong)]).toEqual([401, 'invalid_client']);
  });

  it('T2: the type may say what it is, and what is in the header beside it changes nothing', async () => {
    for (const typ of ['JWT', 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt'])
      expect(await ask('keyed', signers.es, { header: { typ } })).toMatchObject({ status: 200 });
    expect(await ask('keyed', signers.es, { header: { x5c: ['A'.repeat(4000)] } })).toMatchObject({ status: 200 });
  });

  it('the same assertion opens every endpoint that asks who the client is', async () => {
    const tokens = await ask('keyed', signers.es);
    const token = String(tokens.body.access_token);
    expect(await post('/introspect', { token, ...asserting(await make('keyed', signers.es)) })).toMatchObject({ body: { active: true } });
    expect(await post('/revoke', { token, ...asserting(await make('keyed', signers.es)) })).toMatchObject({ status: 200 });
    expect(await post('/introspect', { token, ...asserting(await make('keyed', signers.es)) })).toMatchObject({ body: { active: false } });
    for (const path of ['/introspect', '/revoke'])
      expect(
        await post(path, { token, ...asserting(await make('keyed', signers.es, { claims: { aud: 'https://other.example' } })) }),
      ).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
  });

  it('F9: an audience other than the issuer as one text is refused', async () => {
    const { issuer } = server;
    for (const aud of [[issuer, `${issuer}/token`], [issuer], `${issuer}/token`, `${issuer}/par`, `${issuer}/`, [], {}, undefined]) {
      const response = await ask('keyed', signers.es, { claims: { aud } as AssertionChanges['claims'] & object });
      expect([aud, response.status, expectErrorBody(response)]).toEqual([aud, 401, 'invalid_client']);
    }
  });

  it('F9: a client whose policy says so may send our endpoints, also in a list, and nobody else beside them', async () => {
    const { issuer } = server;
    for (const aud of [issuer, [issuer, `${issuer}/token`], `${issuer}/token`, [`${issuer}/introspect`]])
      expect(await ask('array', signers.ps, { claims: { aud } })).toMatchObject({ status: 200 });
    for (const aud of [[issuer, 'https://other.example'], 'https://other.example/token', [], `${issuer}/nowhere`])
      expect(await ask('array', signers.ps, { claims: { aud } })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('F10: iat and nbf 8 seconds ahead are accepted, 62 seconds ahead refused', async () => {
    const now = Math.floor(Date.now() / 1000);
    const shifted = (by: number) => ({ claims: { iat: now + by, nbf: now + by, exp: now + by + 60 } });
    expect(await ask('keyed', signers.ps, shifted(8))).toMatchObject({ status: 200 });
    for (const claims of [shifted(62).claims, { nbf: now + 62 }, { iat: now + 62 }, { exp: now + 62 + 3600 }])
      expect(await ask('keyed', signers.ps, { claims })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('F19: absent, with an algorithm not registered, expired, or without one of its claims', async () => {
    const absent = await post('/token', { grant_type: 'client_credentials', client_id: 'pinned' });
    expect([absent.status, expectErrorBody(absent)]).toEqual([401, 'invalid_client']);
    expect(await ask('pinned', signers.ps)).toMatchObject({ status: 200 });
    const now = Math.floor(Date.now() / 1000);
    const refused = [
      await ask('pinned', signers.rs),
      await ask('pinned', signers.ps, { claims: { exp: now - 300, iat: now - 360 } }),
      ...(await Promise.all(
        ['iss', 'sub', 'aud', 'exp', 'jti'].map((claim) => ask('pinned', signers.ps, { claims: { [claim]: undefined } })),
      )),
    ];
    for (const response of refused) expect([response.status, expectErrorBody(response)]).toEqual([401, 'invalid_client']);
  });

  it('T6: a refresh with a key that the client has just put into its key set works', async () => {
    const agent = createAgent(server.issuer);
    const client = { client_id: 'publishing', redirect_uri };
    const request = authorizationRequest(server.issuer, client, { scope: 'openid offline_access', prompt: 'consent' });
    const answer = await signInAndConsent(agent, await agent.get(request.url));
    const code = String(new URL(answer.location ?? '').searchParams.get('code'));
    const { code_verifier } = request;
    const first = await post('/token', {
      ...{ grant_type: 'authorization_code', code, redirect_uri, code_verifier },
      ...asserting(await make('publishing', signers.es)),
    });
    expect(first.status).toBe(200);
    published = { keys: [(await newSigner('ES256', 'unrelated')).jwk, signers.ed.jwk] };
    const refresh = async (signer: Signer, claims: AssertionChanges['claims'] = {}) =>
      post('/token', {
        ...{ grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) },
        ...asserting(await make('publishing', signer, { claims })),
      });
    expect(await refresh(signers.ed)).toMatchObject({ status: 401 });
    server.advance(60);
    const later = { iat: Math.floor(Date.now() / 1000) + 60, exp: Math.floor(Date.now() / 1000) + 120 };
    expect(await refresh(signers.ed, later)).toMatchObject({ status: 200 });
    expect(await refresh(signers.es, later)).toMatchObject({ status: 401 });
    server.advance(-60);
  });

  it('discovery lists methods and algorithms', async () => {
    const metadata = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as Record<string, string[]>;
    for (const endpoint of ['token', 'introspection', 'revocation']) {
      expect(metadata[`${endpoint}_endpoint_auth_methods_supported`]).toEqual(
        expect.arrayContaining(['private_key_jwt', 'client_secret_jwt']),
      );
      expect(metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']);
    }
  });
});

describe('conformance: openid-client with assertions', () => {
  const options = { execute: [openid.allowInsecureRequests] };
  it('SW-2: private_key_jwt and client_secret_jwt, with a key that is not registered as the negative twin', async () => {
    const url = new URL(server.issuer);
    const stranger = await newSigner('ES256', 'es');
    const grant = async (id: string, auth: openid.ClientAuth) =>
      openid.clientCredentialsGrant(await openid.discovery(url, id, undefined, auth, options), { scope: 'read' });
    const key = ({ key, kid }: Signer) => openid.PrivateKeyJwt({ key: key as CryptoKey, kid: kid ?? '' });
    expect((await grant('keyed', key(signers.es))).access_token).toMatch(/./);
    expect((await grant('secret', openid.ClientSecretJwt(secret))).access_token).toMatch(/./);
    await expect(grant('keyed', key(stranger))).rejects.toMatchObject({ error: 'invalid_client', status: 401 });
  });
});
