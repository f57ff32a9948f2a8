/** Resource indicators (RFC 8707): for which API an access token is meant, and who may ask about it. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  basicOf,
  type ClientUnderTest,
  clients,
  form,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorAnswer } from './checks.ts';
import { extendedConfiguration, more } from './more-clients.ts';

const a = 'https://api.example.test';
const b = 'urn:example:api-b';
const apiA = clients.machine;
const apiB: ClientUnderTest = { client_id: 'machine-jwt', client_secret: 'machine-jwt-secret-0123456789abcdef', redirect_uri: '' };
const jwtClient: ClientUnderTest = {
  client_id: 'identify-app',
  client_secret: 'identify-app-secret-0123456789abcdef',
  redirect_uri: 'http://127.0.0.1:5000/callback',
};
const { trusted } = clients;
const { hybrid } = more;
const offline = { scope: 'openid offline_access', prompt: 'consent' };

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  const line = `      - { id: ${a}, client_id: machine }\n`;
  const yaml = await extendedConfiguration();
  if (!yaml.includes(line)) throw new Error('the example configuration has no resource to stand beside');
  server = await startSymbolon({ yaml: yaml.replace(line, `${line}      - { id: "${b}", client_id: machine-jwt }\n`) });
  issuer = server.issuer;
});

afterAll(() => server?.close());

async function introspect(caller: ClientUnderTest, token: unknown) {
  const headers = { authorization: basicOf(caller.client_id, caller.client_secret ?? '') };
  const response = await fetch(`${issuer}/introspect`, { method: 'POST', headers, body: form({ token: String(token) }) });
  const text = await response.text();
  return { text, body: JSON.parse(text) as Record<string, unknown> };
}

const signIn = async (client: ClientUnderTest, changes = {}) => (await signInFor(issuer, createAgent(issuer), client, changes)).tokens.body;

/** A request that names both resources, up to its code. */
async function askBoth(client: ClientUnderTest, changes = {}) {
  const agent = createAgent(issuer);
  const request = authorizationRequest(issuer, client, { resource: a, ...changes });
  const response = await signInAndConsent(agent, await agent.get(`${request.url}&${form({ resource: b })}`));
  return { request, response, answer: answerOf(response) };
}

describe('conformance: resource indicators', () => {
  it('SW-23: a configured resource is the audience of the access token; userinfo still answers the client', async () => {
    const { access_token } = await signIn(trusted, { resource: a });
    expect((await introspect(trusted, access_token)).body).toMatchObject({ active: true, client_id: 'trusted', aud: a });
    expect((await userinfo(issuer, access_token)).status).toBe(200);
    expect((await introspect(trusted, (await signIn(trusted)).access_token)).body.aud).toBe('trusted');
  });

  it('SW-23: a JWT access token says it as aud, several as a list', async () => {
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const { access_token } = await signIn(jwtClient, { resource: a });
    expect((await jwtVerify(String(access_token), keys, { audience: a, typ: 'at+jwt' })).payload.aud).toBe(a);
    const { request, answer } = await askBoth(jwtClient);
    const both = await redeem(issuer, jwtClient, request, answer);
    expect((await jwtVerify(String(both.body.access_token), keys)).payload.aud).toEqual([a, b]);
    const machine = await tokenRequest(issuer, apiB, { grant_type: 'client_credentials', resource: a });
    expect((await jwtVerify(String(machine.body.access_token), keys)).payload).toMatchObject({ aud: a, client_id: 'machine-jwt' });
  });

  it.each([
    ['unknown', 'https://other.example.test'],
    ['with a fragment', `${a}#x`],
    ['with a slash more', `${a}/`],
    ['no URI', '"\\é'],
  ])('SW-23: a resource that is %s is refused with invalid_target, at both endpoints', async (_, resource) => {
    const request = authorizationRequest(issuer, trusted, { resource });
    const response = await createAgent(issuer).get(request.url);
    expect(expectErrorAnswer(response, request, issuer)).toBe('invalid_target');
    const token = await tokenRequest(issuer, apiA, { grant_type: 'client_credentials', resource });
    expect([token.status, token.body.error]).toEqual([400, 'invalid_target']);
  });

  it('RFC 8707 section 2.2: a token request may ask for fewer of the resources that were named', async () => {
    const { request, answer } = await askBoth(trusted, offline);
    const { body } = await redeem(issuer, trusted, request, answer, { resource: b });
    expect((await introspect(trusted, body.access_token)).body.aud).toBe(b);
    const refresh = (changes: object, token: unknown) =>
      tokenRequest(issuer, trusted, { grant_type: 'refresh_token', refresh_token: String(token), ...changes });
    const second = (await refresh({ resource: a }, body.refresh_token)).body;
    expect((await introspect(trusted, second.access_token)).body.aud).toBe(a);
    const third = (await refresh({}, second.refresh_token)).body;
    expect((await introspect(trusted, third.access_token)).body.aud).toEqual([a, b]);
  });

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
    const { access_token, id_token } = await signIn(client, { resource: a });
    expect((await introspect(apiA, access_token)).body).toMatchObject({
      active: true,
      aud: a,
      client_id: client.client_id,
      username: 'alice',
      scope: 'openid profile email',
    });
    expect((await introspect(apiB, access_token)).text).toBe('{"active":false}');
    expect((await introspect(clients.web, access_token)).text).toBe('{"active":false}');
    expect((await introspect(apiA, id_token)).text).toBe('{"active":false}');
  });

  it('F13: resource A learns nothing about a token meant for nobody, for B alone, or about a refresh token', async () => {
    const { access_token } = await signIn(trusted);
    expect((await introspect(apiA, access_token)).text).toBe('{"active":false}');
    const { request, answer } = await askBoth(trusted, offline);
    const { body } = await redeem(issuer, trusted, request, answer, { resource: b });
    expect((await introspect(apiA, body.access_token)).text).toBe('{"active":false}');
    expect((await introspect(apiB, body.access_token)).body.active).toBe(true);
    expect((await introspect(apiB, body.refresh_token)).text).toBe('{"active":false}');
  });

  it('F13: a token that the authorization endpoint gave is meant for the resource too', async () => {
    const { answer } = await askBoth(hybrid, { response_type: 'code token' });
    for (const api of [apiA, apiB]) expect((await introspect(api, answer.get('access_token'))).body).toMatchObject({ aud: [a, b] });
  });

  it('F13: a resource of another tenant learns nothing', async () => {
    const { access_token } = await signIn(trusted, { resource: a });
    const headers = { authorization: basicOf(apiA.client_id, apiA.client_secret ?? '') };
    const response = await fetch(`${issuer}/t/agate/introspect`, { method: 'POST', headers, body: form({ token: String(access_token) }) });
    expect(await response.text()).toBe('{"active":false}');
  });
});
