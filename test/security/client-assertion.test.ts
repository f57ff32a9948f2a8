/** Client assertions under attack: forged, replayed, made for somebody else, or by a client that is registered for another method. */
import { createHmac, createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssertionChanges, asserting, assertion, assertionType, newSigner, type Signer } from '../support/assertion.ts';
import { basicOf, form } from '../support/client.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const secret = '0123456789abcdef0123456789abcdef';
const textKey = new TextEncoder().encode(secret);
const encode = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

let servers: readonly TestServer[];
let server: TestServer;
let good: Signer;
let other: Signer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'symbolon-assertion-'));
  good = await newSigner('RS256', 'good');
  other = await newSigner('RS256', 'other');
  const rest = 'grant_types: [client_credentials], scope: read';
  const entry = (id: string, more: string) => `      - { client_id: ${id}, ${rest}, ${more} }`;
  const jwks = (...keys: JWK[]) => `token_endpoint_auth_method: private_key_jwt, jwks: ${JSON.stringify({ keys })}`;
  const yaml = `server: { listen: "127.0.0.1:4000" }
database: x
tenants:
  - id: main
    issuer: https://op.example
    clients:
${entry('keyed', jwks(good.jwk))}
${entry('neighbour', jwks(other.jwk))}
${entry('basic', `client_secret: "${secret}"`)}
${entry('shared', `token_endpoint_auth_method: client_secret_jwt, client_secret: "${secret}"`)}
${entry('lenient', `${jwks(good.jwk)}, policy: { assertionAudience: endpoint }`)}
`;
  const database = `sqlite:${join(directory, 'test.db')}`;
  // Two processes on one database; the second is another server in this one, with stores and caches of its own.
  servers = [await startSymbolon({ yaml, database }), await startSymbolon({ yaml, database })];
  [server] = servers as [TestServer];
});
afterAll(async () => {
  for (const each of servers ?? []) await each.close();
  await rm(directory, { recursive: true });
});

const issuer = 'https://op.example';

async function send(parameters: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}, to = server) {
  const body = form({ grant_type: 'client_credentials', ...parameters });
  const { serve, parseParameters } = await import('@symbolon/provider');
  const [tenant] = to.tenants;
  if (tenant === undefined) throw new Error('no tenant');
  const request = { method: 'POST', query: {}, form: parseParameters(body.toString()), headers, address: '127.0.0.1' };
  const response = await serve(tenant.op, 'token', request);
  return {
    status: response.status,
    ...(JSON.parse(response.body) as { error?: string; error_description?: string; access_token?: string }),
  };
}

const ask = async (client_id: string, signer: Signer, changes?: AssertionChanges) =>
  send(asserting(await assertion(issuer, client_id, signer, changes)));
const invalid = { status: 401, error: 'invalid_client' };

describe('security: client assertions', () => {
  it('a good one is accepted', async () => {
    expect(await ask('keyed', good)).toMatchObject({ status: 200 });
    expect(await ask('shared', { alg: 'HS256', key: textKey, jwk: {} })).toMatchObject({ status: 200 });
  });

  it('F1: alg none, HS256 with the public key, and an altered body are refused', async () => {
    const text = await assertion(issuer, 'keyed', good);
    const [head = '', body = '', signature = ''] = text.split('.');
    const pem = createPublicKey({ key: good.jwk as import('node:crypto').JsonWebKey, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const none = ['none', 'None', 'NONE', ''].flatMap((alg) => [`${encode({ alg })}.${body}.`, `${encode({ alg })}.${body}.${signature}`]);
    const confused = [pem, good.jwk.n, JSON.stringify(good.jwk), ''].map((key) => {
      const input = `${encode({ alg: 'HS256', kid: 'good' })}.${body}`;
      return `${input}.${createHmac('sha256', String(key)).update(input).digest('base64url')}`;
    });
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const altered = [
      `${head}.${encode({ ...claims, jti: 'x' })}.${signature}`,
      `${head}.${body}.${signature.slice(4)}`,
      `${head}.${body}.AAAA`,
    ];
    for (const each of [...none, ...confused, ...altered]) expect(await send(asserting(each))).toMatchObject(invalid);
    expect(await send(asserting(text))).toMatchObject({ status: 200 });
  });

  it('F1: what is no compact JWT is refused with a reason', async () => {
    const text = await assertion(issuer, 'keyed', good);
    const [head = '', body = '', signature = ''] = text.split('.');
    const wrong = [
      'x',
      '...',
      `${text}.x`,
      `${head}.${body}`,
      `${text}=`,
      `${head}.${encode('[]')}.${signature}`,
      `${head}.${encode('null')}.${signature}`,
      'A'.repeat(40_000),
    ];
    for (const each of wrong)
      expect(await send(asserting(each))).toMatchObject({ ...invalid, error_description: expect.stringContaining('JWT') });
    const critical = new SignJWT({ iss: 'keyed', sub: 'keyed', aud: issuer, jti: 'critical', exp: Math.floor(Date.now() / 1000) + 60 })
      .setProtectedHeader({ alg: 'RS256', kid: 'good', crit: ['strange'], strange: 1 })
      .sign(good.key, { crit: { strange: true } });
    expect(await send(asserting(await critical))).toMatchObject({ ...invalid, error_description: expect.stringContaining('crit') });
    expect(await send({ client_assertion: text })).toMatchObject({
      ...invalid,
      error_description: expect.stringContaining('client_assertion_type'),
    });
    expect(await send({ client_assertion_type: assertionType })).toMatchObject(invalid);
    expect(
      await send({ ...asserting(text), client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }),
    ).toMatchObject(invalid);
  });

  it('F1: a JWT that was made for something else is no assertion', async () => {
    for (const typ of ['dpop+jwt', 'at+jwt', 'logout+jwt', 'oauth-authz-req+jwt', 'secevent+jwt', '', 1])
      expect(await ask('keyed', good, { header: { typ } })).toMatchObject(invalid);
  });

  it('F2: a kid leads to nothing but a key of the client', async () => {
    for (const kid of ['other', '../../etc/passwd', "' OR 1=1 --", 'x'.repeat(10_000), '__proto__', 7, null, ['good'], {}])
      expect(await ask('keyed', good, { header: { kid } })).toMatchObject(invalid);
  });

  it('F3: a key that comes along in the header is not believed', async () => {
    const mine = await newSigner('RS256', 'mine');
    const { jwk } = mine;
    for (const header of [
      { jwk },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/crt' },
      { x5c: ['AAAA'] },
      { jwk, kid: 'good' },
    ])
      expect(await ask('keyed', mine, { header })).toMatchObject(invalid);
    expect(await ask('keyed', good, { header: { jwk, jku: 'https://evil.example/jwks' } })).toMatchObject({ status: 200 });
  });

  it('F4: one client does not pass for another', async () => {
    expect(await ask('neighbour', good)).toMatchObject(invalid);
    expect(await ask('keyed', other)).toMatchObject(invalid);
    expect(await ask('keyed', good, { claims: { iss: 'neighbour' } })).toMatchObject(invalid);
    expect(await ask('keyed', good, { claims: { sub: 'neighbour' } })).toMatchObject(invalid);
    expect(await send({ ...asserting(await assertion(issuer, 'keyed', good)), client_id: 'neighbour' })).toMatchObject(invalid);
    expect(await send({ ...asserting(await assertion(issuer, 'keyed', good)), client_id: 'keyed' })).toMatchObject({ status: 200 });
  });

  it('G8: only the issuer is the audience', async () => {
    const wrong = [
      `${issuer}/token`,
      `${issuer}/par`,
      [issuer],
      [issuer, 'https://evil.example'],
      [issuer, `${issuer}/token`],
      `${issuer}/`,
      'HTTPS://OP.EXAMPLE',
      '',
    ];
    for (const aud of wrong)
      expect(await ask('keyed', good, { claims: { aud } })).toMatchObject({
        ...invalid,
        error_description: expect.stringContaining(issuer),
      });
  });

  it('G8: the switch for old clients lets in what is ours and nothing foreign', async () => {
    for (const aud of [`${issuer}/token`, [issuer, `${issuer}/token`]])
      expect(await ask('lenient', good, { claims: { aud } })).toMatchObject({ status: 200 });
    for (const aud of [
      [issuer, 'https://evil.example'],
      ['https://evil.example/token'],
      'https://evil.example',
      [],
      [[issuer]] as unknown as string[],
    ])
      expect(await ask('lenient', good, { claims: { aud } })).toMatchObject(invalid);
  });

  it('G9: of 32 uses at once in two processes one succeeds', async () => {
    for (const [client_id, signer] of [
      ['keyed', good],
      ['shared', { alg: 'HS256', key: textKey, jwk: {} }],
    ] as const) {
      const parameters = asserting(await assertion(issuer, client_id, signer));
      const answers = await Promise.all(Array.from({ length: 32 }, (_, index) => send(parameters, {}, servers[index % 2])));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ error }) => error === 'invalid_client')).toHaveLength(31);
    }
  });

  it('G9: a jti is of its client, must be there, and a replay is refused until the assertion is dead', async () => {
    const same = { claims: { jti: 'same' } };
    expect(await ask('keyed', good, same)).toMatchObject({ status: 200 });
    expect(await ask('neighbour', other, same)).toMatchObject({ status: 200 });
    expect(await ask('keyed', good, same)).toMatchObject(invalid);
    for (const jti of ['', 7, null, 'x'.repeat(513), ['a']])
      expect(await ask('keyed', good, { claims: { jti: jti as string } })).toMatchObject(invalid);
    expect(await ask('keyed', good, { claims: { jti: '\0\ud800' } })).toMatchObject({ status: 200 });
  });

  it('G9: an assertion that lives longer than we remember it is refused', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const exp of [now + 700, now + 1e10, Number.MAX_SAFE_INTEGER, 1e308, now, now - 1, `${now + 60}`, null])
      expect(await ask('keyed', good, { claims: { exp: exp as number } })).toMatchObject(invalid);
    for (const claims of [{ iat: '0' }, { nbf: null }, { iat: {} }])
      expect(await ask('keyed', good, { claims: claims as unknown as JWTPayload })).toMatchObject(invalid);
  });

  it('G10: the registered method is the only one', async () => {
    expect(await ask('basic', good)).toMatchObject(invalid);
    expect(await ask('basic', { alg: 'HS256', key: textKey, jwk: {} })).toMatchObject(invalid);
    expect(await ask('shared', good)).toMatchObject(invalid);
    expect(await ask('keyed', { alg: 'HS256', key: textKey, jwk: {} })).toMatchObject(invalid);
    for (const client_id of ['keyed', 'shared']) {
      expect(await send({ client_id, client_secret: secret })).toMatchObject(invalid);
      expect(await send({}, { authorization: basicOf(client_id, secret) })).toMatchObject(invalid);
      expect(await send({ client_id })).toMatchObject(invalid);
    }
  });

  it('G10: two methods at once are refused', async () => {
    const twice = async (more: Readonly<Record<string, string>>, headers = {}) =>
      send({ ...asserting(await assertion(issuer, 'keyed', good)), ...more }, headers);
    expect(await twice({ client_secret: secret, client_id: 'keyed' })).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await twice({}, { authorization: basicOf('basic', secret) })).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('an unknown client and a known one with a wrong signature get the same answer', async () => {
    const stranger = await newSigner('RS256', 'good');
    const [unknown, known] = [await ask('nobody', stranger), await ask('keyed', stranger)];
    expect(unknown).toEqual(known);
    expect(unknown).toMatchObject(invalid);
  });
});
