/** Applications that are not for everybody, scopes of other applications, and clients that know OAuth only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, basicOf, claimsIn, hasButton, people, signInAndConsent } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { address, ask, dialectConfiguration, old, post } from './dialect-tenants.ts';

const { mica, plainOAuth } = old;

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await dialectConfiguration() });
  issuer = `${server.issuer}/t/agate`;
});

afterAll(() => server?.close());

const asking = (client: typeof mica | typeof plainOAuth, changes: Record<string, string> = {}) => {
  const { client_id, redirect_uri } = client;
  return address(`${issuer}/ws/oauth2/authorize`, {
    client_id,
    redirect_uri,
    response_type: 'code',
    scope: 'openid,mica:read',
    state: 's1',
    ...changes,
  });
};

describe('agate: conformance of applications and their scopes', () => {
  it('AG-8: an application’s scope is asked for the first time, named by its description, and not the second time', async () => {
    const agent = createAgent(server.issuer);
    const login = await agent.get(asking(mica));
    const consent = await agent.submit(login, { button: 'login-submit', fields: { ...people.alice } });
    expect(hasButton(consent, 'consent-allow')).toBe(true);
    expect(consent.text).toContain('Read what you keep in Mica');
    const first = answerOf(await agent.submit(consent, { button: 'consent-allow' }));
    const second = await agent.get(asking(mica));
    expect(second.trail.map(({ status }) => status)).toEqual([302]);
    for (const answer of [first, answerOf(second)]) {
      const { body } = await post(
        `${issuer}/ws/oauth2/token`,
        { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: mica.redirect_uri },
        { authorization: basicOf(mica.client_id, mica.client_secret) },
      );
      expect(body.scope).toBe('openid mica:read');
      const told = await post(
        `${issuer}/ws/oauth2/introspect`,
        { token: String(body.access_token) },
        { authorization: basicOf(mica.client_id, mica.client_secret) },
      );
      expect(told.body).toMatchObject({ active: true, aud: ['mica-portal', 'mica'] });
      expect(claimsIn(String(body.id_token)).aud).toBe('mica-portal');
    }
  });

  it('AG-10: who is no member of the application gives access_denied and the state back, and no code, asked or silently', async () => {
    const agent = createAgent(server.issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(asking(mica)), people.bob));
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'access_denied', state: 's1' });
    expect(answer.has('code')).toBe(false);
    const silent = answerOf(await agent.get(asking(mica, { prompt: 'none' })));
    expect([silent.get('error'), silent.has('code')]).toEqual(['access_denied', false]);
    // Nobody learns about groups who has not just proved who she is.
    const forced = await agent.get(asking(mica, { prompt: 'login' }));
    expect(hasButton(forced, 'login-submit')).toBe(true);
    // Another person of this browser may be let in.
    const chosen = await agent.submit(forced, { button: 'login-submit', fields: { ...people.alice } });
    expect(answerOf(await signInAndConsent(agent, chosen)).has('code')).toBe(true);
  });

  it('AG-18: userinfo says iss in this dialect, and nowhere else', async () => {
    const agent = createAgent(server.issuer);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(asking(mica))));
    const { body } = await post(
      `${issuer}/ws/oauth2/token`,
      { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: mica.redirect_uri },
      { authorization: basicOf(mica.client_id, mica.client_secret) },
    );
    const bearer = { headers: { authorization: `Bearer ${body.access_token}` } };
    const told = await ask(`${issuer}/ws/oauth2/userinfo`, bearer);
    expect(told.body).toMatchObject({ iss: issuer, sub: claimsIn(String(body.id_token)).sub });
    const refused = await ask(`${issuer}/ws/oauth2/userinfo`, { headers: { authorization: 'Bearer x' } });
    expect(refused.body).not.toHaveProperty('iss');
  });
});

describe('identify: conformance of clients that know OAuth only', () => {
  it('SW-5: the scope openid gives invalid_scope to a client that is not registered for it, and its own scopes a token without ID token', async () => {
    const at = `${server.issuer}/runtime/oauth2/authorize.idp`;
    const agent = createAgent(server.issuer);
    const request = (scope: string) => {
      const { client_id, redirect_uri } = plainOAuth;
      return address(at, { client_id, redirect_uri, response_type: 'code', scope, state: 's2' });
    };
    const refused = answerOf(await agent.get(request('openid email')));
    expect(Object.fromEntries(refused)).toMatchObject({ error: 'invalid_scope', state: 's2' });
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request('email'))));
    const { status, body } = await post(
      `${server.issuer}/runtime/oauth2/token.idp`,
      { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: plainOAuth.redirect_uri },
      { authorization: basicOf(plainOAuth.client_id, plainOAuth.client_secret) },
    );
    expect([status, body.scope, body.id_token]).toEqual([200, 'email', undefined]);
  });
});
