/** DPoP (RFC 9449 section 11): proofs used again, made in advance, made with another key, or changed; and tokens without their key. */
import { createHmac, createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, keepSecret, type Provider } from '@symbolon/provider';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isNonceFor, newNonce } from '../../packages/provider/src/dpop-nonce.ts';
import { readProof } from '../../packages/provider/src/wire/dpop.ts';
import { openStorage } from '../../packages/server/src/storage/open-storage.ts';
import { bound, boundTokens, codeOf, dpopConfiguration, tokensWith, userinfoProof, userinfoWith } from '../conformance/dpop-clients.ts';
import { answerOf, authorizationRequest, form, type Parameters, signInAndConsent, tokenRequest } from '../support/client.ts';
import { ask, codeFor, corePost } from '../support/core-client.ts';
import { dpopKey, dpopProof, hashOf, type ProofChanges } from '../support/dpop.ts';
import { createAgent } from '../support/http-agent.ts';
import { createDatabase } from '../support/postgres.ts';
import { issuer as coreIssuer, testClient, testProvider } from '../support/provider.ts';
import { pushTo } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const key = dpopKey();
const other = dpopKey();
const endpoint = `${coreIssuer}/token`;

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await dpopConfiguration() });
  ({ issuer } = server);
});

afterAll(() => server?.close());

const postgres = inject('postgres');

/** The database of two processes, and how to be rid of it. */
const databases: Readonly<Record<string, () => Promise<{ url: string; drop: () => Promise<void> }>>> = {
  SQLite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'symbolon-dpop-'));
    return { url: `sqlite:${join(folder, 'file.db')}`, drop: () => rm(folder, { recursive: true, force: true }) };
  },
  ...(postgres === undefined ? undefined : { PostgreSQL: () => createDatabase(postgres) }),
};

const machine = testClient({
  client_id: 'machine',
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  scopes: ['reports'],
});
const secret = 'a secret of more than thirty-two characters';

/** A token request of the machine with this proof, and its status. */
async function used(op: Provider, proof: string): Promise<number> {
  const form = { grant_type: 'client_credentials', client_id: 'machine', client_secret: secret };
  return (await ask(op, 'token', corePost(form, { headers: { dpop: proof } }))).status;
}

const coreProof = (op: Provider, changes: ProofChanges = {}, with_ = key) => dpopProof(with_, 'POST', endpoint, changes, op.now());

describe('security: a proof is good for one request', () => {
  it.each(Object.keys(databases))('G1: of 32 uses in two processes on %s exactly one succeeds', async (engine) => {
    const { op } = await testProvider();
    const database = await databases[engine]?.();
    if (database === undefined) throw new Error('no such engine');
    const storages = await Promise.all([openStorage(database.url), openStorage(database.url)]);
    await storages[0].migrate();
    const [one, two] = storages.map((storage): Provider => ({ ...op, store: storage.tenant('main') }));
    if (one === undefined || two === undefined) throw new Error('not two');
    await one.store.clients.register({ ...machine, secrets: [keepSecret(op.vault, machine, secret)] }, op.now());
    const proof = coreProof(op);
    const statuses = await Promise.all(Array.from({ length: 32 }, (_, index) => used(index % 2 === 0 ? one : two, proof)));
    expect(statuses.filter((status) => status === 200)).toEqual([200]);
    expect(statuses.filter((status) => status === 400)).toHaveLength(31);
    expect(await used(two, coreProof(op))).toBe(200);
    await Promise.all(storages.map((storage) => storage.close()));
    await database.drop();
  });

  it('G1: it stays used until its time is over, however far ahead it was dated', async () => {
    const { op, advance } = await machineProvider();
    const proof = coreProof(op, { claims: { iat: op.now() + 59.5 } });
    expect(await used(op, proof)).toBe(200);
    for (let waited = 0; waited <= 400; waited += 10) {
      expect(await used(op, proof)).toBe(400);
      advance(10);
    }
  });

  it.each([-300, 61, -3600, 3600])('G1: a proof dated %i seconds from now is refused', async (seconds) => {
    const { op } = await machineProvider();
    expect(await used(op, coreProof(op, { claims: { iat: op.now() + seconds } }))).toBe(400);
  });

  it('G1: another htu, htm or ath than the request has is refused', async () => {
    const { op } = await machineProvider();
    for (const claims of [{ htu: `${coreIssuer}/introspect` }, { htu: 'https://other.example/token' }, { htm: 'GET' }])
      expect(await used(op, coreProof(op, { claims }))).toBe(400);
    const [a, b] = [await boundTokens(server, bound.app, key), await boundTokens(server, bound.app, key)];
    const answer = await userinfoWith(issuer, { authorization: `DPoP ${a.access}`, dpop: userinfoProof(issuer, key, b.access) });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_dpop_proof']);
  });

  it('G1: whoever learns a jti cannot use it up with a key of his own', async () => {
    const { op } = await machineProvider();
    const claims = { jti: 'the same' };
    expect(await used(op, coreProof(op, { claims }, other))).toBe(200);
    expect(await used(op, coreProof(op, { claims }))).toBe(200);
  });

  it('G1: who has no token, or the token of another key, writes nothing into the store', async () => {
    const { access } = await boundTokens(server, bound.app, key);
    const [tenant] = server.tenants;
    if (tenant === undefined) throw new Error('no tenant');
    const proof = userinfoProof(issuer, other, access, { claims: { jti: 'of nobody' } });
    for (const token of ['x'.repeat(43), access]) await userinfoWith(issuer, { authorization: `DPoP ${token}`, dpop: proof });
    const kept = hashOf(`${other.jkt} of nobody`);
    const now = tenant.op.now();
    expect(await tenant.op.store.replay.once('dpop', kept, now + 1, now)).toBe(true);
  });
});

async function machineProvider(changes: Partial<Client> = {}) {
  const provider = await testProvider();
  const client = { ...machine, ...changes };
  await provider.op.store.clients.register({ ...client, secrets: [keepSecret(provider.op.vault, client, secret)] }, provider.op.now());
  return provider;
}

describe('security: nonces', () => {
  const strict = { policy: { ...machine.policy, dpopNonce: true } };

  it('G2: the nonce of one session is refused in another, and in another tenant', async () => {
    const { op } = await machineProvider(strict);
    const { op: foreign } = await machineProvider(strict);
    const nonce = newNonce(op, key.jkt);
    const claims = { nonce };
    expect(await used(op, coreProof(op, { claims }, other))).toBe(400);
    expect(await used(foreign, coreProof(foreign, { claims }))).toBe(400);
    expect(await used(op, coreProof(op, { claims }))).toBe(200);
  });

  it('G2: one that is old, dated ahead, changed, or none at all is refused', async () => {
    const { op, advance } = await machineProvider(strict);
    const nonce = newNonce(op, key.jkt);
    const bytes = Buffer.from(nonce, 'base64url');
    bytes.writeUIntBE(op.now() + 1000, 0, 6);
    for (const wrong of [undefined, '', 'nonce', 7, [nonce], `${nonce}A`, nonce.slice(1), bytes.toString('base64url')])
      expect(isNonceFor(op, key.jkt, wrong as string)).toBe(false);
    advance(299);
    expect(isNonceFor(op, key.jkt, nonce)).toBe(true);
    advance(1);
    expect(isNonceFor(op, key.jkt, nonce)).toBe(false);
    expect(await used(op, coreProof(op, { claims: { nonce } }))).toBe(400);
  });

  it('G2: the refusal uses nothing up: the code it came with is still good', async () => {
    const parameters = await codeOf(server, bound.nonce);
    const refused = await tokensWith(issuer, bound.nonce, key, parameters);
    expect(refused.body.error).toBe('use_dpop_nonce');
    const nonce = refused.headers.get('dpop-nonce');
    expect((await tokensWith(issuer, bound.nonce, other, parameters, { claims: { nonce } })).body.error).toBe('use_dpop_nonce');
    expect((await tokensWith(issuer, bound.nonce, key, parameters, { claims: { nonce } })).status).toBe(200);
  });
});

describe('security: bound refresh tokens and codes', () => {
  it('G3: the refresh token of a public client works with its key only, and who has only the token cannot end it', async () => {
    const tokens = await boundTokens(server, bound.native, key);
    const parameters = { grant_type: 'refresh_token', refresh_token: tokens.refresh };
    const refused = async () => [
      (await tokensWith(issuer, bound.native, other, parameters)).body,
      (await tokenRequest(issuer, bound.native, parameters)).body,
    ];
    for (const body of await refused()) expect([body.error, body.access_token]).toEqual(['invalid_grant', undefined]);
    const next = await tokensWith(issuer, bound.native, key, parameters);
    expect([next.status, next.body.token_type]).toEqual([200, 'DPoP']);
    server.advance(61);
    for (const body of await refused()) expect(body.error).toBe('invalid_grant');
    const later = { grant_type: 'refresh_token', refresh_token: String(next.body.refresh_token) };
    const claims = { iat: Math.floor(Date.now() / 1000) + 61 };
    expect((await tokensWith(issuer, bound.native, key, later, { claims })).status).toBe(200);
    server.advance(-61);
  });

  it('G4: a code with dpop_jkt is refused with another key and with none, and is used up by it', async () => {
    for (const with_ of [other, undefined]) {
      const parameters = await codeOf(server, bound.native, { dpop_jkt: key.jkt });
      const first = with_
        ? await tokensWith(issuer, bound.native, with_, parameters)
        : await tokenRequest(issuer, bound.native, parameters);
      expect([first.status, first.body.error]).toEqual([400, 'invalid_grant']);
      expect((await tokensWith(issuer, bound.native, key, parameters)).body.error).toBe('invalid_grant');
    }
    expect((await tokensWith(issuer, bound.native, key, await codeOf(server, bound.native, { dpop_jkt: key.jkt }))).status).toBe(200);
  });

  it.each([['short'], [`${'x'.repeat(43)}=`], ['x'.repeat(42)], ['x'.repeat(44)]])(
    'G4: dpop_jkt that is no thumbprint is refused: %s',
    async (dpop_jkt) => {
      const request = authorizationRequest(issuer, bound.native, { dpop_jkt });
      expect(answerOf(await createAgent(issuer).get(request.url)).get('error')).toBe('invalid_request');
    },
  );

  it('G4: a pushed request binds the code by its proof, and contradicts no dpop_jkt', async () => {
    const atPar = (with_ = key) => ({ dpop: dpopProof(with_, 'POST', `${issuer}/par`) });
    const pushed = async (changes: Parameters, headers: Record<string, string>) => {
      const request = authorizationRequest(issuer, bound.app, changes);
      return { request, ...(await pushTo(issuer, bound.app, Object.fromEntries(new URL(request.url).searchParams), headers)) };
    };
    for (const changes of [{}, { dpop_jkt: key.jkt }]) {
      const { request, body } = await pushed(changes, atPar());
      const agent = createAgent(issuer);
      const page = await agent.get(`${issuer}/authorize?${form({ request_uri: body.request_uri })}`);
      const code = answerOf(await signInAndConsent(agent, page)).get('code') ?? '';
      const parameters = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: bound.app.redirect_uri,
        code_verifier: request.code_verifier,
      };
      expect((await tokensWith(issuer, bound.app, changes.dpop_jkt === undefined ? other : key, parameters)).body.error).toBe(
        changes.dpop_jkt === undefined ? 'invalid_grant' : undefined,
      );
    }
    const contradicting = await pushed({ dpop_jkt: other.jkt }, atPar());
    expect([contradicting.status, contradicting.body.error]).toEqual([400, 'invalid_dpop_proof']);
    const elsewhere = await pushed({}, { dpop: dpopProof(key, 'POST', `${issuer}/token`) });
    expect([elsewhere.status, elsewhere.body.error]).toEqual([400, 'invalid_dpop_proof']);
    const again = atPar();
    expect((await pushed({}, again)).status).toBe(201);
    expect((await pushed({}, again)).body.error).toBe('invalid_dpop_proof');
  });

  it('G4: a code without dpop_jkt goes to whoever proves a key, and its tokens are bound to that one', async () => {
    const { op } = await testProvider();
    const { body } = await ask(op, 'token', corePost(await codeFor(op, 'rp'), { headers: { dpop: coreProof(op) } }));
    expect(body.token_type).toBe('DPoP');
  });
});

describe('security: whose key a proof is made with', () => {
  const request = { method: 'POST', urls: [endpoint], now: 1_800_000_000 };
  const made = (changes: ProofChanges = {}, with_ = key) => dpopProof(with_, 'POST', endpoint, changes, request.now);
  const refused = (proof: string) => expect(() => readProof(proof, request), proof).toThrow('invalid_dpop_proof');

  it('F1: alg none, with and without a signature, and HMAC under the public key', () => {
    const none = made({ header: { alg: 'none' } });
    for (const proof of [none, none.replace(/[^.]*$/, ''), none.replace(/[^.]*$/, 'AA')]) refused(proof);
    const hmac = made({ header: { alg: 'HS256' } });
    const input = hmac.slice(0, hmac.lastIndexOf('.'));
    const spki = createPublicKey(key.privateKey).export({ format: 'pem', type: 'spki' });
    for (const known of [spki, JSON.stringify(key.jwk), String(key.jwk.x)])
      refused(`${input}.${createHmac('sha256', known).update(input).digest('base64url')}`);
  });

  it('F1: an algorithm of another kind of key, or of none', () => {
    for (const alg of ['PS256', 'RS256', 'EdDSA', 'ES384', 'es256', 'toString', '__proto__', '', 7, null, ['ES256']])
      refused(made({ header: { alg } }));
  });

  it('F3: of the keys that a header can name jwk alone counts', () => {
    const foreign = { jku: 'https://attacker.example/jwks', x5u: 'https://attacker.example/x5u', x5c: ['AAAA'], kid: 'k1' };
    expect(readProof(made({ header: foreign }), request).jkt).toBe(key.jkt);
    refused(made({ header: { ...foreign, jwk: undefined } }));
    refused(made({ header: { jwk: other.jwk } }));
  });

  it('F3: one key has one thumbprint, however its jwk is written', () => {
    const { x, ...rest } = key.jwk;
    const written = { ...rest, use: 'sig', key_ops: ['verify'], x: `${String(x)}=` };
    expect(readProof(made({ header: { jwk: written } }), request).jkt).toBe(key.jkt);
  });

  it('F1: any change of one character is refused', () => {
    const proof = made();
    expect(readProof(proof, request).jkt).toBe(key.jkt);
    fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.constantFrom('A', 'b', '_', '.', '=', ' ', '9'), (at, letter) => {
        if (proof[at] !== letter) refused(proof.slice(0, at) + letter + proof.slice(at + 1));
      }),
      { numRuns: 500 },
    );
  });
});
