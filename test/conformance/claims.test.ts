/** Claims asked for by name (OpenID Connect Core section 5.5), and what is said about the sign-in: acr, amr, auth_time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  claimsIn,
  clients,
  hasButton,
  type Parameters,
  people,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorAnswer, expectErrorPage, expectLoginPage, expectNoPage } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await extendedConfiguration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

const { trusted, web } = clients;
const { hybrid, aged, page } = more;

/** Signs in with a claims parameter; answers what is in the ID token and at userinfo. */
async function told(client: ClientUnderTest, claims: unknown, changes: Parameters = {}) {
  const asked = { scope: 'openid', claims: JSON.stringify(claims), ...changes };
  const { tokens, answer } = await signInFor(issuer, createAgent(issuer), client, asked);
  expect(tokens.status).toBe(200);
  const { id_token, access_token, refresh_token } = tokens.body;
  const inIdToken = claimsIn(id_token);
  return { answer, refresh_token, access_token, inIdToken, atUserinfo: (await userinfo(issuer, access_token)).body };
}

async function refused(client: ClientUnderTest, changes: Parameters) {
  const agent = createAgent(issuer);
  const request = authorizationRequest(issuer, client, changes);
  const response = await signInAndConsent(agent, await agent.get(request.url));
  return expectErrorAnswer(response, request, issuer);
}

describe('conformance: the claims parameter', () => {
  it('A10, I6: an essential claim asked for at userinfo is there, and not in the ID token', async () => {
    const { inIdToken, atUserinfo } = await told(trusted, { userinfo: { name: { essential: true } } });
    expect(atUserinfo).toEqual({ sub: inIdToken.sub, name: 'Alice Archer' });
    expect(inIdToken).not.toHaveProperty('name');
  });

  it('A10: a claim asked for in the ID token is there, from both endpoints, and not at userinfo', async () => {
    const claims = { id_token: { email: null, name: { essential: true } } };
    const { inIdToken, atUserinfo } = await told(trusted, claims);
    expect(inIdToken).toMatchObject({ name: 'Alice Archer', email: 'alice@example.test' });
    expect(Object.keys(atUserinfo)).toEqual(['sub']);
    const both = await told(hybrid, claims, { response_type: 'code id_token' });
    expect(claimsIn(both.answer.get('id_token') ?? '')).toMatchObject({ name: 'Alice Archer', email: 'alice@example.test' });
    expect(both.inIdToken.name).toBe('Alice Archer');
  });

  it('A10: with response_type id_token they are in the ID token', async () => {
    const agent = createAgent(issuer);
    const claims = JSON.stringify({ id_token: { name: { essential: true } } });
    const request = authorizationRequest(issuer, page, {
      response_type: 'id_token',
      scope: 'openid',
      claims,
      code_challenge: undefined,
      code_challenge_method: undefined,
    });
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    expect(claimsIn(answer.get('id_token') ?? '').name).toBe('Alice Archer');
  });

  it('A10: a claim is left out that has not the value, or none of the values, asked for', async () => {
    const { atUserinfo } = await told(trusted, {
      userinfo: {
        name: { value: 'Bob Builder' },
        given_name: { value: 'Alice', essential: true },
        family_name: { values: ['Builder', 'Archer'] },
        nickname: { values: [] },
        email_verified: { value: true },
      },
    });
    expect(Object.keys(atUserinfo).sort()).toEqual(['email_verified', 'family_name', 'given_name', 'sub']);
  });

  it('A10: unknown claims and members are ignored, and so is what the client has no scope for', async () => {
    const { atUserinfo, inIdToken } = await told(trusted, {
      userinfo: {
        'name#fi': null,
        unheard_of: { essential: true },
        ...JSON.parse('{"__proto__":null}'),
        constructor: null,
        phone_number: null,
        sid: null,
      },
      id_token: { iss: { value: 'https://other.example' }, aud: { value: 'x' }, exp: { value: 1 } },
      other: { x: 1 },
    });
    expect(Object.keys(atUserinfo)).toEqual(['sub']);
    expect(inIdToken).toMatchObject({ iss: issuer, aud: 'trusted' });
  });

  it.each([
    ['no JSON', '{"userinfo"'],
    ['a list', '[]'],
    ['text', '"name"'],
    ['null', 'null'],
    ['a member that is a list', '{"userinfo":["name"]}'],
    ['a claim that is text', '{"userinfo":{"name":"essential"}}'],
    ['essential in words', '{"userinfo":{"name":{"essential":"yes"}}}'],
    ['values that are no list', '{"id_token":{"name":{"values":"Alice"}}}'],
    ['too long', JSON.stringify({ userinfo: { name: { value: 'x'.repeat(5000) } } })],
  ])('A10: a claims parameter that is %s is refused', async (_, claims) => {
    expect(await refused(trusted, { claims })).toBe('invalid_request');
  });

  it('the person is asked for the scope behind a claim, and who says no gives nothing', async () => {
    const agent = createAgent(issuer);
    const claims = JSON.stringify({ userinfo: { email: null } });
    const login = await agent.get(authorizationRequest(issuer, web, { scope: 'openid', claims }).url);
    const consent = await agent.submit(login, { button: 'login-submit', fields: people.alice });
    expect(hasButton(consent, 'consent-allow')).toBe(true);
    expect(consent.text).toContain('Your e-mail address');
    expect(answerOf(await agent.submit(consent, { button: 'consent-deny' })).get('error')).toBe('access_denied');
    // Consent to less does not count for it; consent to it does, and is remembered.
    await signInAndConsent(agent, await agent.get(authorizationRequest(issuer, web, { scope: 'openid' }).url));
    const silent = authorizationRequest(issuer, web, { scope: 'openid', claims, prompt: 'none' });
    expect(answerOf(await agent.get(silent.url)).get('error')).toBe('consent_required');
    await signInAndConsent(agent, await agent.get(authorizationRequest(issuer, web, { scope: 'openid', claims }).url));
    const { tokens } = await signInFor(issuer, agent, web, { scope: 'openid', claims, prompt: 'none' });
    expect((await userinfo(issuer, tokens.body.access_token)).body.email).toBe('alice@example.test');
    expect(tokens.body.scope).toBe('openid');
  });

  it('claims stay with the grant: refreshed tokens have them, a token narrowed to a scope has no more than it', async () => {
    const asked = { userinfo: { name: null }, id_token: { email: null } };
    const { refresh_token } = await told(trusted, asked, { scope: 'openid offline_access', prompt: 'consent' });
    const refresh = (token: unknown, changes = {}) =>
      tokenRequest(issuer, trusted, { grant_type: 'refresh_token', refresh_token: String(token), ...changes });
    const second = (await refresh(refresh_token)).body;
    expect((await userinfo(issuer, second.access_token)).body.name).toBe('Alice Archer');
    expect(claimsIn(second.id_token).email).toBe('alice@example.test');
    const third = (await refresh(second.refresh_token, { scope: 'openid' })).body;
    expect(Object.keys((await userinfo(issuer, third.access_token)).body)).toEqual(['sub']);
  });

  it('section 5.5.1: sub with a value is about that person or refused', async () => {
    const agent = createAgent(issuer);
    const { tokens } = await signInFor(issuer, agent, trusted);
    const sub = String(claimsIn(tokens.body.id_token).sub);
    const claims = (value: string) => JSON.stringify({ id_token: { sub: { value } } });
    const same = await signInFor(issuer, agent, trusted, { prompt: 'none', claims: claims(sub) });
    expect(claimsIn(same.tokens.body.id_token).sub).toBe(sub);
    const other = authorizationRequest(issuer, trusted, { prompt: 'none', claims: claims('somebody') });
    expect(expectErrorAnswer(await agent.get(other.url), other, issuer)).toBe('login_required');
    const hint = { id_token_hint: String(tokens.body.id_token), claims: claims('somebody') };
    expect(await refused(trusted, hint)).toBe('invalid_request');
  });
});

describe('conformance: what is said about the sign-in', () => {
  it('A6: acr_values of any kind cause no error, and a password makes no assurance up', async () => {
    for (const acr_values of ['1 2', 'urn:mace:incommon:iap:silver', 'phr']) {
      const { tokens } = await signInFor(issuer, createAgent(issuer), trusted, { acr_values });
      const claims = claimsIn(tokens.body.id_token);
      expect(claims).not.toHaveProperty('acr');
      expect(claims.amr).toEqual(['pwd']);
    }
  });

  it('I7: an essential acr that the sign-in has not is refused, silently too; a voluntary one is not', async () => {
    const claims = (about: object) => JSON.stringify({ id_token: { acr: about } });
    const essential = claims({ essential: true, values: ['phr', 'phrh'] });
    expect(await refused(trusted, { claims: essential })).toBe('unmet_authentication_requirements');
    expect(await refused(trusted, { claims: claims({ essential: true, value: 'phr' }) })).toBe('unmet_authentication_requirements');
    const agent = createAgent(issuer);
    await signInFor(issuer, agent, trusted);
    const silent = authorizationRequest(issuer, trusted, { claims: essential, prompt: 'none' });
    expect(expectErrorAnswer(await agent.get(silent.url), silent, issuer)).toBe('unmet_authentication_requirements');
    for (const about of [{ values: ['phr'] }, { essential: true }]) {
      const { tokens } = await signInFor(issuer, createAgent(issuer), trusted, { claims: claims(about) });
      expect(claimsIn(tokens.body.id_token)).not.toHaveProperty('acr');
    }
  });

  it('default_max_age asks for a sign-in as max_age does, and max_age outweighs it', async () => {
    const agent = createAgent(issuer);
    await signInFor(issuer, agent, aged);
    server.advance(50);
    expectNoPage(await agent.get(authorizationRequest(issuer, aged).url));
    server.advance(20);
    expectLoginPage(await agent.get(authorizationRequest(issuer, aged).url));
    expectNoPage(await agent.get(authorizationRequest(issuer, aged, { max_age: '100' }).url));
    expectNoPage(await agent.get(authorizationRequest(issuer, trusted).url));
  });

  it('require_auth_time: auth_time is there, from both endpoints, and is when the person signed in', async () => {
    const agent = createAgent(issuer);
    const { tokens } = await signInFor(issuer, agent, aged);
    const { auth_time, iat } = claimsIn(tokens.body.id_token);
    expect(Math.abs(Number(auth_time) - Number(iat))).toBeLessThanOrEqual(2);
    server.advance(30);
    const again = await signInFor(issuer, agent, aged, { prompt: 'none' });
    expect(claimsIn(again.tokens.body.id_token).auth_time).toBe(auth_time);
    const { answer } = await signInFor(issuer, agent, hybrid, { prompt: 'none', response_type: 'code id_token' });
    expect(claimsIn(answer.get('id_token') ?? '').auth_time).toBe(auth_time);
  });
});

describe('conformance: request objects that nobody signed', () => {
  const unsigned = (claims: object) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${encoded(claims)}.`;
  const encoded = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const page = async (changes: Parameters) => createAgent(issuer).get(authorizationRequest(issuer, trusted, changes).url);

  it('A17: an unsigned request object is refused, never ignored, and discovery says so', async () => {
    const request = unsigned({ client_id: 'trusted', redirect_uri: trusted.redirect_uri, response_type: 'code', scope: 'openid' });
    expectErrorPage(await page({ request }), 'A17', 400, 'invalid_request_object');
    const document = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(document.request_object_signing_alg_values_supported).not.toContain('none');
    expect(document.claims_parameter_supported).toBe(true);
  });

  it('A18: with an unregistered redirect_uri outside it is a page, not an answer to a registered one', async () => {
    const request = unsigned({ redirect_uri: trusted.redirect_uri });
    expectErrorPage(await page({ request, redirect_uri: 'https://foreign.example/cb' }), 'A18', 400, 'invalid_request_object');
  });

  it.each(['https://client.example/request.jwt#hash', 'urn:ietf:params:oauth:request_uri:x'])(
    'A19: request_uri %s, which nobody registered or pushed, is refused, never fetched or ignored',
    async (request_uri) => expectErrorPage(await page({ request_uri }), 'A19', 400, 'invalid_request_uri'),
  );
});
