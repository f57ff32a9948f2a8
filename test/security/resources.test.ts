/** What a resource (RFC 8707) must not learn, and what a client must not widen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { more } from '../conformance/more-clients.ts';
import {
  a,
  apiA,
  apiB,
  askBoth,
  b,
  introspect,
  jwtClient,
  offline,
  resourcesConfiguration,
  signIn,
} from '../conformance/with-resources.ts';
import { answerOf, authorizationRequest, clients, redeem, signInAndConsent, signInFor, tokenRequest } from '../support/client.ts';
import { expectErrorPage } from '../support/error-page.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { tenantOf, withClient } from './changing.ts';

const { trusted } = clients;
const { hybrid } = more;

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await resourcesConfiguration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

describe('security: resources', () => {
  it('F12: a resource that was not named at the authorization endpoint is refused with invalid_target', async () => {
    const agent = createAgent(issuer);
    const request = authorizationRequest(issuer, trusted, { ...offline, resource: a });
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    const { body } = await redeem(issuer, trusted, request, answer);
    const wider = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token), resource: b };
    const refused = await tokenRequest(issuer, trusted, wider);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target']);
    // Nothing was used up: the refresh token still works for what was granted.
    expect((await tokenRequest(issuer, trusted, { ...wider, resource: a })).status).toBe(200);
    const more = await tokenRequest(issuer, trusted, { ...wider, resource: a, scope: 'openid email' });
    expect(more.body.error).toBe('invalid_scope');
    const without = await signInFor(issuer, agent, trusted, { prompt: 'login' });
    expect(without.tokens.status).toBe(200);
    const late = authorizationRequest(issuer, trusted);
    const code = answerOf(await agent.get(late.url));
    expect((await redeem(issuer, trusted, late, code, { resource: a })).body.error).toBe('invalid_target');
  });

  it.each([
    ['an opaque token', trusted],
    ['a JWT', jwtClient],
  ])('F13: resource A may ask about %s meant for it, resource B learns nothing', async (_, client) => {
    const { access_token, id_token } = await signIn(issuer, client, { resource: a });
    expect((await introspect(issuer, apiA, access_token)).body).toMatchObject({
      active: true,
      aud: a,
      client_id: client.client_id,
      username: 'alice',
      scope: 'openid profile email',
    });
    expect((await introspect(issuer, apiB, access_token)).text).toBe('{"active":false}');
    expect((await introspect(issuer, clients.web, access_token)).text).toBe('{"active":false}');
    expect((await introspect(issuer, apiA, id_token)).text).toBe('{"active":false}');
  });

  it('F13: resource A learns nothing about a token meant for nobody, for B alone, or about a refresh token', async () => {
    const { access_token } = await signIn(issuer, trusted);
    expect((await introspect(issuer, apiA, access_token)).text).toBe('{"active":false}');
    const { request, answer } = await askBoth(issuer, trusted, offline);
    const { body } = await redeem(issuer, trusted, request, answer, { resource: b });
    expect((await introspect(issuer, apiA, access_token)).text).toBe('{"active":false}');
    expect((await introspect(issuer, apiB, body.access_token)).body.active).toBe(true);
    expect((await introspect(issuer, apiB, body.refresh_token)).text).toBe('{"active":false}');
  });

  it('F13: a token that the authorization endpoint gave is meant for the resource too', async () => {
    const { answer } = await askBoth(issuer, hybrid, { response_type: 'code token' });
    for (const api of [apiA, apiB]) expect((await introspect(issuer, api, answer.get('access_token'))).body).toMatchObject({ aud: [a, b] });
  });

  it('F13: a resource of another tenant learns nothing', async () => {
    const { access_token } = await signIn(issuer, trusted, { resource: a });
    expect((await introspect(`${issuer}/t/agate`, apiA, access_token)).text).toBe('{"active":false}');
  });
});

describe('security: clients that change while a person takes her time', () => {
  it('F11: a scope the client lost meanwhile is in no token of the authorization endpoint', async () => {
    const agent = createAgent(issuer);
    const request = authorizationRequest(issuer, hybrid, { response_type: 'id_token token', scope: 'openid email' });
    const login = await agent.get(request.url);
    await withClient(tenantOf(server, 'main'), hybrid.client_id, { scopes: ['openid'] }, async () => {
      const answer = answerOf(await signInAndConsent(agent, login));
      expect(answer.get('access_token')).not.toBeNull();
      expect(answer.get('scope')).toBe('openid');
    });
  });

  it('F18: a resource that knows people by subjects of its own is not told the user name of a token meant for it', async () => {
    const { access_token } = await signIn(issuer, trusted, { ...offline, resource: a });
    expect((await introspect(issuer, apiA, access_token)).body).toMatchObject({ active: true, username: 'alice' });
    await withClient(tenantOf(server, 'main'), apiA.client_id, { subject_type: 'pairwise' }, async () => {
      const told = (await introspect(issuer, apiA, access_token)).body;
      expect(told.active).toBe(true);
      expect(told).not.toHaveProperty('username');
    });
  });

  it('F11: an ID token is not given to a client that lost the scope openid meanwhile', async () => {
    const agent = createAgent(issuer);
    const request = authorizationRequest(issuer, hybrid, { response_type: 'id_token token', scope: 'openid email' });
    const login = await agent.get(request.url);
    await withClient(tenantOf(server, 'main'), hybrid.client_id, { scopes: ['email'] }, async () => {
      expectErrorPage(await signInAndConsent(agent, login));
    });
  });
});
