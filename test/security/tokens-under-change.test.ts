/** Tokens that outlive what they rest on: a client disabled, an API withdrawn, a group or a scope taken away (RFC 9700 sections 2.3, 4.14). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { more } from '../conformance/more-clients.ts';
import { a, apiA, apiB, introspect, jwtClient, offline, resourcesConfiguration } from '../conformance/with-resources.ts';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  claimsIn,
  clients,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { tenantOf, withClient, withGroups } from './changing.ts';

const { trusted, machine } = clients;
const { hybrid } = more;
const inactive = '{"active":false}';

/** For Alice's group, with refresh tokens and every way to ask for a token about a person. */
const members: ClientUnderTest = {
  client_id: 'members',
  client_secret: 'members-secret-0123456789abcdef01234',
  redirect_uri: 'https://members.example/cb',
};
const membersEntry =
  `      - { client_id: ${members.client_id}, client_secret: ${members.client_secret}, redirect_uris: [${members.redirect_uri}], ` +
  'grant_types: [authorization_code, refresh_token, password], scope: openid email groups, access: { groups: [mica-user] }, ' +
  'policy: { consent: implicit, pkce: optional, refreshToken: always, passwordGrant: true } }\n';

async function configuration(): Promise<string> {
  const yaml = await resourcesConfiguration();
  return yaml.replace('    clients: &clients\n', (line) => line + membersEntry);
}

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await configuration() });
  issuer = server.issuer;
});

afterAll(() => server?.close());

const main = () => tenantOf(server, 'main');
const signIn = async (client: ClientUnderTest, changes = {}) => (await signInFor(issuer, createAgent(issuer), client, changes)).tokens.body;
const refresh = (client: ClientUnderTest, refresh_token: unknown, changes = {}) =>
  tokenRequest(issuer, client, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...changes });
const refused = ({ status, body }: Awaited<ReturnType<typeof refresh>>) => [status, body.error, body.access_token];

describe('security: tokens under change', () => {
  it.each([
    ['opaque', trusted],
    ['a JWT', jwtClient],
  ])('F7: a disabled client gets nothing more, and what it holds is dead: %s', async (_, client) => {
    const { access_token, refresh_token } = await signIn(client, { ...offline, resource: a });
    await withClient(main(), client.client_id, { disabled: true }, async () => {
      expect(refused(await refresh(client, refresh_token))).toEqual([401, 'invalid_client', undefined]);
      expect((await introspect(issuer, client, access_token)).body.error).toBe('invalid_client');
      expect((await introspect(issuer, apiA, access_token)).text).toBe(inactive);
      expect((await userinfo(issuer, access_token)).status).toBe(401);
      expect((await createAgent(issuer).get(authorizationRequest(issuer, client).url)).location).toBeUndefined();
    });
    expect((await refresh(client, refresh_token)).status).toBe(200);
  });

  it.each([
    ['opaque', trusted],
    ['a JWT', jwtClient],
  ])('F7: an API out of service gets no new token, is told of none, and its tokens are told as dead: %s', async (_, client) => {
    const request = authorizationRequest(issuer, client, { resource: a });
    const agent = createAgent(issuer);
    const code = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    const { access_token, refresh_token } = await signIn(client, { ...offline, resource: a });
    await withClient(main(), apiA.client_id, { disabled: true }, async () => {
      expect(refused(await refresh(client, refresh_token))).toEqual([400, 'invalid_target', undefined]);
      expect(refused(await refresh(client, refresh_token, { resource: a }))).toEqual([400, 'invalid_target', undefined]);
      expect(refused(await redeem(issuer, client, request, code))).toEqual([400, 'invalid_target', undefined]);
      expect((await introspect(issuer, apiA, access_token)).body.error).toBe('invalid_client');
      expect((await introspect(issuer, client, access_token)).text).toBe(inactive);
      const fresh = answerOf(await agent.get(authorizationRequest(issuer, client, { resource: a }).url));
      expect([fresh.get('error'), fresh.has('code')]).toEqual(['invalid_target', false]);
      expect(refused(await tokenRequest(issuer, apiB, { grant_type: 'client_credentials', resource: a }))[1]).toBe('invalid_target');
    });
    expect((await introspect(issuer, apiA, access_token)).body.active).toBe(true);
    // The refusals have used nothing up, however late the API comes back.
    server.advance(100);
    expect((await refresh(client, refresh_token)).status).toBe(200);
  });

  it('F7: a client taken from the list of those that may name an API gets no more tokens for it, nor do those it has count there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'symbolon-resources-'));
    const database = `sqlite:${join(directory, 'symbolon.db')}`;
    const started = async (allowed: string) => {
      const line = `      - { id: ${a}, client_id: machine`;
      const yaml = (await configuration()).replace(line, `${line}, clients: [${allowed}]`);
      return startSymbolon({ yaml: yaml, database });
    };
    let at = await started('trusted, web');
    try {
      const stranger = answerOf(await createAgent(at.issuer).get(authorizationRequest(at.issuer, hybrid, { resource: a }).url));
      expect([stranger.get('error'), stranger.has('code')]).toEqual(['invalid_target', false]);
      const { tokens } = await signInFor(at.issuer, createAgent(at.issuer), trusted, { ...offline, resource: a });
      const { access_token, refresh_token } = tokens.body;
      expect((await introspect(at.issuer, apiA, access_token)).body).toMatchObject({ active: true, aud: a });
      await at.close();
      at = await started('web');
      const again = { grant_type: 'refresh_token', refresh_token: String(refresh_token) };
      expect(refused(await tokenRequest(at.issuer, trusted, again))).toEqual([400, 'invalid_target', undefined]);
      for (const caller of [apiA, trusted]) expect((await introspect(at.issuer, caller, access_token)).text).toBe(inactive);
    } finally {
      await at.close();
      await rm(directory, { recursive: true });
    }
  });

  it('F11: who left the group an application is for has no living token there, by code, refresh, password or one given before', async () => {
    const agent = createAgent(issuer);
    const request = authorizationRequest(issuer, members, { scope: 'openid email' });
    const code = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    const { access_token, refresh_token } = await signIn(members, { scope: 'openid email' });
    await withGroups(main(), 'alice', ['staff'], async () => {
      expect(refused(await redeem(issuer, members, request, code))).toEqual([400, 'invalid_grant', undefined]);
      expect(refused(await refresh(members, refresh_token))).toEqual([400, 'invalid_grant', undefined]);
      const password = await tokenRequest(issuer, members, { grant_type: 'password', ...people.alice });
      expect(refused(password)).toEqual([400, 'invalid_grant', undefined]);
      expect((await userinfo(issuer, access_token)).status).toBe(401);
      expect((await introspect(issuer, members, access_token)).text).toBe(inactive);
      const silent = answerOf(await agent.get(authorizationRequest(issuer, members, { scope: 'openid', prompt: 'none' }).url));
      expect([silent.get('error'), silent.has('code')]).toEqual(['access_denied', false]);
      // Another application she may still use is none of this.
      expect((await signInFor(issuer, agent, trusted)).tokens.status).toBe(200);
    });
    expect((await userinfo(issuer, access_token)).status).toBe(200);
    expect((await tokenRequest(issuer, members, { grant_type: 'password', ...people.alice })).status).toBe(200);
  });

  it('F11: a group that somebody left is in no claim any more, of tokens given before and of those refreshed', async () => {
    const { access_token, refresh_token } = await signIn(members, { scope: 'openid groups' });
    expect((await userinfo(issuer, access_token)).body.groups).toEqual(['staff', 'mica-user']);
    await withGroups(main(), 'alice', ['mica-user'], async () => {
      const next = (await refresh(members, refresh_token)).body;
      for (const token of [access_token, next.access_token]) expect((await userinfo(issuer, token)).body.groups).toEqual(['mica-user']);
    });
  });

  it('F11: a scope that a client lost is in nothing it is given or told afterwards', async () => {
    const { access_token, refresh_token } = await signIn(trusted, { scope: 'openid email offline_access', prompt: 'consent' });
    await withClient(main(), trusted.client_id, { scopes: ['openid', 'offline_access'] }, async () => {
      const next = (await refresh(trusted, refresh_token)).body;
      expect(next.scope).toBe('openid offline_access');
      for (const token of [access_token, next.access_token]) {
        expect((await userinfo(issuer, token)).body).toEqual({ sub: claimsIn(next.id_token).sub });
        expect((await introspect(issuer, trusted, token)).body.scope).toBe('openid offline_access');
      }
    });
    await withClient(main(), trusted.client_id, { scopes: ['email', 'offline_access'] }, async () => {
      const next = await refresh(trusted, refresh_token);
      expect([next.status, next.body.id_token]).toEqual([200, undefined]);
      expect((await userinfo(issuer, access_token)).status).toBe(403);
    });
  });

  it('F15, F22: the token of another client, API or tenant is nothing where it does not belong', async () => {
    const { access_token, refresh_token } = await signIn(trusted, { ...offline, resource: a });
    // Another client: told nothing, can end nothing, is given nothing for it.
    expect((await introspect(issuer, hybrid, access_token)).text).toBe(inactive);
    expect((await introspect(issuer, apiB, access_token)).text).toBe(inactive);
    expect(refused(await refresh(hybrid, refresh_token))).toEqual([400, 'invalid_grant', undefined]);
    const revoke = (client: ClientUnderTest, token: unknown) =>
      fetch(`${issuer}/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ token: String(token), client_id: client.client_id, client_secret: client.client_secret ?? '' }),
      });
    for (const token of [access_token, refresh_token]) expect((await revoke(hybrid, token)).status).toBe(200);
    expect((await userinfo(issuer, access_token)).status).toBe(200);
    // Another tenant, which has the same clients and people, and other keys.
    const { access_token: jwt } = await signIn(jwtClient);
    for (const token of [access_token, jwt]) {
      expect((await userinfo(`${issuer}/t/agate`, token)).status).toBe(401);
      expect((await introspect(`${issuer}/t/agate`, trusted, token)).text).toBe(inactive);
    }
  });

  it('F23: a client that is called like a person, or by her very sub, speaks for nobody', async () => {
    const { sub } = (await userinfo(issuer, (await signIn(trusted)).access_token)).body;
    for (const client_id of ['alice', String(sub)]) {
      const kept = await main().store.clients.find(machine.client_id);
      if (kept === undefined) throw new Error('no client to copy');
      const impostor = { ...kept, client_id, scopes: ['reports'], token_endpoint_auth_method: 'client_secret_basic' as const };
      const secret = 'impostor-secret-0123456789abcdef0123';
      const digest = main().op.vault.mac('client-secret', `${client_id}\n${secret}`).toString('base64url');
      await main().store.clients.register({ ...impostor, secrets: [{ digest }] }, main().op.now());
      const client: ClientUnderTest = { client_id, client_secret: secret, redirect_uri: '' };
      const { status, body } = await tokenRequest(issuer, client, { grant_type: 'client_credentials' });
      expect(status).toBe(200);
      expect(await userinfo(issuer, body.access_token)).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
      const told = (await introspect(issuer, client, body.access_token)).body;
      expect(told).toMatchObject({ active: true, client_id });
      for (const name of ['username', 'auth_time', 'amr', 'sid']) expect(told).not.toHaveProperty(name);
      const personal = await tokenRequest(issuer, client, { grant_type: 'client_credentials', scope: 'openid email' });
      expect(refused(personal)).toEqual([400, 'invalid_scope', undefined]);
      await main().store.clients.remove(client_id, main().op.now());
    }
  });
});

describe('security: userinfo with a token that is not for it', () => {
  it('F22: each kind of wrong token is refused with the right status and challenge, and told nothing about a person', async () => {
    const good = await signIn(trusted, offline);
    const email = await signIn(hybrid, { scope: 'email' });
    const robot = (await tokenRequest(issuer, machine, { grant_type: 'client_credentials' })).body.access_token;
    const robotJwt = (await tokenRequest(issuer, apiB, { grant_type: 'client_credentials' })).body.access_token;
    const old = await signIn(trusted);
    const jwt = await signIn(jwtClient);
    const changed = `${String(jwt.access_token).slice(0, -4)}AAAA`;
    const wrong: readonly (readonly [string, unknown, number, string])[] = [
      ['an ID token', good.id_token, 401, 'invalid_token'],
      ['a refresh token', good.refresh_token, 401, 'invalid_token'],
      ['a JWT with another signature', changed, 401, 'invalid_token'],
      ['a made-up token', 'A'.repeat(43), 401, 'invalid_token'],
      ['a client’s own token', robot, 403, 'insufficient_scope'],
      ['a client’s own token as JWT', robotJwt, 403, 'insufficient_scope'],
      ['a token without openid', email.access_token, 403, 'insufficient_scope'],
    ];
    const expectRefused = async (token: unknown, status: number, error: string, name: string) => {
      const answer = await userinfo(issuer, token as string);
      expect([answer.status, answer.body.error], name).toEqual([status, error]);
      const challenge = answer.headers.get('www-authenticate') ?? '';
      expect(challenge, name).toMatch(new RegExp(`^Bearer realm="${issuer}", error="${error}", error_description="[^"]+"`));
      expect(challenge.includes('scope="openid"'), name).toBe(error === 'insufficient_scope');
      expect(Object.keys(answer.body), name).toEqual(['error', 'error_description']);
    };
    for (const [name, token, status, error] of wrong) await expectRefused(token, status, error, name);
    const request = authorizationRequest(issuer, trusted);
    const agent = createAgent(issuer);
    const code = answerOf(await signInAndConsent(agent, await agent.get(request.url))).get('code');
    await expectRefused(code, 401, 'invalid_token', 'a code');
    server.advance(3601);
    await expectRefused(old.access_token, 401, 'invalid_token', 'an expired token');
    await expectRefused(jwt.access_token, 401, 'invalid_token', 'an expired JWT');
  });
});
