/** What a profile holds a client to at each request, whatever the tenant's settings are. */
import type { Client, Provider } from '@symbolon/provider';
import { describe, expect, it } from 'vitest';
import { ask, codeFor, corePost } from '../support/core-client.ts';
import { testClient, testProvider } from '../support/provider.ts';

const plain = testClient({ client_id: 'plain' });
const fapi = testClient({ client_id: 'fapi', profile: 'fapi2' });

async function providerWith(settings: Partial<Provider['settings']>, clients: readonly Client[]) {
  const { op, advance } = await testProvider(clients);
  return { op: { ...op, settings: { ...op.settings, ...settings } }, advance };
}

describe('conformance: profile fapi2', () => {
  it('F17: codes live 60 seconds at most, however long those of the tenant live', async () => {
    const { op, advance } = await providerWith({ lifetimes: { ...(await testProvider()).op.settings.lifetimes, code: 300 } }, [
      plain,
      fapi,
    ]);
    const [ofPlain, ofFapi, early] = [await codeFor(op, 'plain'), await codeFor(op, 'fapi'), await codeFor(op, 'fapi')];
    advance(59);
    expect((await ask(op, 'token', corePost(early))).status).toBe(200);
    advance(1);
    expect((await ask(op, 'token', corePost(ofFapi))).body.error).toBe('invalid_grant');
    expect((await ask(op, 'token', corePost(ofPlain))).status).toBe(200);
  });

  it('F1: 5.4.1: JWT access tokens are signed with an algorithm of the profile, also where RS256 is the first of the tenant', async () => {
    const jwt = (client: Client): Client => ({ ...client, policy: { ...client.policy, accessToken: 'jwt' } });
    const { op } = await providerWith({ signing: ['RS256', 'ES256'] }, [jwt(plain), jwt(fapi)]);
    const { body } = await ask(op, 'token', corePost(await codeFor(op, 'fapi')));
    expect(JSON.parse(Buffer.from(String(body.access_token).split('.')[0] ?? '', 'base64url').toString('utf8')).alg).toBe('ES256');
    // The tenant of this test has no key for RS256, which is what any other client would be given.
    expect((await ask(op, 'token', corePost(await codeFor(op, 'plain')))).body.error).toBe('server_error');
  });
});
