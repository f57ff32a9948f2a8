/** Guessing passwords, at the sign-in page and through the password grant; and who may use that grant at all. */
import { strictPolicy } from '@symbolon/provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientUnderTest, clients, people, tokenRequest, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { tenantOf, withClient } from './changing.ts';

const portal: ClientUnderTest = { client_id: 'portal', client_secret: 'portal-secret-0123456789abcdef012345', redirect_uri: '' };
const limit = 20;

describe('security: guessing passwords', () => {
  let server: TestServer;
  beforeAll(async () => {
    const more = `
      - client_id: portal-off
        client_secret: portal-secret-0123456789abcdef012345
        grant_types: [password]
        scope: openid
      - client_id: portal-public
        token_endpoint_auth_method: none
        grant_types: [password]
        scope: openid
`;
    const yaml = await exampleConfiguration();
    server = await startSymbolon({ yaml: yaml.replace('    clients: &clients\n', `    clients: &clients${more}`) });
  });
  afterAll(() => server.close());

  const ask = (parameters: Record<string, string>, client = portal) =>
    tokenRequest(server.issuer, client, { grant_type: 'password', ...people.alice, ...parameters });
  const login = async (fields: { username: string; password: string }) => {
    const agent = createAgent(server.issuer);
    return agent.submit(await agent.get('/login'), { button: 'login-submit', fields });
  };
  /** The window of failures passes, so that tests do not lock each other out. */
  const wait = () => server.advance(301);

  it('OP-1, OP-8: the password grant gives a JWT access token for seven days and a refresh token that works', async () => {
    const { status, body } = await ask({});
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 604800, refresh_token: expect.any(String) });
    expect(String(body.access_token).split('.')).toHaveLength(3);
    expect((await userinfo(server.issuer, body.access_token)).body).toMatchObject({ email: 'alice@example.test' });
    const again = await tokenRequest(server.issuer, portal, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) });
    expect(again.status).toBe(200);
  });

  it('OP-3, H10: off, public client, wrong secret, wrong password: each the standard error', async () => {
    const { client_secret = '' } = portal;
    const off = await ask({}, { ...portal, client_id: 'portal-off' });
    expect([off.status, off.body.error]).toEqual([400, 'unauthorized_client']);
    expect((await ask({}, clients.trusted)).body.error).toBe('unauthorized_client');
    // Registration refuses a public client with the switch; one that got it in some other way has no use of it.
    const open = await withClient(tenantOf(server, 'main'), 'portal-public', { policy: { ...strictPolicy, passwordGrant: true } }, () =>
      ask({}, { client_id: 'portal-public', redirect_uri: '' }),
    );
    expect([open.status, open.body.error]).toEqual([400, 'unauthorized_client']);
    const wrongSecret = await ask({}, { ...portal, client_secret: `${client_secret}x` });
    expect([wrongSecret.status, wrongSecret.body.error]).toEqual([401, 'invalid_client']);
    for (const wrong of [{ password: 'wrong' }, { username: 'nobody' }]) {
      const refused = await ask(wrong);
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    }
    wait();
  });

  it('J7, OP-9: of many tries at once no more than the limit are looked at, and then the right one waits too', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask({ password: 'wrong' })));
    const throttled = answers.filter(({ body }) => String(body.error_description).startsWith('too many tries'));
    expect(throttled).toHaveLength(60 - limit);
    const right = await ask({});
    expect([right.status, right.body.error]).toEqual([400, 'invalid_grant']);
    const page = await login(people.alice);
    expect(page.status).toBe(429);
    expect(page.headers.get('retry-after')).toBe('300');
    expect(page.text).toContain('problem-tooManyAttempts');
    wait();
    expect((await ask({})).status).toBe(200);
  });

  it('J9: spellings of one name share its tries', async () => {
    const names = ['bob', 'BOB', ' bob ', 'ｂｏｂ', 'Bob'];
    for (let tried = 0; tried < limit; tried++) await login({ username: names[tried % names.length] ?? '', password: 'wrong' });
    expect((await login(people.bob)).status).toBe(429);
    wait();
  });

  it('J13: a name nobody has is throttled like one that somebody has', async () => {
    for (let tried = 0; tried < limit; tried++) await login({ username: 'nobody-at-all', password: 'wrong' });
    expect((await login({ username: 'nobody-at-all', password: 'wrong' })).status).toBe(429);
  });

  it('a success gives the name all its tries again', async () => {
    for (let round = 0; round < 2; round++) {
      for (let tried = 0; tried < limit - 1; tried++) await login({ username: 'bob', password: 'wrong' });
      expect((await login(people.bob)).status).toBe(200);
    }
  });
});
