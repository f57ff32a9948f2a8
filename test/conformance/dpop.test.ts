/** DPoP (RFC 9449) as the FAPI 2.0 suite asks for it: proofs at the token endpoint and at a resource, which here is userinfo. */
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationRequest, type ClientUnderTest, claimsIn, tokenRequest } from '../support/client.ts';
import { asDpopKey, type DpopKey, dpopKey, dpopProof, hashOf, type ProofChanges } from '../support/dpop.ts';
import { introspect } from '../support/introspection.ts';
import { pushTo } from '../support/pushed.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorBody, expectUnguessable } from './checks.ts';
import { bound, boundTokens, codeOf, dpopConfiguration, tokensWith, userinfoProof, userinfoWith } from './dpop-clients.ts';

let server: TestServer;
let issuer: string;
let access: string;
const key = dpopKey();
const other = dpopKey();

beforeAll(async () => {
  server = await startSymbolon({ yaml: await dpopConfiguration() });
  ({ issuer } = server);
  ({ access } = await boundTokens(server, bound.app, key));
});

afterAll(() => server?.close());

const authorization = () => `DPoP ${access}`;
const good = (changes: ProofChanges = {}) => userinfoProof(issuer, key, access, changes);
const now = () => Math.floor(Date.now() / 1000);

/** Userinfo with the token of this file and a proof. */
function show(proof: string, scheme = 'DPoP') {
  return userinfoWith(issuer, { authorization: `${scheme} ${access}`, dpop: proof });
}

describe('conformance: DPoP at the token endpoint', () => {
  it('F20, SW-25: the tokens of a good proof are of type DPoP, unguessable, and bound to its key', async () => {
    const { body } = await boundTokens(server, bound.app, key);
    expect(body.token_type).toBe('DPoP');
    expect(body.expires_in).toBeTypeOf('number');
    for (const token of [body.access_token, body.refresh_token]) expectUnguessable(token);
    const seen = JSON.parse((await introspect(issuer, bound.app, body.access_token)).text);
    expect(seen).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.jkt } });
  });

  it('F20: a client that shows no proof and needs none has bearer tokens', async () => {
    const { status, body } = await tokenRequest(issuer, bound.nonce, await codeOf(server, bound.nonce));
    expect([status, body.token_type]).toEqual([200, 'Bearer']);
  });

  it('SW-25: a JWT access token names its key for the APIs that read it', async () => {
    const tokens = await boundTokens(server, bound.jwt, key);
    expect(claimsIn(tokens.access).cnf).toEqual({ jkt: key.jkt });
    const proof = userinfoProof(issuer, key, tokens.access);
    expect((await userinfoWith(issuer, { authorization: `DPoP ${tokens.access}`, dpop: proof })).status).toBe(200);
  });

  it.each(['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const)('F20: proofs are signed with %s', async (alg) => {
    const own = dpopKey(alg);
    const tokens = await boundTokens(server, bound.app, own);
    const proof = userinfoProof(issuer, own, tokens.access);
    expect((await userinfoWith(issuer, { authorization: `DPoP ${tokens.access}`, dpop: proof })).status).toBe(200);
  });

  it('F21: a client whose tokens are bound gets none without a proof, by any grant', async () => {
    const { refresh } = await boundTokens(server, bound.app, key);
    for (const parameters of [await codeOf(server, bound.app), { grant_type: 'refresh_token', refresh_token: refresh }]) {
      const answer = await tokenRequest(issuer, bound.app, parameters);
      expect([answer.status, expectErrorBody(answer)]).toEqual([400, 'invalid_dpop_proof']);
    }
  });

  it('F22: a confidential client refreshes with a new key, which binds the new access token', async () => {
    const { refresh } = await boundTokens(server, bound.app, key);
    const { status, body } = await tokensWith(issuer, bound.app, other, {
      grant_type: 'refresh_token',
      refresh_token: refresh,
      scope: 'openid',
    });
    expect(status).toBe(200);
    const token = String(body.access_token);
    const shown = (with_: DpopKey) => userinfoWith(issuer, { authorization: `DPoP ${token}`, dpop: userinfoProof(issuer, with_, token) });
    expect((await shown(key)).status).toBe(401);
    expect((await shown(other)).status).toBe(200);
  });

  it('F22: where a new refresh token is given, the one before it still works 30 seconds later', async () => {
    const { refresh } = await boundTokens(server, bound.app, key);
    const use = () =>
      tokensWith(issuer, bound.app, key, { grant_type: 'refresh_token', refresh_token: refresh }, { claims: { iat: now() + 30 } });
    expect((await use()).body.refresh_token).not.toBe(refresh);
    server.advance(30);
    expect((await use()).status).toBe(200);
    server.advance(-30);
  });

  it('F22: nobody refreshes without authentication, without a proof, or as another client', async () => {
    const { refresh } = await boundTokens(server, bound.app, key);
    const parameters = { grant_type: 'refresh_token', refresh_token: refresh };
    const { client_secret: _, ...nobody } = bound.app;
    const answers = [
      await tokensWith(issuer, nobody, key, parameters),
      await tokenRequest(issuer, bound.app, parameters),
      await tokensWith(issuer, bound.jwt, key, parameters),
    ];
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
      [401, 'invalid_client'],
      [400, 'invalid_dpop_proof'],
      [400, 'invalid_grant'],
    ]);
  });

  it.each([-10, 8])('F23: a proof made %i seconds from now is good at the token endpoint and at a resource', async (seconds) => {
    const claims = { iat: now() + seconds };
    expect((await tokensWith(issuer, bound.app, key, await codeOf(server, bound.app), { claims })).status).toBe(200);
    expect((await show(good({ claims }))).status).toBe(200);
  });

  it('F23: nbf and exp inside a proof are not refused', async () => {
    expect((await show(good({ claims: { nbf: now() - 1, exp: now() + 60 } }))).status).toBe(200);
  });

  it('F24: a code bound by dpop_jkt alone is redeemed with its key, and with no other', async () => {
    const redeem = async (with_: DpopKey) => tokensWith(issuer, bound.app, with_, await codeOf(server, bound.app, { dpop_jkt: key.jkt }));
    expect((await redeem(key)).status).toBe(200);
    const answer = await redeem(other);
    expect([answer.status, expectErrorBody(answer)]).toEqual([400, 'invalid_grant']);
  });

  it('F23, F24, F25: a proof at the pushed request endpoint, with a nonce where one is asked for, binds the code', async () => {
    const pushed = (who: ClientUnderTest, changes: ProofChanges) => {
      const { url } = authorizationRequest(issuer, who);
      return pushTo(issuer, who, Object.fromEntries(new URL(url).searchParams), { dpop: dpopProof(key, 'POST', `${issuer}/par`, changes) });
    };
    for (const late of [-10, 8])
      expect((await pushed(bound.app, { claims: { iat: Math.floor(Date.now() / 1000) + late } })).status).toBe(201);
    const refused = await pushed(bound.nonce, {});
    expect([refused.status, refused.body.error]).toEqual([400, 'use_dpop_nonce']);
    const retried = await pushed(bound.nonce, { claims: { nonce: refused.headers.get('dpop-nonce') } });
    expect([retried.status, retried.headers.get('dpop-nonce')]).toEqual([201, expect.stringMatching(/./)]);
  });

  it('F25: a nonce that is asked for is told in the refusal, and one retry is enough; the next one comes with the answer', async () => {
    const parameters = await codeOf(server, bound.nonce);
    const refused = await tokensWith(issuer, bound.nonce, key, parameters);
    expect([refused.status, expectErrorBody(refused)]).toEqual([400, 'use_dpop_nonce']);
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    const tokens = await tokensWith(issuer, bound.nonce, key, parameters, { claims: { nonce } });
    expect(tokens.status).toBe(200);
    const token = String(tokens.body.access_token);
    const asked = (claims = {}) =>
      userinfoWith(issuer, { authorization: `DPoP ${token}`, dpop: userinfoProof(issuer, key, token, { claims }) });
    const again = await asked();
    expect([again.status, expectErrorBody(again)]).toEqual([401, 'use_dpop_nonce']);
    expect(again.headers.get('www-authenticate')).toMatch(/DPoP [^,]*, error="use_dpop_nonce"/);
    expect((await asked({ nonce: again.headers.get('dpop-nonce') })).status).toBe(200);
    const last = await asked({ nonce: tokens.headers.get('dpop-nonce') });
    expect([last.status, last.headers.get('dpop-nonce')]).toEqual([200, expect.stringMatching(/^[\w-]{30}$/)]);
  });
});

const rsa = dpopKey('RS256');
const edwards = dpopKey('EdDSA');
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });

/** A proof whose parts are put together from several. */
function spliced(proof: string, at: number, part: string): string {
  return proof.split('.').with(at, part).join('.');
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed with HMAC under the octets of the public key, which everybody knows. */
function confused(): string {
  const proof = good({ header: { alg: 'HS256' } });
  const input = proof.slice(0, proof.lastIndexOf('.'));
  const pem = createPublicKey(key.privateKey).export({ format: 'pem', type: 'spki' });
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

/** The name of a fault, and the proof that has it. */
const faulty: readonly (readonly [string, () => string])[] = [
  ['not a JWT', () => 'proof'],
  ['two JWTs in one header', () => `${good()}, ${good()}`],
  ['an empty header', () => ''],
  ['four parts', () => `${good()}.AAAA`],
  ['no typ', () => good({ header: { typ: undefined } })],
  ['another typ', () => good({ header: { typ: 'JWT' } })],
  ['no alg', () => good({ header: { alg: undefined } })],
  ['alg none', () => spliced(good({ header: { alg: 'none' } }), 2, '')],
  ['alg none with a signature', () => good({ header: { alg: 'none' } })],
  ['alg RS256', () => userinfoProof(issuer, rsa, access)],
  ['alg HS256 with the public key as the secret', confused],
  ['alg of another kind of key', () => good({ header: { alg: 'EdDSA' } })],
  ['alg that is a member of every object', () => good({ header: { alg: 'constructor' } })],
  ['no jwk', () => good({ header: { jwk: undefined } })],
  ['jwk that is a text', () => good({ header: { jwk: JSON.stringify(key.jwk) } })],
  ['jwk with private members', () => good({ header: { jwk: key.privateKey.export({ format: 'jwk' }) } })],
  ['jwk that is a secret', () => good({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
  ['jwk that is no point of the curve', () => good({ header: { jwk: { ...key.jwk, y: key.jwk.x } } })],
  ['jwk of another curve', () => good({ header: { jwk: { ...key.jwk, crv: 'P-384' } } })],
  [
    'signed well, with a key of a curve that alg does not mean',
    () => userinfoProof(issuer, asDpopKey('ES256', p384.privateKey, p384.publicKey), access),
  ],
  ['signed well, under the name of another alg', () => userinfoProof(issuer, edwards, access, { header: { alg: 'ES256' } })],
  ['an RSA key of 1024 bits', () => userinfoProof(issuer, asDpopKey('PS256', weak.privateKey, weak.publicKey), access)],
  ['jku in the place of jwk', () => good({ header: { jwk: undefined, jku: `${issuer}/jwks` } })],
  ['crit', () => good({ header: { crit: ['b64'], b64: true } })],
  ...['jti', 'htm', 'htu', 'iat', 'ath'].map((name) => [`no ${name}`, () => good({ claims: { [name]: undefined } })] as const),
  ['an empty jti', () => good({ claims: { jti: '' } })],
  ['a jti of 257 characters', () => good({ claims: { jti: 'x'.repeat(257) } })],
  ['iat that is a text', () => good({ claims: { iat: String(now()) } })],
  ['claims that are a list', () => spliced(good(), 1, encoded([]))],
  ['a changed claim', () => spliced(good(), 1, encoded({ ...claimsIn(good()), jti: 'changed' }))],
  ['the signature of another key', () => spliced(good(), 2, userinfoProof(issuer, other, access).split('.')[2] ?? '')],
  ['htm PUT', () => good({ claims: { htm: 'PUT' } })],
  ['htm in lower case', () => good({ claims: { htm: 'get' } })],
  ['htu of another path', () => good({ claims: { htu: `${issuer}/token` } })],
  ['htu of another host', () => good({ claims: { htu: 'https://other.example/userinfo' } })],
  ['htu of another scheme', () => good({ claims: { htu: `${issuer}/userinfo`.replace('http:', 'https:') } })],
  ['htu without a host', () => good({ claims: { htu: '/userinfo' } })],
  ['htu with a name in it', () => good({ claims: { htu: `${issuer}/userinfo`.replace('//', '//name@') } })],
  ['iat an hour ago', () => good({ claims: { iat: now() - 3600 } })],
  ['iat in an hour', () => good({ claims: { iat: now() + 3600 } })],
  ['ath of another token', () => good({ claims: { ath: hashOf('another') } })],
  ['more than 8192 characters', () => good({ claims: { more: 'x'.repeat(8192) } })],
];

describe('conformance: DPoP at a resource', () => {
  it.each(faulty)('F26: a proof is refused: %s', async (_, proof) => {
    const answer = await show(proof());
    expect([answer.status, expectErrorBody(answer)]).toEqual([401, 'invalid_dpop_proof']);
    expect(answer.headers.get('www-authenticate')).toMatch(/, DPoP [^,]*, error="invalid_dpop_proof", .*algs="ES256 PS256 EdDSA Ed25519"$/);
  });

  it('F26: two DPoP headers are refused', async () => {
    const { hostname, port } = new URL(issuer);
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: authorization(), dpop: [good(), good()] };
      rawRequest({ hostname, port, path: '/userinfo', headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });

  it('F26: the proof of another key is refused', async () => {
    const answer = await show(userinfoProof(issuer, other, access));
    expect([answer.status, expectErrorBody(answer)]).toEqual([401, 'invalid_token']);
  });

  it('F26: no proof, and a good proof with the scheme Bearer, are refused', async () => {
    const alone = await userinfoWith(issuer, { authorization: authorization() });
    expect([alone.status, expectErrorBody(alone)]).toEqual([401, 'invalid_dpop_proof']);
    for (const answer of [await show(good(), 'Bearer'), await userinfoWith(issuer, { authorization: `Bearer ${access}` })])
      expect([answer.status, expectErrorBody(answer)]).toEqual([401, 'invalid_token']);
  });

  it('F26: a bearer token shown as a DPoP token is refused', async () => {
    const bearer = await tokenRequest(issuer, bound.nonce, await codeOf(server, bound.nonce));
    const token = String(bearer.body.access_token);
    const proof = userinfoProof(issuer, key, token);
    expect((await userinfoWith(issuer, { authorization: `DPoP ${token}`, dpop: proof })).status).toBe(401);
    expect((await userinfoWith(issuer, { authorization: `Bearer ${token}`, dpop: proof })).status).toBe(200);
  });

  it.each([
    ['with a query', (url: string) => `${url}?a=b`],
    ['with a fragment', (url: string) => `${url}#part`],
    ['with scheme and host in upper case', (url: string) => url.replace('http', 'HTTP')],
    ['with dot segments', (url: string) => url.replace('/userinfo', '/./x/../userinfo')],
    ['with needless escapes', (url: string) => url.replace('userinfo', '%75serinfo')],
  ])('F26: htu is accepted %s', async (_, written) => {
    expect((await show(good({ claims: { htu: written(`${issuer}/userinfo`) } }))).status).toBe(200);
  });

  it('F26: members of header, key and claims that nobody knows are accepted', async () => {
    const header = { unknown: 'x', x5u: 'https://other.example', jwk: { ...key.jwk, use: 'sig', kid: 'x', alg: 'ES256' } };
    expect((await show(good({ header, claims: { unknown: { a: [1] } } }))).status).toBe(200);
  });

  it('F26: the header may be written in upper case', async () => {
    const { hostname, port } = new URL(issuer);
    const status = await new Promise((resolve, reject) => {
      const headers = { AUTHORIZATION: authorization(), DPOP: good() };
      rawRequest({ hostname, port, path: '/userinfo', headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('F26: a proof is good once', async () => {
    const proof = good();
    expect([(await show(proof)).status, (await show(proof)).status]).toEqual([200, 401]);
  });

  it('F26: after all that, a good proof is good', async () => {
    expect((await show(good())).status).toBe(200);
  });

  it.each(['dPoP', 'dpop', 'DPOP'])('F27: the scheme may be written %s', async (scheme) => {
    expect((await show(good(), scheme)).status).toBe(200);
  });

  it('F27: the answer has a date, whatever a FAPI client sends besides', async () => {
    for (const accept of ['application/json;charset=utf-8', '*/*']) {
      const more = { 'x-fapi-customer-ip-address': '2001:db8::1', 'x-fapi-interaction-id': 'c770aef3-6784-41f7-8e0e-ff5f97bddb3a', accept };
      const { status, headers } = await userinfoWith(issuer, { authorization: authorization(), dpop: good(), ...more });
      expect(status).toBe(200);
      expect(Math.abs(Date.parse(headers.get('date') ?? '') / 1000 - now())).toBeLessThan(300);
    }
  });

  it('F27: the token is not taken from the query', async () => {
    const answer = await userinfoWith(issuer, { dpop: good() }, { access_token: access });
    expect([answer.status, expectErrorBody(answer)]).toEqual([400, 'invalid_request']);
  });

  it('U4: without a token both schemes are named, with no error', async () => {
    const { status, headers } = await userinfoWith(issuer, {});
    expect(status).toBe(401);
    const realm = `realm="${issuer}"`;
    expect(headers.get('www-authenticate')).toBe(`Bearer ${realm}, DPoP ${realm}, algs="ES256 PS256 EdDSA Ed25519"`);
  });

  it('D3: discovery names the algorithms of proofs, and a script of another origin may send them and read the nonce', async () => {
    const { dpop_signing_alg_values_supported } = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    expect(dpop_signing_alg_values_supported).toEqual(['ES256', 'PS256', 'EdDSA', 'Ed25519']);
    const preflight = await fetch(`${issuer}/token`, { method: 'OPTIONS' });
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/\bDPoP\b/);
    expect(preflight.headers.get('access-control-expose-headers')).toMatch(/\bDPoP-Nonce\b/);
  });
});

describe('conformance: DPoP where endpoints are elsewhere', () => {
  it('F26: htu is the URL that the tenant advertises', async () => {
    const tenant = `${issuer}/t/agate`;
    const parameters = await codeOf({ issuer: tenant }, bound.app, { scope: 'openid' });
    const at = async (htu: string) => {
      const answer = await fetch(`${tenant}/ws/oauth2/token`, {
        method: 'POST',
        headers: { dpop: dpopProof(key, 'POST', htu) },
        body: new URLSearchParams({ ...(parameters as Record<string, string>), ...clientOf(bound.app) }),
      });
      return answer.status;
    };
    expect(await at(`${tenant}/token`)).toBe(400);
    expect(await at(`${tenant}/ws/oauth2/token`)).toBe(200);
  });
});

function clientOf({ client_id, client_secret }: { client_id: string; client_secret: string }) {
  return { client_id, client_secret };
}
