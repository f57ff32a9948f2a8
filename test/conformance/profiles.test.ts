/**
 * The rows of the implicit, hybrid and form-post profiles: what every provider must do whatever the response type, and whichever way the answer
 * takes. The code flow by redirect is in authorization.test.ts and token.test.ts; what only some types do, in response-types.test.ts.
 */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorizationRequest,
  answerOf,
  authorizationRequest,
  hasButton,
  type Parameters,
  redeem,
  signInAndConsent,
  userinfo,
} from '../support/client.ts';
import { type Agent, type AgentResponse, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectClaimTypes, expectUnguessable } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

const client = more.hybrid;
const implicit = ['id_token', 'id_token token'] as const;
const hybrid = ['code id_token', 'code token', 'code id_token token'] as const;
const byRedirect = [...implicit, ...hybrid];
const profiles = [
  ...byRedirect.map((response_type) => ({ response_type, way: 'redirect' as const })),
  ...['code', ...byRedirect].map((response_type) => ({ response_type, way: 'form' as const })),
];

let server: TestServer;
let issuer: string;
let keys: ReturnType<typeof createRemoteJWKSet>;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await extendedConfiguration() });
  issuer = server.issuer;
  keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
});

afterAll(() => server?.close());

type Way = (typeof profiles)[number]['way'];

/** What arrives at the redirect URI: by redirect in the fragment, or in the fields of the form that the browser posts there. */
function arrived(response: AgentResponse, way: Way): URLSearchParams {
  if (way === 'redirect') {
    expect(new URL(response.location ?? 'http://no.redirect/?x').search).toBe('');
    return answerOf(response);
  }
  const [form] = response.forms;
  expect([response.status, response.location, form?.method.toUpperCase(), form?.action]).toEqual([
    200,
    undefined,
    'POST',
    client.redirect_uri,
  ]);
  return new URLSearchParams(form?.fields.map(({ name, value }) => [name, value]));
}

/** Requests of one response type and way, and what comes of them. */
function profile(response_type: string, way: Way) {
  const words = response_type.split(' ');
  const asking = (changes: Parameters = {}) =>
    authorizationRequest(issuer, client, { response_type, ...(way === 'form' && { response_mode: 'form_post' }), ...changes });
  const answerTo = async (request: AuthorizationRequest, agent: Agent) =>
    arrived(await signInAndConsent(agent, await agent.get(request.url)), way);

  /** Every ID token and access token there is, from both endpoints. */
  async function everything(request: AuthorizationRequest, answer: URLSearchParams) {
    const later = answer.has('code') ? (await redeem(issuer, client, request, answer)).body : {};
    const there = (value: unknown): value is string => typeof value === 'string';
    return {
      idTokens: [answer.get('id_token'), later.id_token].filter(there),
      accessTokens: [answer.get('access_token'), later.access_token].filter(there),
    };
  }
  async function verified(request: AuthorizationRequest, jwt: string): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(jwt, keys, { issuer, audience: client.client_id, algorithms: ['RS256'] });
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect(payload.nonce).toBe(request.nonce);
    expectClaimTypes(payload);
    return payload;
  }
  async function signedIn(agent: Agent, changes: Parameters = {}): Promise<JWTPayload> {
    const request = asking(changes);
    const { idTokens } = await everything(request, await answerTo(request, agent));
    return verified(request, idTokens[0] ?? expect.fail('no ID token'));
  }
  return { words, asking, answerTo, everything, verified, signedIn };
}

describe.each(profiles)('conformance: $response_type by $way', ({ response_type, way }) => {
  const { words, asking, answerTo, everything, verified } = profile(response_type, way);

  it('A1, A2, A3, I1, I2, I3, I4, I5, U2: it completes, and everything in it is about one person', async () => {
    const request = asking({ state: 's'.repeat(128) });
    const answer = await answerTo(request, createAgent(issuer));
    expect([answer.getAll('state'), answer.getAll('iss')]).toEqual([['s'.repeat(128)], [issuer]]);
    const members = { code: 'code', token: 'access_token', id_token: 'id_token' } as const;
    for (const [word, member] of Object.entries(members)) expect(answer.has(member), member).toBe(words.includes(word));
    if (words.includes('code')) expectUnguessable(answer.get('code'));
    if (words.includes('token')) expectUnguessable(answer.get('access_token'));
    const { idTokens, accessTokens } = await everything(request, answer);
    const claims = await Promise.all(idTokens.map((jwt) => verified(request, jwt)));
    const infos = await Promise.all(accessTokens.map(async (token) => (await userinfo(issuer, token)).body));
    expect(new Set([...claims, ...infos].map(({ sub }) => sub)).size).toBe(1);
    if (!words.includes('id_token')) return;
    const half = (value: string | null) => createHash('sha256').update(String(value)).digest().subarray(0, 16).toString('base64url');
    expect(claims[0]?.c_hash).toBe(words.includes('code') ? half(answer.get('code')) : undefined);
    expect(claims[0]?.at_hash).toBe(words.includes('token') ? half(answer.get('access_token')) : undefined);
  });

  it('A13, E5: silently without a session it is refused with the state of 128 characters, and nothing else is in the answer', async () => {
    const request = asking({ prompt: 'none', state: 's'.repeat(128) });
    const answer = arrived(await createAgent(issuer).get(request.url), way);
    expect(Object.fromEntries(answer)).toEqual({
      error: 'login_required',
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      state: 's'.repeat(128),
      iss: issuer,
    });
  });

  it('A4, A5: a missing nonce is refused where the ID token comes through the browser, and only there', async () => {
    const request = asking({ nonce: undefined });
    const answer = await answerTo(request, createAgent(issuer));
    expect(answer.get('error')).toBe(words.includes('id_token') ? 'invalid_request' : null);
    expect(answer.has('code') || answer.has('access_token')).toBe(!words.includes('id_token'));
    if (answer.has('error')) return;
    const { body } = await redeem(issuer, client, request, answer);
    expect((await jwtVerify(String(body.id_token), keys)).payload).not.toHaveProperty('nonce');
  });
});

describe.each(byRedirect)('conformance: %s, in a session and by request', (response_type) => {
  const way = 'redirect';
  const { asking, answerTo, everything, verified, signedIn } = profile(response_type, way);

  it('A12, A14, A16: in a session no page is shown, with a hint or a max_age that is met either, and auth_time stays', async () => {
    const agent = createAgent(issuer);
    const first = asking({ max_age: '15000' });
    const { idTokens } = await everything(first, await answerTo(first, agent));
    const { sub, auth_time } = await verified(first, idTokens[0] ?? '');
    server.advance(1);
    for (const changes of [{ prompt: 'none' }, { prompt: 'none', id_token_hint: idTokens[0] }, { max_age: '10000' }]) {
      const request = asking(changes);
      const response = await agent.get(request.url);
      expect(response.trail).toHaveLength(1);
      const again = await everything(request, arrived(response, way));
      expect(await verified(request, again.idTokens[0] ?? '')).toMatchObject({ sub, auth_time });
    }
  });

  it('A11, A15: prompt=login and a max_age that is over ask for the password again, and auth_time is later', async () => {
    const agent = createAgent(issuer);
    const first = await signedIn(agent);
    for (const changes of [{ prompt: 'login' }, { max_age: '1' }]) {
      server.advance(2);
      const request = asking(changes);
      const page = await agent.get(request.url);
      expect(hasButton(page, 'login-submit')).toBe(true);
      const { idTokens } = await everything(request, arrived(await signInAndConsent(agent, page), way));
      const claims = await verified(request, idTokens[0] ?? '');
      expect(claims.sub).toBe(first.sub);
      expect(Number(claims.auth_time)).toBeGreaterThanOrEqual(Number(first.auth_time) + 2);
    }
  });

  it('A6, A7, A10, I6: parameters that mean nothing do no harm, and a claim asked for comes where it was asked for', async () => {
    const place = response_type === 'id_token' ? 'id_token' : 'userinfo';
    const claims = JSON.stringify({ [place]: { name: { essential: true } } });
    const nothing = {
      extra: 'foobar',
      display: 'popup',
      ui_locales: 'se',
      claims_locales: 'se',
      login_hint: 'buffy@host',
      acr_values: '1 2',
    };
    const request = asking({ scope: 'email openid', claims, ...nothing });
    const { idTokens, accessTokens } = await everything(request, await answerTo(request, createAgent(issuer)));
    for (const jwt of idTokens) expect((await verified(request, jwt)).name).toBe(place === 'id_token' ? 'Alice Archer' : undefined);
    for (const token of accessTokens) expect((await userinfo(issuer, token)).body.name).toBe('Alice Archer');
  });
});

describe.each(hybrid)('conformance: %s, its code', (response_type) => {
  const { asking, answerTo } = profile(response_type, 'redirect');

  it('T3, U4: a code used again is refused, and what it gave is dead', async () => {
    const request = asking();
    const answer = await answerTo(request, createAgent(issuer));
    const first = await redeem(issuer, client, request, answer);
    expect(first.status).toBe(200);
    expect(await redeem(issuer, client, request, answer)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await userinfo(issuer, first.body.access_token)).status).toBe(401);
  });
});
