/** Implicit and hybrid response types (OpenID Connect Core sections 3.2, 3.3; OAuth 2.0 Multiple Response Types). */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  basicOf,
  type ClientUnderTest,
  claimsIn,
  clients,
  form,
  type Parameters,
  people,
  redeem,
  signInAndConsent,
  userinfo,
} from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorAnswer, expectNoPage, expectUnguessable } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await extendedConfiguration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

async function ask(client: ClientUnderTest, changes: Parameters, agent = createAgent(issuer)) {
  const request = authorizationRequest(issuer, client, changes);
  const response = await signInAndConsent(agent, await agent.get(request.url), people.alice);
  return { agent, request, response, answer: answerOf(response) };
}

/** Left half of the digest that belongs to the algorithm. */
function half(value: string | null, digest = 'sha256'): string {
  const bytes = createHash(digest).update(String(value)).digest();
  return bytes.subarray(0, bytes.length / 2).toString('base64url');
}

const noPkce = { code_challenge: undefined, code_challenge_method: undefined };
const hybridTypes = ['code id_token', 'code token', 'code id_token token'] as const;
const every = [...hybridTypes, 'id_token', 'id_token token'] as const;
const words = { code: 'code', token: 'access_token', id_token: 'id_token' } as const;

describe('conformance: implicit and hybrid response types', () => {
  it.each(every)('SW-15, A3: %s is answered in the fragment, with what it asks for and nothing else', async (response_type) => {
    const { response, answer, request } = await ask(more.hybrid, { response_type });
    const { search, hash } = new URL(response.location ?? '');
    expect([search, hash.slice(0, 1)]).toEqual(['', '#']);
    const given = response_type.split(' ').map((word) => words[word as keyof typeof words]);
    const about = given.includes('access_token') ? ['token_type', 'expires_in', 'scope'] : [];
    expect([...answer.keys()].sort()).toEqual([...given, ...about, 'state', 'iss', 'session_state'].sort());
    expect([answer.get('state'), answer.get('iss')]).toEqual([request.state, issuer]);
    if (answer.has('code')) expectUnguessable(answer.get('code'));
  });

  it.each([
    ['RS256', more.hybrid, 'sha256'],
    ['ES256', more.hybridEs, 'sha256'],
    ['EdDSA', more.hybridEd, 'sha512'],
    ['HS256', more.hybridHs, 'sha256'],
  ] as const)(
    'SW-15, I4: c_hash and at_hash of an ID token signed with %s are the left halves of its digest',
    async (_, client, digest) => {
      const { answer } = await ask(client, { response_type: 'code id_token token' });
      const { c_hash, at_hash } = claimsIn(answer.get('id_token') ?? '');
      expect(c_hash).toBe(half(answer.get('code'), digest));
      expect(at_hash).toBe(half(answer.get('access_token'), digest));
    },
  );

  it('I4: an ID token has the hash of what comes with it, and of nothing else', async () => {
    const hashes = async (response_type: string) => {
      const claims = claimsIn((await ask(more.hybrid, { response_type })).answer.get('id_token') ?? '');
      return ['c_hash', 'at_hash'].filter((name) => name in claims);
    };
    expect(await hashes('code id_token')).toEqual(['c_hash']);
    expect(await hashes('id_token token')).toEqual(['at_hash']);
    expect(await hashes('id_token')).toEqual([]);
  });

  it.each(hybridTypes)('I5, I3: %s: the code gives tokens too, and both ID tokens are about the same person', async (response_type) => {
    const { answer, request } = await ask(more.hybrid, { response_type });
    const { status, body } = await redeem(issuer, more.hybrid, request, answer);
    expect(status).toBe(200);
    const later = claimsIn(body.id_token);
    expect(later.nonce).toBe(request.nonce);
    expect((await userinfo(issuer, body.access_token)).body.sub).toBe(later.sub);
    if (!answer.has('id_token')) return;
    const { iss, sub, aud, auth_time, nonce } = claimsIn(answer.get('id_token') ?? '');
    expect({ iss, sub, aud, auth_time, nonce }).toEqual({
      iss: later.iss,
      sub: later.sub,
      aud: later.aud,
      auth_time: later.auth_time,
      nonce: later.nonce,
    });
  });

  it('SW-16 in part: a page verifies its ID token, asks userinfo from its own origin by POST, and revokes its access token', async () => {
    const { answer, request } = await ask(more.page, { response_type: 'token id_token', ...noPkce });
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const { payload } = await jwtVerify(answer.get('id_token') ?? '', keys, { issuer, audience: 'page', algorithms: ['RS256'] });
    expect(payload.nonce).toBe(request.nonce);
    expect(answer.get('token_type')).toBe('Bearer');
    expect(answer.get('expires_in')).toBe('3600');
    const access_token = answer.get('access_token') ?? '';
    const asked = await fetch(`${issuer}/userinfo`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access_token}`,
        origin: 'http://127.0.0.1:5001',
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect(await asked.json()).toMatchObject({ sub: payload.sub });
    await fetch(`${issuer}/revoke`, { method: 'POST', body: form({ client_id: 'page', token: access_token }) });
    expect((await userinfo(issuer, access_token)).status).toBe(401);
  });

  it('an access token of the authorization endpoint ends with the account, as any other', async () => {
    const { answer } = await ask(more.hybrid, { response_type: 'code token' });
    const active = async () => {
      const headers = { authorization: basicOf(more.hybrid.client_id, more.hybrid.client_secret) };
      const body = form({ token: answer.get('access_token') ?? '' });
      return (await (await fetch(`${issuer}/introspect`, { method: 'POST', headers, body })).json()) as Record<string, unknown>;
    };
    expect(await active()).toMatchObject({ active: true, client_id: 'hybrid', username: 'alice' });
    const sub = String((await active()).sub);
    const store = server.tenants[0]?.store;
    await store?.users.setActive(sub, false, Math.floor(Date.now() / 1000));
    expect(await active()).toEqual({ active: false });
    await store?.users.setActive(sub, true, Math.floor(Date.now() / 1000));
  });

  it('A12: in a live session no page is shown', async () => {
    const { agent } = await ask(more.hybrid, { response_type: 'code id_token' });
    for (const response_type of every) {
      const { response, answer } = await ask(more.hybrid, { response_type, prompt: 'none' }, agent);
      expectNoPage(response);
      expect(answer.get('error'), response_type).toBeNull();
    }
  });

  it('U3: claims of scopes are in the ID token of response_type id_token, and with every other type at userinfo only', async () => {
    const scope = 'openid profile email address phone';
    const alone = claimsIn((await ask(more.page, { response_type: 'id_token', scope })).answer.get('id_token') ?? '');
    const { answer } = await ask(more.page, { response_type: 'id_token token', scope });
    const told = (await userinfo(issuer, answer.get('access_token') ?? '')).body;
    expect(Object.keys(told)).toEqual(expect.arrayContaining(['name', 'email', 'address', 'phone_number', 'updated_at']));
    expect(alone).toMatchObject(told);
    expect(claimsIn(answer.get('id_token') ?? '')).not.toHaveProperty('name');
    const code = (await ask(more.hybrid, { response_type: 'code id_token' })).answer.get('id_token') ?? '';
    expect(claimsIn(code)).not.toHaveProperty('name');
  });

  it.each(['id_token', 'id_token token', 'code id_token', 'code id_token token'])(
    'A5: %s without a nonce is refused',
    async (response_type) => {
      const { request, response } = await ask(more.hybrid, { response_type, nonce: undefined });
      expect(expectErrorAnswer(response, request, issuer)).toBe('invalid_request');
      expect(new URL(response.location ?? '').search).toBe('');
    },
  );

  it('A4: code token works without a nonce', async () => {
    expect((await ask(more.hybrid, { response_type: 'code token', nonce: undefined })).answer.has('access_token')).toBe(true);
  });

  it('A3: response_mode=query is refused where tokens would be in it, and form_post is not', async () => {
    for (const response_type of every) {
      const { request, response } = await ask(more.hybrid, { response_type, response_mode: 'query' });
      expect(expectErrorAnswer(response, request, issuer), response_type).toBe('invalid_request');
    }
    const agent = createAgent(issuer);
    const { url } = authorizationRequest(issuer, more.hybrid, { response_type: 'code id_token token', response_mode: 'form_post' });
    const page = await signInAndConsent(agent, await agent.get(url));
    for (const name of ['code', 'id_token', 'access_token', 'state']) expect(page.text).toContain(`name="${name}"`);
  });

  it.each([
    ['a type the client is not registered for', clients.trusted, { response_type: 'code id_token' }, 'unauthorized_client'],
    ['a code for a client without the grant', more.page, { response_type: 'code id_token' }, 'unauthorized_client'],
    ['token alone', more.hybrid, { response_type: 'token' }, 'unsupported_response_type'],
    ['a word twice', more.hybrid, { response_type: 'code code' }, 'unsupported_response_type'],
    ['none beside another', more.hybrid, { response_type: 'none code' }, 'unsupported_response_type'],
    ['an ID token without openid', more.hybrid, { response_type: 'id_token', scope: 'email' }, 'invalid_scope'],
  ] as [string, ClientUnderTest, Parameters, string][])('E5: %s is refused', async (_, client, changes, code) => {
    const { request, response } = await ask(client, changes);
    expect(expectErrorAnswer(response, request, issuer)).toBe(code);
  });

  it('PKCE: a client that must use it must where a code is given, and only there', async () => {
    const { answer } = await ask(more.page, { response_type: 'id_token', ...noPkce });
    expect(answer.has('id_token')).toBe(true);
    const { request, answer: hybrid } = await ask(more.hybrid, { response_type: 'code id_token' });
    expect((await redeem(issuer, more.hybrid, request, hybrid, { code_verifier: 'x'.repeat(43) })).body.error).toBe('invalid_grant');
  });

  it('offline_access counts for nothing where no code is given', async () => {
    const { answer } = await ask(more.hybrid, { response_type: 'id_token token', scope: 'openid offline_access', prompt: 'consent' });
    expect(answer.get('scope')).toBe('openid');
  });
});
