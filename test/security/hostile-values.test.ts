/** Values that are good JSON and bad for what stands behind: for PostgreSQL, which is stricter than SQLite, and for a stack that ends. */
import { createPrivateKey, sign } from 'node:crypto';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asserting, assertion, newSigner, type Signer } from '../support/assertion.ts';
import { form } from '../support/client.ts';
import { createDatabase } from '../support/postgres.ts';
import { register } from '../support/registration.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const redirect_uri = 'https://rp.example/cb';
const postgres = inject('postgres');
const databases = {
  SQLite: async () => ({ url: 'sqlite::memory:', drop: async () => {} }),
  ...(postgres === undefined ? undefined : { PostgreSQL: () => createDatabase(postgres) }),
};

describe.each(Object.entries(databases))('security: hostile values on %s', (_, create) => {
  let database: Awaited<ReturnType<typeof create>>;
  let server: TestServer;
  let signer: Signer;
  let sealed: (claims: string) => string;

  beforeAll(async () => {
    database = await create();
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k' };
    signer = { alg: 'ES256', kid: 'k', key: pair.privateKey, jwk };
    const key = createPrivateKey(await exportPKCS8(pair.privateKey));
    sealed = (claims) => {
      const input = [JSON.stringify({ alg: 'ES256', kid: 'k' }), claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
      return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };
    const more = 'grant_types: [authorization_code, client_credentials], scope: openid, policy: { pkce: optional }';
    server = await startSymbolon({
      database: database.url,
      yaml: `server: { listen: "127.0.0.1:4000", masterKey: "${Buffer.alloc(32, 7).toString('base64')}" }
database: x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    registration: { open: true }
    clients:
      - { client_id: keyed, token_endpoint_auth_method: private_key_jwt, redirect_uris: ["${redirect_uri}"], jwks: ${JSON.stringify({ keys: [jwk] })}, ${more} }
`,
    });
  });
  afterAll(async () => {
    await server?.close();
    await database?.drop();
  });

  const post = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const response = await fetch(`${server.issuer}${path}`, { method: 'POST', body: form(parameters) });
    return { status: response.status, ...((await response.json()) as { error?: string; access_token?: string }) };
  };
  const ask = (client_assertion: string) => post('/token', { grant_type: 'client_credentials', ...asserting(client_assertion) });
  const now = () => Math.floor(Date.now() / 1000);

  it('L12: a sub that can be no client_id is refused before anything is asked for it', async () => {
    const stranger = await newSigner('ES256', 'stranger');
    for (const sub of ['a\0b', '\0', 'a\ud800b', 'a b', 'k\u00e9y', 'x'.repeat(256)])
      expect(await ask(await assertion(server.issuer, sub, stranger)), JSON.stringify(sub)).toMatchObject({
        status: 401,
        error: 'invalid_client',
      });
  });

  it('G9: an assertion with a fraction of a second in its exp is good once, as any other', async () => {
    const one = await assertion(server.issuer, 'keyed', signer, { claims: { exp: now() + 60.5 } });
    expect(await ask(one)).toMatchObject({ status: 200 });
    expect(await ask(one)).toMatchObject({ status: 401, error: 'invalid_client' });
    const sent = async (jti: string) => {
      const claims = { iss: 'keyed', aud: server.issuer, exp: now() + 60.5, jti, response_type: 'code', redirect_uri, scope: 'openid' };
      return post('/par', {
        ...asserting(await assertion(server.issuer, 'keyed', signer)),
        request: sealed(JSON.stringify(claims)),
      });
    };
    expect([(await sent('x')).status, (await sent('x')).error]).toEqual([201, 'invalid_request_object']);
  });

  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it('F21: a signed request that is nested without end is refused: pushed, and in front of a browser', async () => {
    const claims = `{"iss":"keyed","aud":"${server.issuer}","exp":${now() + 60},"response_type":"code","redirect_uri":"${redirect_uri}","scope":"openid","state":`;
    const object = (state: string) => sealed(`${claims}${state}}`);
    const push = async (request: string) => post('/par', { ...asserting(await assertion(server.issuer, 'keyed', signer)), request });
    expect(await push(object('"s"'))).toMatchObject({ status: 201 });
    for (const levels of [40, 10_000]) {
      expect(await push(object(nested(levels)))).toMatchObject({ status: 400, error: 'invalid_request_object' });
      const shown = await fetch(`${server.issuer}/authorize`, {
        method: 'POST',
        redirect: 'manual',
        body: form({ client_id: 'keyed', request: object(nested(levels)) }),
      });
      expect(shown.status).toBe(400);
    }
  });

  it('F21: a key with members that are nested without end is refused when a client registers', async () => {
    const plain = JSON.stringify(signer.jwk).slice(0, -1);
    const metadata = (member: string) => `{"redirect_uris":["${redirect_uri}"],"jwks":{"keys":[${plain},${member}}]}}`;
    for (const member of [`"x5c":${nested(20_000)}`, `"x":{"x":{}}`, `"key_ops":[["verify"]]`])
      expect(await register(server.issuer, metadata(member))).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    for (const member of ['"key_ops":["verify"]', '"note":"\\u0000 \\ud800"', '"__proto__":["x"]', '"ext":true'])
      expect(await register(server.issuer, metadata(member)), member).toMatchObject({ status: 201 });
  });
});
