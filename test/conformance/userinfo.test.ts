/** Userinfo (OpenID Connect Core sections 5.3 and 5.4, RFC 6750). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsIn, clients, form, people, signInFor, tokenRequest, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectClaimTypes, expectErrorBody } from './checks.ts';

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon();
  issuer = server.issuer;
});

afterAll(() => server?.close());

async function tokensFor(scope: string, person: { username: string; password: string } = people.alice) {
  const { tokens } = await signInFor(issuer, createAgent(issuer), clients.web, { scope, prompt: 'consent' }, person);
  expect(tokens.status).toBe(200);
  return tokens.body;
}

async function call(init: RequestInit, query = '') {
  const response = await fetch(`${issuer}/userinfo${query}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

/** OpenID Connect Core section 5.4. */
const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website'],
    ...['gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

const all = 'openid profile email address phone';

describe('conformance: userinfo', () => {
  it('U1: the access token is taken from the header of a GET, the header of a POST and the form of a POST', async () => {
    const access_token = String((await tokensFor(all)).access_token);
    const authorization = `Bearer ${access_token}`;
    const answers = [
      await call({ headers: { authorization } }),
      await call({ method: 'POST', headers: { authorization } }),
      await call({ method: 'POST', headers: { authorization }, body: form({}) }),
      await call({ method: 'POST', body: form({ access_token }) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
  });

  it('U1: the scheme may be written in any letter case', async () => {
    const { access_token } = await tokensFor('openid');
    expect((await call({ headers: { authorization: `bEARER ${access_token}` } })).status).toBe(200);
  });

  it('U2: the answer is JSON that nobody keeps, and its sub is that of every ID token of the flow', async () => {
    const tokens = await tokensFor(`${all} offline_access`);
    const { status, headers, body } = await userinfo(issuer, tokens.access_token);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(body.sub).toBe(claimsIn(tokens.id_token).sub);
    const refreshed = await tokenRequest(issuer, clients.web, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
    });
    expect(claimsIn(refreshed.body.id_token).sub).toBe(body.sub);
    expect((await userinfo(issuer, refreshed.body.access_token)).body).toEqual(body);
  });

  it('U2: claims have their types, and none is null or empty', async () => {
    for (const person of [people.alice, people.bob])
      expectClaimTypes((await userinfo(issuer, (await tokensFor(all, person)).access_token)).body);
  });

  it('U2: updated_at is a number of seconds, not in the future', async () => {
    const { updated_at } = (await userinfo(issuer, (await tokensFor(all)).access_token)).body;
    expect(updated_at).toSatisfy((at) => Number.isInteger(at) && Number(at) > 631_152_000 && Number(at) <= Math.ceil(Date.now() / 1000));
  });

  it('U3: profile, email, address and phone give every claim of theirs, as configured', async () => {
    const { body } = await userinfo(issuer, (await tokensFor(all)).access_token);
    expect(Object.keys(body).toSorted()).toEqual(['sub', ...Object.values(claimsOfScope).flat()].toSorted());
    const configured = server.config.tenants[0]?.users.find(({ username }) => username === 'alice')?.claims;
    const { payment_details: _, ...standard } = configured ?? {};
    expect(body).toMatchObject(standard);
  });

  it.each(Object.keys(claimsOfScope))('U3: the scope %s alone gives its claims and no others', async (scope) => {
    const { body } = await userinfo(issuer, (await tokensFor(`openid ${scope}`)).access_token);
    expect(Object.keys(body).toSorted()).toEqual(['sub', ...(claimsOfScope[scope] ?? [])].toSorted());
  });

  it('U3: the scope openid alone gives sub alone', async () => {
    expect(Object.keys((await userinfo(issuer, (await tokensFor('openid')).access_token)).body)).toEqual(['sub']);
  });

  it('U3: a scope of the operator gives the claims it was defined with', async () => {
    const { body } = await userinfo(issuer, (await tokensFor('openid payment_details groups')).access_token);
    expect(body).toMatchObject({ payment_details: { bankId: '125000024', transferIn: true }, groups: ['staff', 'mica-user'] });
  });

  it('U4: a token that is unknown or expired is refused as RFC 6750 says', async () => {
    const { access_token, expires_in } = await tokensFor('openid');
    server.advance(Number(expires_in) + 1);
    for (const token of [access_token, 'unknown', 'x'.repeat(43)]) {
      const answer = await userinfo(issuer, token);
      expect([answer.status, expectErrorBody(answer)]).toEqual([401, 'invalid_token']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    }
  });

  it('U4: a request without a token is told the schemes and no error', async () => {
    const { status, headers } = await call({});
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+", DPoP realm="[^"]+", algs="[^"]+"$/);
  });

  it('U4: a token in the query, or given twice, is refused with invalid_request', async () => {
    const access_token = String((await tokensFor('openid')).access_token);
    const inQuery = await call({}, `?${form({ access_token })}`);
    expect([inQuery.status, expectErrorBody(inQuery)]).toEqual([400, 'invalid_request']);
    const twice = await call({ method: 'POST', headers: { authorization: `Bearer ${access_token}` }, body: form({ access_token }) });
    expect([twice.status, expectErrorBody(twice)]).toEqual([400, 'invalid_request']);
  });

  it('U4: a token without the scope openid is refused with insufficient_scope', async () => {
    const answer = await userinfo(issuer, (await tokensFor('profile')).access_token);
    expect([answer.status, expectErrorBody(answer)]).toEqual([403, 'insufficient_scope']);
  });

  it('U4: the token of another tenant is refused', async () => {
    const { access_token } = await tokensFor('openid');
    expect((await userinfo(`${issuer}/t/agate`, access_token)).status).toBe(401);
  });
});
