/** What is encrypted for a client (RFC 7516): ID tokens, userinfo, introspection, authorization answers; each signed first. */
import { KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
} from '../support/client.ts';
import { type KeyPair, keyPair } from '../support/client-keys.ts';
import { createAgent } from '../support/http-agent.ts';
import { introspect } from '../support/introspection.ts';
import { verifiedAnswer } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const callback = 'http://127.0.0.1:5000/callback';
const secretOf = (id: string) => `${id}-secret-0123456789abcdef0123456789abcdef`;
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secretOf(client_id), redirect_uri: callback });

/** A client for each way there is, named after it. */
const ways = [
  ['RSA-OAEP', 'A256CBC-HS512'],
  ['RSA-OAEP-256', 'A128CBC-HS256'],
  ['RSA-OAEP', 'A256GCM'],
  ['ECDH-ES', 'A256GCM'],
  ['ECDH-ES+A256KW', 'A128CBC-HS256'],
] as const;
const idOf = (alg: string, enc: string) => `${alg}.${enc}`.replace('+', '-');

let server: TestServer;
let issuer: string;
let keys: readonly KeyPair[];
let host: Server;
let published: unknown = { keys: [] };

const keyFor = (kid: string) => keys.find((key) => key.kid === kid) as KeyPair;

beforeAll(async () => {
  keys = await Promise.all([
    keyPair('RSA-OAEP', 'rsa', 'enc'),
    keyPair('ECDH-ES', 'ec', 'enc'),
    keyPair('PS256', 'signing'),
    keyPair('RSA-OAEP', 'next', 'enc'),
  ]);
  host = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(published)));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const jwks = JSON.stringify({ keys: keys.filter(({ kid }) => kid !== 'next').map(({ jwk }) => jwk) });
  const entry = (id: string, more: string) =>
    `{ client_id: ${id}, client_secret: ${secretOf(id)}, redirect_uris: [${callback}], scope: openid email offline_access, response_types: [code, id_token, code id_token], policy: { consent: implicit }, ${more} }`;
  const all = (alg: string, enc: string) =>
    ['id_token', 'userinfo', 'introspection', 'authorization']
      .map((answer) => `${answer}_encrypted_response_alg: ${alg}, ${answer}_encrypted_response_enc: ${enc}`)
      .join(', ');
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000", outbound: { allow: [127.0.0.1/32] } }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    users: [{ username: alice, password: correct horse battery staple, claims: { email: alice@example.test, email_verified: true } }]
    clients:
${ways.map(([alg, enc]) => `      - ${entry(idOf(alg, enc), `userinfo_signed_response_alg: RS256, jwks: ${jwks}, ${all(alg, enc)}`)}`).join('\n')}
      - ${entry('unsigned', `userinfo_encrypted_response_alg: ECDH-ES, id_token_encrypted_response_alg: ECDH-ES, jwks: ${jwks}`)}
      - ${entry('hs256', `id_token_signed_response_alg: HS256, id_token_encrypted_response_alg: RSA-OAEP, jwks: ${jwks}`)}
      - ${entry('publishing', `id_token_encrypted_response_alg: RSA-OAEP, authorization_encrypted_response_alg: RSA-OAEP, jwks_uri: "http://127.0.0.1:${(host.address() as AddressInfo).port}/jwks"`)}
`,
  });
  issuer = server.issuer;
});
afterAll(async () => {
  await server?.close();
  host?.close();
});

/** What was encrypted, and the header that says how. */
async function opened(token: unknown, kid: string) {
  const header = decodeProtectedHeader(String(token));
  const { plaintext } = await compactDecrypt(String(token), KeyObject.from(keyFor(kid).privateKey));
  return { header, text: new TextDecoder().decode(plaintext) };
}

const keySet = () => createRemoteJWKSet(new URL(`${issuer}/jwks`));

describe('conformance: encrypted answers', () => {
  it.each(ways)('I5, SW-33, J5: %s with %s, each in five parts with the kid of the key, around what was signed', async (alg, enc) => {
    const who = client(idOf(alg, enc));
    const kid = alg.startsWith('RSA') ? 'rsa' : 'ec';
    const expected = { alg, enc, kid, cty: 'JWT' };
    const request = authorizationRequest(issuer, who, { response_mode: 'jwt', scope: 'openid email offline_access' });
    const agent = createAgent(issuer);
    const secured = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    const answer = await opened(secured.get('response'), kid);
    expect(answer.header).toMatchObject(expected);
    const { payload } = await verifiedAnswer(issuer, who, answer.text);
    const tokens = await redeem(issuer, who, request, new URLSearchParams({ code: String(payload.code) }));
    const idToken = await opened(tokens.body.id_token, kid);
    expect(idToken.header).toMatchObject(expected);
    const { payload: claims } = await jwtVerify(idToken.text, keySet(), { issuer, audience: who.client_id });
    expect(claims.nonce).toBe(request.nonce);

    const userinfo = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.body.access_token}` } });
    expect(userinfo.headers.get('content-type')).toBe('application/jwt');
    const info = await opened(await userinfo.text(), kid);
    expect(info.header).toMatchObject(expected);
    expect((await jwtVerify(info.text, keySet(), { issuer, audience: who.client_id })).payload).toMatchObject({
      sub: claims.sub,
      email: 'alice@example.test',
    });

    const introspected = await introspect(issuer, who, tokens.body.access_token, { accept: 'application/token-introspection+jwt' });
    const told = await opened(introspected.text, kid);
    expect(told.header).toMatchObject(expected);
    expect((await jwtVerify(told.text, keySet(), { issuer, typ: 'token-introspection+jwt' })).payload.token_introspection).toMatchObject({
      active: true,
    });
    expect((await introspect(issuer, who, tokens.body.access_token)).type).toContain('application/json');

    const again = await tokenRequest(issuer, who, { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) });
    expect((await opened(again.body.id_token, kid)).header).toMatchObject(expected);
  });

  it('I5: an ID token from the authorization endpoint is encrypted too', async () => {
    const who = client(idOf('RSA-OAEP', 'A256GCM'));
    const request = authorizationRequest(issuer, who, { response_type: 'code id_token' });
    const agent = createAgent(issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    const front = await jwtVerify((await opened(answer.get('id_token'), 'rsa')).text, keySet(), { issuer });
    const { body } = await redeem(issuer, who, request, answer);
    const back = await jwtVerify((await opened(body.id_token, 'rsa')).text, keySet(), { issuer });
    expect(front.payload.sub).toBe(back.payload.sub);
    expect(front.payload.c_hash).toBeTypeOf('string');
  });

  it('J5: errors are encrypted like other answers, also in fragment.jwt and form_post.jwt', async () => {
    const who = client(idOf('ECDH-ES', 'A256GCM'));
    const at = (response_mode: string) => createAgent(issuer).get(authorizationRequest(issuer, who, { response_mode, prompt: 'none' }).url);
    const posted = await at('form_post.jwt');
    const field = posted.forms[0]?.fields.find(({ name }) => name === 'response')?.value;
    for (const response of [answerOf(await at('jwt')).get('response'), answerOf(await at('fragment.jwt')).get('response'), field]) {
      const { payload } = await verifiedAnswer(issuer, who, (await opened(response, 'ec')).text);
      expect(payload.error).toBe('login_required');
    }
  });

  it('U5: userinfo that is not signed is encrypted as JSON, with the default of the content', async () => {
    const { tokens } = await signInFor(issuer, createAgent(issuer), client('unsigned'), { scope: 'openid email' });
    const userinfo = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.body.access_token}` } });
    const { header, text } = await opened(await userinfo.text(), 'ec');
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A128CBC-HS256', kid: 'ec' });
    expect(header).not.toHaveProperty('cty');
    expect(JSON.parse(text)).toMatchObject({ email: 'alice@example.test' });
  });

  it('I5: what is signed with the secret of the client can be encrypted to its key', async () => {
    const { tokens } = await signInFor(issuer, createAgent(issuer), client('hs256'));
    const { text } = await opened(tokens.body.id_token, 'rsa');
    await jwtVerify(text, Buffer.from(secretOf('hs256')), { issuer, audience: 'hs256', algorithms: ['HS256'] });
  });

  it('I5: the key may be published at jwks_uri; a new one is taken, and without one nothing is sent in clear', async () => {
    const who = client('publishing');
    const none = await signInFor(issuer, createAgent(issuer), who);
    expect([none.tokens.status, none.tokens.body.error, none.tokens.body.id_token]).toEqual([500, 'server_error', undefined]);
    published = { keys: [keyFor('next').jwk] };
    server.advance(61);
    const { tokens } = await signInFor(issuer, createAgent(issuer), who);
    expect((await opened(tokens.body.id_token, 'next')).header).toMatchObject({ kid: 'next', enc: 'A128CBC-HS256' });
  });

  it('J6: discovery lists what each answer can be encrypted with', async () => {
    const document = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, readonly string[]>;
    for (const answer of ['id_token', 'userinfo', 'introspection', 'authorization']) {
      expect(document[`${answer}_encryption_alg_values_supported`]).toEqual(['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW']);
      expect(document[`${answer}_encryption_enc_values_supported`]).toEqual(['A128CBC-HS256', 'A256CBC-HS512', 'A256GCM']);
    }
  });
});

describe('openid-client: JARM, PAR and encryption', () => {
  async function discover(key: KeyPair) {
    const who = client(idOf('RSA-OAEP', 'A256CBC-HS512'));
    const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
    const metadata = { [oidc.clockTolerance]: 0 };
    const config = await oidc.discovery(new URL(issuer), who.client_id, metadata, oidc.ClientSecretBasic(who.client_secret), { execute });
    oidc.useJwtResponseMode(config);
    oidc.enableDecryptingResponses(config, ['A256CBC-HS512'], { key: key.privateKey, kid: 'rsa', alg: 'RSA-OAEP' });
    return config;
  }

  async function ask(config: oidc.Configuration) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = await oidc.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: callback,
      scope: 'openid email',
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const agent = createAgent(issuer);
    const { location = '' } = await signInAndConsent(agent, await agent.get(url.href));
    return { callbackUrl: new URL(location), checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
  }

  it('F3, J5, I5: completes, decrypting what it is given', async () => {
    const config = await discover(keyFor('rsa'));
    const { callbackUrl, checks } = await ask(config);
    const tokens = await oidc.authorizationCodeGrant(config, callbackUrl, checks);
    expect(tokens.claims()).toMatchObject({ iss: issuer, nonce: checks.expectedNonce });
  });

  it('I5: does not complete with another key', async () => {
    const config = await discover(keyFor('next'));
    const { callbackUrl, checks } = await ask(config);
    await expect(oidc.authorizationCodeGrant(config, callbackUrl, checks)).rejects.toThrow();
  });

  it('J5: refuses an answer whose signed part was changed', async () => {
    const config = await discover(keyFor('rsa'));
    const { callbackUrl, checks } = await ask(config);
    const response = callbackUrl.searchParams.get('response') ?? '';
    callbackUrl.searchParams.set('response', `${response.slice(0, -4)}AAAA`);
    await expect(oidc.authorizationCodeGrant(config, callbackUrl, checks)).rejects.toThrow();
  });
});
