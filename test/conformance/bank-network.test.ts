/**
 * Relying parties of a bank network against a tenant of the dialect idpartner, whose issuer has a path: pushed requests without `client_id`, signed and
 * encrypted answers, no tolerance, payments.
 */
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerAt,
  authorizationUrl,
  type Bank,
  discover,
  paymentDetails,
  paymentProcessing,
  proofs,
  refreshed,
  tokenRequest,
  tokens,
  userInfo,
  withKey,
  withSecret,
} from '../support/bank-client.ts';
import { basicOf, form, people, signInAndConsent } from '../support/client.ts';
import { type KeyPair, keyPair, seconds, signed } from '../support/client-keys.ts';
import { expectErrorPage } from '../support/error-page.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const everything = 'openid email profile address phone birthdate payment_details payment_processing offline_access';
const callback = 'http://127.0.0.1:5000/jwt';
const account = {
  bankId: '125000024',
  identifier: '454992210071',
  identifierType: 'ACCOUNT_NUMBER',
  type: 'US_ACH',
  transferIn: true,
  transferOut: true,
  accountId: 'g833202fb0866d0ad83472c429',
};
const address = { street_address: '4360 Dragon Dr', locality: 'Saluda', region: 'Virginia', postal_code: '23149', country: 'US' };
/** Every claim of the network's scopes. */
const alice = {
  ...{ birthdate: '1988-08-08', name: 'Alice Archer', given_name: 'Alice', family_name: 'Archer', gender: 'female', address },
  ...{
    email: 'alice@example.test',
    email_verified: true,
    phone_number: '408-123-4567',
    phone_number_verified: true,
    payment_details: account,
  },
};
const secret = 'a+/=%&:secret-0123456789abcdef0123456789';

let server: TestServer;
let issuer: string;
let signing: KeyPair;
let decryption: KeyPair;
let shop: Bank;
let keyed: Bank;
let prover: Bank;
let keyedProver: Bank;
let strict: Bank;

beforeAll(async () => {
  [signing, decryption] = await Promise.all([keyPair('PS256', 'sig-1'), keyPair('RSA-OAEP', 'enc-1', 'enc')]);
  const common = `client_secret: "${secret}", redirect_uris: [${callback}], scope: openid email profile address phone payment_details payment_processing offline_access`;
  const registered = JSON.stringify({ keys: [signing.jwk, decryption.jwk] });
  const byKey = `${common.replace(/client_secret: "[^"]*", /, '')}, token_endpoint_auth_method: private_key_jwt, jwks: ${registered}`;
  const encrypted = ['id_token', 'authorization']
    .map((answer) => `${answer}_encrypted_response_alg: RSA-OAEP, ${answer}_encrypted_response_enc: A256CBC-HS512`)
    .join(', ');
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000/oidc
    dialect: idpartner
    scopes: [{ name: payment_details, claims: [payment_details] }, { name: payment_processing }]
    users: [{ username: alice, password: correct horse battery staple, claims: ${JSON.stringify(alice)} }, { username: bob, password: hunter2 hunter2, claims: { name: Bob Builder } }]
    clients:
      - { client_id: shop, ${common} }
      - { client_id: keyed, ${common}, request_object_signing_alg: PS256, ${encrypted}, jwks: ${registered} }
      - { client_id: prover, ${byKey} }
      - { client_id: keyed-prover, ${byKey}, ${encrypted} }
      - { client_id: strict, ${byKey}, policy: { assertionAudience: issuer } }
`,
  });
  issuer = `${server.issuer}/oidc`;
  shop = { client_id: 'shop', callback, authenticate: withSecret('shop', secret) };
  keyed = { client_id: 'keyed', callback, authenticate: withSecret('keyed', secret), keys: { signing, decryption } };
  const provenAs = (client_id: string) => ({ client_id, callback, authenticate: withKey(client_id, signing) });
  prover = provenAs('prover');
  keyedProver = { ...provenAs('keyed-prover'), keys: { signing, decryption } };
  strict = provenAs('strict');
});
afterAll(() => server?.close());

const banks = [
  ['without keys', () => shop],
  ['with keys', () => keyed],
  ['proven by key, without keys for more', () => prover],
  ['proven by key, with keys', () => keyedProver],
] as const;

/** As the library does it: push, send the browser, read the answer, redeem. */
async function signIn(bank: Bank, extra: Record<string, string> = {}, agent: Agent = createAgent(issuer)) {
  const known = proofs();
  const { location = '' } = await signInAndConsent(agent, await agent.get(await authorizationUrl(bank, issuer, known, extra)));
  const answer = await answerAt(bank, issuer, location, known);
  return { known, answer, location };
}

describe('idpartner: clients of a bank network', () => {
  it('IP-5: discovery has what they look for, and the issuer to the letter', async () => {
    const document = (await discover(issuer)) as unknown as Record<string, unknown>;
    const needed = [
      'issuer',
      'authorization_endpoint',
      'token_endpoint',
      'jwks_uri',
      'pushed_authorization_request_endpoint',
      'userinfo_endpoint',
    ];
    // The Java client's.
    const strictly = ['response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported'];
    expect(Object.keys(document)).toEqual(expect.arrayContaining([...needed, ...strictly]));
    expect(document.id_token_encryption_alg_values_supported).toContain('RSA-OAEP');
    expect(document.authorization_encryption_enc_values_supported).toContain('A256CBC-HS512');
    expect(document.token_endpoint_auth_signing_alg_values_supported).toContain('PS256');
    const places = {
      authorization_endpoint: '/auth',
      token_endpoint: '/token',
      userinfo_endpoint: '/me',
      pushed_authorization_request_endpoint: '/request',
      jwks_uri: '/jwks',
      end_session_endpoint: '/session/end',
      introspection_endpoint: '/token/introspection',
      revocation_endpoint: '/token/revocation',
      payment_details_info_endpoint: '/payment_details',
      payment_processing_endpoint: '/payment_processing',
    };
    for (const [name, path] of Object.entries(places)) expect(document[name], name).toBe(issuer + path);
  });

  it.each(banks)(
    'IP-6, IP-8, IP-10, IP-12, IP-14, IP-15, IP-19, IP-23: %s, the whole way with refresh, userinfo and payments',
    async (_, of) => {
      const bank = of();
      const { known, answer } = await signIn(bank, { scope: everything, prompt: 'consent' });
      const first = await tokens(bank, issuer, answer, known);
      expect(first.tokens).toMatchObject({
        token_type: 'Bearer',
        expires_in: expect.any(Number),
        scope: expect.stringContaining('openid'),
      });
      expect(first.claims).toMatchObject(alice);
      expect(await userInfo(bank, issuer, first.tokens.access_token, first.claims.sub)).toMatchObject(alice);
      expect(await paymentDetails(bank, issuer, first.tokens.access_token)).toEqual([account]);
      expect(await paymentProcessing(bank, issuer, first.tokens.access_token)).toMatchObject({ amount: 0, currency: 'USD' });
      const second = await refreshed(bank, issuer, String(first.tokens.refresh_token));
      expect(second.claims.sub).toBe(first.claims.sub);
      expect(second.claims).not.toHaveProperty('nonce');
      expect(await paymentDetails(bank, issuer, second.tokens.access_token)).toEqual([account]);
    },
  );

  it.each(banks)('IP-13, IP-23: %s, who declines gives access_denied', async (_, of) => {
    const bank = of();
    const [known, agent] = [proofs(), createAgent(issuer)];
    const page = await agent.get(await authorizationUrl(bank, issuer, known, { prompt: 'consent' }));
    const consent = await agent.submit(page, { button: 'login-submit', fields: people.alice });
    const { location = '' } = await agent.submit(consent, { button: 'consent-deny' });
    const answer = await answerAt(bank, issuer, location, known);
    expect([answer.error, answer.code]).toEqual(['access_denied', undefined]);
  });

  it.each(banks)('IP-11: %s, a request_uri is used up by its answer', async (_, of) => {
    const [known, agent] = [proofs(), createAgent(issuer)];
    const url = await authorizationUrl(of(), issuer, known);
    await signInAndConsent(agent, await agent.get(url));
    expectErrorPage(await agent.get(url), 'a second use', 400, 'invalid_request_uri');
  });

  it('IP-19: no refresh token without offline_access', async () => {
    const { known, answer } = await signIn(shop);
    expect((await tokens(shop, issuer, answer, known)).tokens).not.toHaveProperty('refresh_token');
  });

  it('IP-16: a code used again is invalid_grant, and what it gave is revoked', async () => {
    const { known, answer } = await signIn(shop);
    const { tokens: given } = await tokens(shop, issuer, answer, known);
    await expect(tokens(shop, issuer, answer, known)).rejects.toThrow('400 invalid_grant');
    await expect(userInfo(shop, issuer, given.access_token, undefined)).rejects.toThrow('answered with 401');
  });

  it('IP-17: a wrong verifier is invalid_grant', async () => {
    const { answer } = await signIn(shop);
    const grant = { grant_type: 'authorization_code', code: String(answer.code), redirect_uri: callback, code_verifier: proofs().verifier };
    await expect(tokenRequest(shop, issuer, grant)).rejects.toThrow('400 invalid_grant');
  });

  it('IP-7: a wrong secret is invalid_client', async () => {
    const thief = { ...shop, authenticate: withSecret('shop', `${secret}x`) };
    await expect(authorizationUrl(thief, issuer, proofs())).rejects.toThrow('401 invalid_client');
  });

  it('F9: an assertion for a list of issuer and token endpoint is refused at the endpoint too, unless the policy says otherwise', async () => {
    await expect(authorizationUrl(strict, issuer, proofs())).rejects.toThrow('401 invalid_client');
    const thief = { ...prover, authenticate: withKey('prover', { ...signing, privateKey: (await keyPair('PS256', 'x')).privateKey }) };
    await expect(authorizationUrl(thief, issuer, proofs())).rejects.toThrow('401 invalid_client');
  });

  it('IP-14: a client with keys reads nothing that was not encrypted to it, and nobody else reads what was', async () => {
    const { location, known } = await signIn(keyed);
    const response = new URL(location).searchParams.get('response') ?? '';
    expect(response.split('.')).toHaveLength(5);
    expect(() => decodeJwt(response)).toThrow();
    const stranger = { ...keyed, keys: { signing, decryption: { ...(await keyPair('RSA-OAEP', 'enc-1', 'enc')) } } };
    await expect(answerAt(stranger, issuer, location, known)).rejects.toThrow();
    const plain = await signIn(shop);
    await expect(answerAt(keyed, issuer, plain.location, plain.known)).rejects.toThrow();
  });

  it('IP-9: a request without code_challenge, or with a plain one, is not taken', async () => {
    const parameters = {
      client_id: 'shop',
      redirect_uri: callback,
      response_type: 'code',
      response_mode: 'jwt',
      scope: 'openid',
      state: 's',
    };
    for (const pkce of [{}, { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, { code_challenge: 'x'.repeat(43) }]) {
      const headers = { authorization: basicOf('shop', secret) };
      const response = await fetch(`${issuer}/request`, { method: 'POST', headers, body: form({ ...parameters, ...pkce }) });
      expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    }
  });

  it('IP-18: a request object that is expired, for somebody else or signed with RS256 is not taken', async () => {
    const rs256 = await keyPair('RS256', 'sig-1');
    const now = seconds();
    const good = {
      iss: 'keyed',
      aud: issuer,
      client_id: 'keyed',
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      iat: now,
      exp: now + 300,
    };
    const wrong = [
      await signed(signing, { ...good, iat: now - 400, exp: now - 100 }),
      await signed(signing, { ...good, aud: 'https://other.example' }),
      await signed(rs256, good),
    ];
    for (const request of wrong) {
      const headers = { authorization: basicOf('keyed', secret) };
      const response = await fetch(`${issuer}/request`, { method: 'POST', headers, body: form({ client_id: 'keyed', request }) });
      expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, 'invalid_request_object']);
    }
  });

  it('IP-24: a request in the address bar, with everything in it and prompt=consent, is answered as a JWT', async () => {
    const known = proofs();
    const parameters = { client_id: 'shop', redirect_uri: callback, response_type: 'code', response_mode: 'jwt', prompt: 'consent' };
    const { state, nonce, verifier } = known;
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const agent = createAgent(issuer);
    const query = form({ ...parameters, scope: 'openid email', state, nonce, code_challenge, code_challenge_method: 'S256' });
    const { location = '' } = await signInAndConsent(agent, await agent.get(`${issuer}/auth?${query}`));
    const answer = await answerAt(shop, issuer, location, known);
    expect((await tokens(shop, issuer, answer, known)).claims).toMatchObject({ email: 'alice@example.test' });
  });

  it('IP-26: x-fapi-interaction-id comes back, from the payment endpoints too', async () => {
    const id = '8bb39c3e-7b1a-4f1a-9c55-1d3a5f5f5e10';
    for (const [path, method] of [
      ['/token', 'POST'],
      ['/request', 'POST'],
      ['/me', 'GET'],
      ['/payment_details', 'GET'],
    ] as const) {
      const response = await fetch(issuer + path, { method, headers: { 'x-fapi-interaction-id': id } });
      expect(response.headers.get('x-fapi-interaction-id'), path).toBe(id);
      expect(response.headers.get('cache-control'), path).toBe('no-store');
    }
  });

  it('IP-5: the key set has its own media type, and a key of each use for PS256 and RSA-OAEP', async () => {
    const response = await fetch(`${issuer}/jwks`);
    expect(response.headers.get('content-type')).toMatch(/^application\/jwk-set\+json\b/);
    const { keys } = (await response.json()) as { keys: { alg?: string; use: string; kty: string }[] };
    expect(keys.filter(({ alg }) => alg === 'PS256')).toHaveLength(1);
    expect(keys.filter(({ use, kty }) => use === 'enc' && kty === 'RSA')).toHaveLength(1);
  });

  it('IP-11: a request_uri is gone after a minute', async () => {
    const agent = createAgent(issuer);
    const url = await authorizationUrl(shop, issuer, proofs());
    server.advance(61);
    expectErrorPage(await agent.get(url), 'too late', 400, 'invalid_request_uri');
    server.advance(-61);
  });

  it('access tokens live a minute; what is dead is told with the issuer as realm', async () => {
    const { known, answer } = await signIn(shop);
    const { tokens: given } = await tokens(shop, issuer, answer, known);
    expect(given.expires_in).toBe(60);
    server.advance(61);
    const response = await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${given.access_token}` } });
    server.advance(-61);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(`Bearer realm="${issuer}", error="invalid_token"`);
  });
});
