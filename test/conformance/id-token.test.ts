/** ID tokens (OpenID Connect Core sections 2, 3.1.3.6, 3.1.3.7), verified by an independent library as a client does. */
import { createHash } from 'node:crypto';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientUnderTest, claimsIn, clients, type Parameters, people, signInFor } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectClaimTypes } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await extendedConfiguration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

const asymmetric: readonly [alg: string, client: ClientUnderTest][] = [
  ['RS256', clients.trusted],
  ['ES256', clients.es256],
  ['PS256', more.ps256],
  ['EdDSA', more.eddsa],
];
const every: readonly [alg: string, client: ClientUnderTest][] = [...asymmetric, ['HS256', clients.hs256]];

async function signIn(client: ClientUnderTest, changes: Parameters = {}, at = issuer) {
  const { request, tokens } = await signInFor(at, createAgent(at), client, changes);
  expect(tokens.status).toBe(200);
  return { request, access_token: String(tokens.body.access_token), id_token: String(tokens.body.id_token) };
}

/** What a client checks: issuer, audience, algorithm, expiry, and that it was issued in the last five minutes and not in the future. */
function expectations(client: ClientUnderTest, alg: string) {
  return { issuer, audience: client.client_id, algorithms: [alg], maxTokenAge: 300, requiredClaims: ['sub', 'exp', 'iat'] };
}

function secretOf({ client_secret }: ClientUnderTest): Uint8Array {
  return new TextEncoder().encode(client_secret);
}

async function fetchKeys(at = issuer): Promise<JSONWebKeySet> {
  return (await (await fetch(`${at}/jwks`)).json()) as JSONWebKeySet;
}

describe('conformance: ID tokens', () => {
  it.each(asymmetric)('I1: an ID token signed with %s verifies with the published key its kid names', async (alg, client) => {
    const { id_token } = await signIn(client);
    const { protectedHeader } = await jwtVerify(id_token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), expectations(client, alg));
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: expect.stringMatching(/\S/) });
    const key = (await fetchKeys()).keys.find(({ kid }) => kid === protectedHeader.kid);
    expect(key).toMatchObject({ alg, use: 'sig' });
    // The key alone, without the others to fall back on.
    if (key !== undefined) await jwtVerify(id_token, createLocalJWKSet({ keys: [key] }), expectations(client, alg));
  });

  it('I1: RS256 is what a client gets that registered no algorithm', async () => {
    expect(decodeProtectedHeader((await signIn(clients.web)).id_token).alg).toBe('RS256');
  });

  it('I1: an ID token signed with HS256 verifies with the secret of its client, and of no other', async () => {
    const { id_token } = await signIn(clients.hs256);
    const { protectedHeader } = await jwtVerify(id_token, secretOf(clients.hs256), expectations(clients.hs256, 'HS256'));
    expect(protectedHeader.alg).toBe('HS256');
    await expect(jwtVerify(id_token, secretOf(clients.es256))).rejects.toThrow('signature verification failed');
  });

  it('I1: the ID token of one tenant does not verify with the keys of another', async () => {
    const { id_token } = await signIn(clients.trusted, {}, `${issuer}/t/agate`);
    await jwtVerify(id_token, createLocalJWKSet(await fetchKeys(`${issuer}/t/agate`)), { issuer: `${issuer}/t/agate` });
    await expect(jwtVerify(id_token, createLocalJWKSet(await fetchKeys()))).rejects.toThrow('no applicable key');
  });

  it.each(every)('I2: issuer, audience and times are exact in an ID token signed with %s', async (_, client) => {
    const before = Math.floor(Date.now() / 1000);
    const claims = claimsIn((await signIn(client)).id_token);
    const after = Math.floor(Date.now() / 1000);
    expect(claims).toMatchObject({ iss: issuer, aud: client.client_id, amr: ['pwd'] });
    for (const name of ['iat', 'auth_time']) expect(claims[name], name).toSatisfy((at) => Number(at) >= before && Number(at) <= after);
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
    expect(claims).not.toHaveProperty('nbf');
  });

  it.each(every)('I3: sub and nonce are right in an ID token signed with %s', async (_, client) => {
    const { id_token, request } = await signIn(client);
    const claims = claimsIn(id_token);
    expect(claims.sub).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect(claims.nonce).toBe(request.nonce);
  });

  it('I3: the sub of a person is the same for every client and sign-in, differs between people, and is not the user name', async () => {
    const subOf = async (client: ClientUnderTest, person: { username: string; password: string }) =>
      claimsIn((await signInFor(issuer, createAgent(issuer), client, {}, person)).tokens.body.id_token).sub;
    const alice = await subOf(clients.trusted, people.alice);
    expect(await subOf(clients.es256, people.alice)).toBe(alice);
    const bob = await subOf(clients.trusted, people.bob);
    expect(bob).not.toBe(alice);
    expect([alice, bob]).not.toEqual(['alice', 'bob']);
  });

  it.each([
    ['of 64 characters', 'n'.repeat(64)],
    ['of the marks a URI needs not escape', 'a-._~'.repeat(9)],
    ['of 384 characters', 'n'.repeat(384)],
    ['of any characters', '\u00e4 b"\\\u{1F600}'],
  ])('I3: a nonce %s comes back as it was sent', async (_, nonce) => {
    expect(claimsIn((await signIn(clients.trusted, { nonce })).id_token).nonce).toBe(nonce);
  });

  it('I3: standard claims in an ID token have their types, and none is empty', async () => {
    expectClaimTypes(claimsIn((await signIn(clients.trusted)).id_token));
  });

  it.each(every)('I4: at_hash of an ID token signed with %s is the left half of the digest of the access token', async (alg, client) => {
    const { id_token, access_token } = await signIn(client);
    const digest = createHash(alg === 'EdDSA' ? 'sha512' : 'sha256')
      .update(access_token)
      .digest();
    expect(claimsIn(id_token).at_hash).toBe(digest.subarray(0, digest.length / 2).toString('base64url'));
  });

  it('I6: claims of scopes are left to userinfo: nothing in the ID token was not asked for there', async () => {
    const claims = Object.keys(claimsIn((await signIn(clients.web, { scope: 'openid profile email address phone' })).id_token));
    const known = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'sid', 'jti'];
    expect(claims.filter((name) => !known.includes(name))).toEqual([]);
  });
});
