/** Resource indicators (RFC 8707): for which API an access token is meant, and who may ask about it. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationRequest, clients, redeem, tokenRequest, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorAnswer } from './checks.ts';
import { a, apiA, apiB, askBoth, b, introspect, jwtClient, offline, resourcesConfiguration, signIn } from './with-resources.ts';

const { trusted } = clients;

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await resourcesConfiguration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

describe('conformance: resource indicators', () => {
  it('SW-23: a configured resource is the audience of the access token; userinfo still answers the client', async () => {
    const { access_token } = await signIn(issuer, trusted, { resource: a });
    expect((await introspect(issuer, trusted, access_token)).body).toMatchObject({ active: true, client_id: 'trusted', aud: a });
    expect((await userinfo(issuer, access_token)).status).toBe(200);
    expect((await introspect(issuer, trusted, (await signIn(issuer, trusted)).access_token)).body.aud).toBe('trusted');
  });

  it('SW-23: a JWT access token says it as aud, several as a list', async () => {
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const { access_token } = await signIn(issuer, jwtClient, { resource: a });
    expect((await jwtVerify(String(access_token), keys, { audience: a, typ: 'at+jwt' })).payload.aud).toBe(a);
    const { request, answer } = await askBoth(issuer, jwtClient);
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
    const { request, answer } = await askBoth(issuer, trusted, offline);
    const { body } = await redeem(issuer, trusted, request, answer, { resource: b });
    expect((await introspect(issuer, trusted, body.access_token)).body.aud).toBe(b);
    const refresh = (changes: object, token: unknown) =>
      tokenRequest(issuer, trusted, { grant_type: 'refresh_token', refresh_token: String(token), ...changes });
    const second = (await refresh({ resource: a }, body.refresh_token)).body;
    expect((await introspect(issuer, trusted, second.access_token)).body.aud).toBe(a);
    const third = (await refresh({}, second.refresh_token)).body;
    expect((await introspect(issuer, trusted, third.access_token)).body.aud).toEqual([a, b]);
  });
});
