/**
 * FAPI 2.0 Security Profile, row by row, at an https listener: clients of the profile that prove themselves by key and by certificate, the latter also
 * through nginx. What is refused is refused to a client that would be served without the one thing that is wrong.
 */
import { calculateJwkThumbprint, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssertionChanges } from '../support/assertion.ts';
import { asserting, assertion } from '../support/assertion.ts';
import { answerOf, type Parameters, people, signInAndConsent } from '../support/client.ts';
import { textOf } from '../support/error-page.ts';
import {
  answered,
  authorizeUrl,
  browser,
  call,
  type FapiOptions,
  type FapiServer,
  newCode,
  newTokens,
  type Party,
  push,
  resource,
  startFapi,
} from '../support/fapi.ts';
import { nginx } from '../support/nginx.ts';
import { expectErrorBody, expectUnguessable } from './checks.ts';

type Way = { readonly name: string; readonly kind: 'keyed' | 'certified'; readonly options?: FapiOptions };

const ways: readonly Way[] = [
  { name: 'private_key_jwt and DPoP', kind: 'keyed' },
  { name: 'client certificates', kind: 'certified' },
  {
    name: 'client certificates through nginx (where there is none: apt-get install nginx-light)',
    kind: 'certified',
    options: { behind: 'nginx' },
  },
];

describe.each(ways)('FAPI 2.0 by $name', ({ kind, options }) => {
  let server: FapiServer;
  let party: Party;
  let other: Party;
  const skipped = options?.behind === 'nginx' && nginx === undefined;
  const test = it.skipIf(skipped);

  beforeAll(async () => {
    if (skipped) return;
    server = await startFapi(options);
    [party, other] = server[kind];
  });
  afterAll(() => server?.close());

  const refusedAtPar = async (changes: Parameters, ...codes: string[]) => {
    const answer = await push(server, party, changes);
    expect(answer.status).toBe(400);
    expect(codes).toContain(expectErrorBody(answer));
  };
  const token = (who: Party, parameters: Parameters, headers = {}) => call(server, who, '/token', parameters, headers);
  const expectRefused = (answer: Awaited<ReturnType<typeof token>>, ...codes: string[]) => {
    expect(codes).toContain(expectErrorBody(answer));
    expect(answer.status).toBe(answer.body.error === 'invalid_client' ? 401 : 400);
  };
  const page = async (parameters: Parameters) => browser(server).get(authorizeUrl(server, parameters));

  test('F1: both discovery documents say what the profile needs, at https addresses, with keys of length', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      const document = (await (await server.ask()(`${server.issuer}${path}`)).json()) as Record<string, unknown>;
      expect(document).toMatchObject({
        issuer: server.issuer,
        response_types_supported: expect.arrayContaining(['code']),
        pushed_authorization_request_endpoint: `${server.issuer}/par`,
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'tls_client_auth']),
        token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256', 'EdDSA']),
        id_token_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256', 'EdDSA']),
        dpop_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256']),
        tls_client_certificate_bound_access_tokens: true,
        require_pushed_authorization_requests: expect.any(Boolean),
      });
      const urls = Object.entries(document).filter(([name]) => /_(?:endpoint|uri)$/.test(name));
      expect(urls.filter(([, url]) => !String(url).startsWith('https://'))).toEqual([]);
    }
    const { keys } = (await (await server.ask()(`${server.issuer}/jwks`)).json()) as { keys: { kty: string; n?: string; crv?: string }[] };
    for (const { kty, n = '', crv } of keys)
      expect(kty === 'RSA' ? Buffer.from(n, 'base64url').length >= 256 : ['P-256', 'Ed25519', 'X25519'].includes(crv ?? '')).toBe(true);
  });

  test('F3: a pushed request is answered with 201 and an address nobody can guess, which with client_id is enough', async () => {
    const { status, headers, body, request_uri, url } = await push(server, party);
    expect([status, headers.get('content-type')?.startsWith('application/json')]).toEqual([201, true]);
    expectUnguessable(request_uri.slice(request_uri.lastIndexOf(':') + 1));
    expect(Number(body.expires_in)).toBeGreaterThanOrEqual(5);
    expect(Number(body.expires_in)).toBeLessThan(600);
    expect((await answered(server, url)).has('code')).toBe(true);
  });

  test('F4: PUT at the endpoint is answered with 405', async () => {
    const response = await party.ask(`${server.issuer}/par`, { method: 'PUT', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('F5: a request_uri inside a pushed request is refused', async () => {
    const { request_uri } = await push(server, party);
    const answer = await push(server, party, {}, { request_uri });
    expectRefused(answer, 'invalid_request');
  });

  test.each([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['with plain', { code_challenge_method: 'plain' }],
    ['without a method, which means plain', { code_challenge_method: undefined }],
  ])('F6: %s it is invalid_request', async (_, changes) => {
    await refusedAtPar(changes, 'invalid_request');
  });

  test.each(['code id_token', 'token', 'id_token', 'code token', 'none'])('F7: the response type %s is refused', async (response_type) => {
    await refusedAtPar({ response_type }, 'unsupported_response_type', 'invalid_request', 'unauthorized_client');
  });

  test('F8: redirect_uri must be there although one is registered, and be that one', async () => {
    await refusedAtPar({ redirect_uri: undefined }, 'invalid_request');
    await refusedAtPar({ redirect_uri: 'https://app.example/callback/other' }, 'invalid_request');
  });

  test('F11: a request that was not pushed is refused', async () => {
    const { state } = await push(server, party);
    const answer = answerOf(
      await page({
        client_id: party.client_id,
        response_type: 'code',
        redirect_uri: 'https://app.example/callback',
        scope: 'openid',
        state,
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      }),
    );
    expect([answer.get('error'), answer.get('state'), answer.get('iss'), answer.has('code')]).toEqual([
      'invalid_request',
      state,
      server.issuer,
      false,
    ]);
  });

  test('F12: a request_uri works for its client only, once, and until its time is over; it may be visited twice before', async () => {
    const { request_uri, url } = await push(server, party);
    const foreign = await page({ client_id: other.client_id, request_uri });
    expect([foreign.location, textOf(foreign, 'error-code')]).toEqual([undefined, 'invalid_request_uri']);
    const agent = browser(server);
    const first = await agent.get(url);
    expect(first.location).toBeUndefined();
    const answer = await signInAndConsent(agent, await agent.get(url));
    expect(answerOf(answer).has('code')).toBe(true);
    const again = await agent.get(url);
    expect([again.location, textOf(again, 'error-code')]).toEqual([undefined, 'invalid_request_uri']);
    const late = await push(server, party);
    server.advance(Number(late.body.expires_in));
    expect(textOf(await browser(server).get(late.url), 'error-code')).toBe('invalid_request_uri');
  });

  test.each([10, 128, 384])(
    'F13: a state of %i characters comes back with iss and a code nobody can guess, and nothing else',
    async (length) => {
      const state = 'sT_-~.9'.repeat(60).slice(0, length);
      const answer = await answered(server, (await push(server, party, { state })).url);
      expect([...answer.keys()].filter((name) => name !== 'session_state').sort()).toEqual(['code', 'iss', 'state']);
      expect([answer.get('state'), answer.get('iss')]).toEqual([state, server.issuer]);
      expectUnguessable(answer.get('code'));
    },
  );

  test.each([64, 43, 384])('F13: a nonce of %i characters is in the ID token as it was sent', async (length) => {
    const nonce = 'n0-._~Nn'.repeat(50).slice(0, length);
    const { body } = await token(party, await newCode(server, party, { nonce }));
    const [header = '', claims = ''] = String(body.id_token).split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    expect([read(header).alg, read(claims).nonce, read(claims).iss]).toEqual(['PS256', nonce, server.issuer]);
  });

  test('F14: what stands in the address beside the pushed request does not count', async () => {
    const { request_uri, state } = await push(server, party, { state: undefined });
    const outside = { client_id: party.client_id, request_uri, state: 'outside', nonce: 'outside' };
    expect(state).toBe('');
    expect((await answered(server, authorizeUrl(server, outside))).get('state')).toBeNull();
    const inside = await push(server, party, { state: 'inside' });
    expect((await answered(server, authorizeUrl(server, { ...outside, request_uri: inside.request_uri }))).get('state')).toBe('inside');
  });

  test('F15: scopes in any order; who refuses sends access_denied with state and iss', async () => {
    expect((await answered(server, (await push(server, party, { scope: 'offline_access email openid' })).url)).has('code')).toBe(true);
    const { url, state } = await push(server, party);
    const agent = browser(server);
    const consent = await agent.submit(await agent.get(url), { button: 'login-submit', fields: people.alice });
    const answer = answerOf(await agent.submit(consent, { button: 'consent-deny' }));
    expect([answer.get('error'), answer.get('state'), answer.get('iss')]).toEqual(['access_denied', state, server.issuer]);
  });

  test('F16: claims that are asked for are there, and unknown ones do no harm', async () => {
    const claims = JSON.stringify({ id_token: { email: null, nobody: null }, userinfo: { email: { essential: true }, nobody: null } });
    const { body } = await token(party, await newCode(server, party, { claims }));
    expect(JSON.parse(Buffer.from(String(body.id_token).split('.')[1] ?? '', 'base64url').toString('utf8')).email).toBe(
      'alice@example.test',
    );
    expect(JSON.parse((await resource(server, party, String(body.access_token))).text).email).toBe('alice@example.test');
  });

  test('F17: a code works once, and its tokens end with the second use; not after 60 seconds', async () => {
    const code = await newCode(server, party);
    const first = await token(party, code);
    expect(first.status).toBe(200);
    server.advance(1);
    expectRefused(await token(party, code), 'invalid_grant');
    expect((await resource(server, party, String(first.body.access_token))).status).toBe(401);
    const late = await newCode(server, party);
    server.advance(60);
    expectRefused(await token(party, late), 'invalid_grant');
  });

  test('F18: without the verifier, with a wrong one, with other credentials or another name a code is worth nothing', async () => {
    expectRefused(await token(party, { ...(await newCode(server, party)), code_verifier: undefined }), 'invalid_grant');
    expectRefused(await token(party, { ...(await newCode(server, party)), code_verifier: 'x'.repeat(43) }), 'invalid_grant');
    expectRefused(await token(other, await newCode(server, party)), 'invalid_grant');
    const named = await token(party, { ...(await newCode(server, party)), client_id: other.client_id });
    expectRefused(named, 'invalid_client', 'invalid_grant');
  });

  test('F20: the tokens have the type of their binding, cannot be guessed, and say how long they live', async () => {
    const { body, access, refresh } = await newTokens(server, party);
    expect([body.token_type, typeof body.expires_in, typeof body.id_token]).toEqual([party.scheme, 'number', 'string']);
    expectUnguessable(access);
    expectUnguessable(refresh);
  });

  test('F21: who proves no key gets nothing', async () => {
    const answer = await token(server.bare(party), await newCode(server, party));
    expectRefused(answer, 'invalid_client', 'invalid_grant', 'invalid_request', 'invalid_dpop_proof');
    expect(answer.body.access_token).toBeUndefined();
  });

  test('F22: a refresh token goes on under a new key, which binds the new access token, and with a scope; it stays as it is', async () => {
    const { refresh, access } = await newTokens(server, party);
    const renewed = server.renewed(party);
    const again = await token(renewed, { grant_type: 'refresh_token', refresh_token: refresh, scope: 'openid email' });
    expect([again.status, again.body.refresh_token]).toEqual([200, refresh]);
    expect((await resource(server, renewed, String(again.body.access_token))).status).toBe(200);
    expect((await resource(server, party, String(again.body.access_token))).status).toBe(401);
    server.advance(31);
    for (const who of [party, renewed, party])
      expect((await token(who, { grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(200);
    server.advance(86400);
    expect((await token(party, { grant_type: 'refresh_token', refresh_token: refresh })).status).toBe(200);
    expect((await resource(server, party, access)).status).toBe(401);
  });

  test('F22: nobody refreshes without authentication, without a key, or as another client', async () => {
    const { refresh } = await newTokens(server, party);
    const form = { grant_type: 'refresh_token', refresh_token: refresh };
    const nobody = { ...form, client_assertion: undefined, client_assertion_type: undefined, client_id: undefined };
    expectRefused(await token(server.bare(party), nobody), 'invalid_client');
    expectRefused(await token(server.bare(party), form), 'invalid_client', 'invalid_dpop_proof', 'invalid_request');
    expectRefused(await token(other, form), 'invalid_grant');
    expect((await token(party, form)).status).toBe(200);
  });

  test('F27: the resource answers who holds the key, with a date, whatever FAPI headers come along', async () => {
    const { access } = await newTokens(server, party);
    const answer = await resource(server, party, access, {
      'x-fapi-customer-ip-address': '2001:db8::7',
      'x-fapi-auth-date': 'Tue, 11 Sep 2012 19:43:31 GMT',
      'x-fapi-interaction-id': 'c770aef3-6784-41f7-8e0e-ff5f97bddb3a',
      accept: 'application/json;charset=utf-8',
    });
    expect([answer.status, answer.headers.get('x-fapi-interaction-id')]).toEqual([200, 'c770aef3-6784-41f7-8e0e-ff5f97bddb3a']);
    expect(Math.abs(Date.parse(String(answer.headers.get('date'))) - Date.now())).toBeLessThan(300_000);
    expect((await resource(server, party, access, { accept: '*/*' })).status).toBe(200);
    const scheme = { DPoP: 'dPoP', Bearer: 'bEARER' }[party.scheme];
    expect((await resource(server, party, access, { authorization: `${scheme} ${access}` })).status).toBe(200);
  });

  test('F27: without the key, with another one, or with the token in the query it answers nothing', async () => {
    const { access } = await newTokens(server, party);
    for (const who of [server.bare(party), server.renewed(party), other]) expect((await resource(server, who, access)).status).toBe(401);
    const url = `${server.issuer}/userinfo`;
    const inQuery = await party.ask(`${url}?access_token=${access}`, { headers: party.binding('GET', url, access) });
    expect(inQuery.status).toBeGreaterThanOrEqual(400);
  });
});

describe('FAPI 2.0: client assertions and DPoP proofs', () => {
  let server: FapiServer;
  let party: Party;
  beforeAll(async () => {
    server = await startFapi();
    [party] = server.keyed;
  });
  afterAll(() => server?.close());

  /** At the pushed request and the token endpoint, since both are asked. */
  const tried = async (changes: AssertionChanges) => {
    const proof = await party.authentication(changes);
    const pushed = await push(server, party, {}, proof);
    const code = await newCode(server, party);
    const redeemed = await call(server, party, '/token', { ...code, ...(await party.authentication(changes)) });
    return [pushed, redeemed];
  };

  it.each<[string, () => unknown]>([
    ['a list of issuer and token endpoint', () => [server.issuer, `${server.issuer}/token`]],
    ['a list of the issuer alone', () => [server.issuer]],
    ['the token endpoint', () => `${server.issuer}/token`],
    ['the endpoint for pushed requests', () => `${server.issuer}/par`],
    ['the issuer with a slash', () => `${server.issuer}/`],
    ['nobody', () => undefined],
  ])('F9, F19: an assertion for %s is refused', async (_, aud) => {
    for (const { status, body } of await tried({ claims: { aud: aud() as string } }))
      expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('F10: times up to 8 seconds ahead are accepted, 62 seconds are not', async () => {
    const ahead = (seconds: number) => ({ iat: server.now() + seconds, nbf: server.now() + seconds });
    for (const { status } of await tried({ claims: ahead(8) })) expect([200, 201]).toContain(status);
    for (const claims of [{ iat: server.now() + 62 }, { nbf: server.now() + 62 }, { ...ahead(62), exp: server.now() + 120 }])
      for (const { status, body } of await tried({ claims })) expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it.each<[string, () => Readonly<Record<string, unknown>>]>([
    ['past by five minutes', () => ({ exp: server.now() - 300 })],
    ['without sub', () => ({ sub: undefined })],
    ['without exp', () => ({ exp: undefined })],
  ])('F19: an assertion %s is refused', async (_, claims) => {
    for (const { status, body } of await tried({ claims: claims() as NonNullable<AssertionChanges['claims']> }))
      expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('F19: RS256 is refused although the key is the client’s own; PS256 and EdDSA are not', async () => {
    const by = async (signer: FapiServer['signers']['ps']) => ({ ...asserting(await assertion(server.issuer, party.client_id, signer)) });
    const refused = await push(server, party, {}, await by(server.signers.rs));
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client']);
    for (const signer of [server.signers.ps, server.signers.ed]) expect((await push(server, party, {}, await by(signer))).status).toBe(201);
  });

  it('F19: without an assertion nobody gets anywhere', async () => {
    const none = { client_assertion: undefined, client_assertion_type: undefined, client_id: party.client_id };
    expect((await push(server, party, {}, none)).body.error).toBe('invalid_client');
  });

  it.each([-10, 8])('F23: proofs of %i seconds from now are good at every endpoint, also with nbf and exp in them', async (seconds) => {
    const claims = { iat: server.now() + seconds, nbf: server.now() - 60, exp: server.now() + 60 };
    const proof = (path: string, access?: string) =>
      party.binding(access === undefined ? 'POST' : 'GET', `${server.issuer}${path}`, access, { claims });
    const code = await newCode(server, party, {}, proof('/par'));
    const { status, body } = await call(server, party, '/token', code, proof('/token'));
    expect(status).toBe(200);
    const access = String(body.access_token);
    expect((await resource(server, party, access, proof('/userinfo', access))).status).toBe(200);
  });

  it('F24: the key of the pushed request, or dpop_jkt alone, is the one that redeems the code', async () => {
    const other = server.renewed(party);
    const bound = await newCode(server, party);
    expect((await call(server, other, '/token', bound)).body.error).toBe('invalid_grant');
    const jkt = await thumbprintOf(party);
    const contradicting = await push(server, other, { dpop_jkt: jkt });
    expect([contradicting.status, contradicting.body.error]).toEqual([400, 'invalid_dpop_proof']);
    const alone = { ...server.bare(party) };
    expect((await call(server, other, '/token', await newCode(server, alone, { dpop_jkt: jkt }))).body.error).toBe('invalid_grant');
    expect((await call(server, party, '/token', await newCode(server, alone, { dpop_jkt: jkt }))).status).toBe(200);
  });

  it('F26: a proof for another address, method, token or time is refused, and a good one at the end is not', async () => {
    const { access } = await newTokens(server, party);
    const url = `${server.issuer}/userinfo`;
    const wrong = [
      party.binding('GET', url.replace('https', 'http'), access),
      party.binding('GET', `${server.issuer}/token`, access),
      party.binding('PUT', url, access),
      party.binding('GET', url, `${access}x`),
      party.binding('GET', url, access, { claims: { iat: server.now() - 3600 } }),
      party.binding('GET', url, access, { claims: { iat: server.now() + 3600 } }),
      party.binding('GET', url, access, { claims: { jti: undefined } }),
      party.binding('GET', url, access, { header: { alg: 'RS256' } }),
      party.binding('GET', url, access, { header: { typ: 'JWT' } }),
      server.renewed(party).binding('GET', url, access),
    ];
    for (const headers of wrong) expect([400, 401]).toContain((await resource(server, party, access, headers)).status);
    for (const same of [`${url}?x=1`, `${url}#x`])
      expect((await resource(server, party, access, party.binding('GET', same, access))).status).toBe(200);
    expect((await resource(server, party, access)).status).toBe(200);
  });

  async function thumbprintOf(who: Party): Promise<string> {
    return calculateJwkThumbprint(decodeProtectedHeader(String(who.binding('GET', 'https://x.example').dpop)).jwk ?? {});
  }
});
