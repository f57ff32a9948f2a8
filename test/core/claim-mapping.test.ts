/** Whatever is configured: what leaves says the same of issuer, person, audience, times and the rest as if nothing were mapped. */
import {
  type Account,
  type ClaimMapper,
  claimPlaces,
  type Json,
  keepSecret,
  protectedClaims,
  serve,
  strictPolicy,
} from '@symbolon/provider';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ann, type TestProvider, testClient, testProvider } from '../support/provider.ts';

const secret = '0123456789abcdef0123456789abcdef';
const account: Account = { ...ann, claims: { ...ann.claims, sub: 'forged', nonce: 'forged', acr: 'forged', sid: 'forged' } };
const base = testClient({
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['password'],
  scopes: ['openid', 'profile', 'forging'],
  policy: { ...strictPolicy, accessToken: 'jwt', passwordGrant: true, scopeClaims: 'id_token' },
});

let provider: TestProvider;
beforeAll(async () => {
  provider = await testProvider([]);
  await provider.op.store.clients.register({ ...base, secrets: [keepSecret(provider.op.vault, base, secret)] }, provider.op.now());
});

const claimsIn = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

/** ID token, access token, userinfo and introspection of one sign-in, under these mappers. */
async function allClaims(claims: readonly ClaimMapper[]) {
  const scopes = [{ name: 'forging', claims: ['sub', 'nonce', 'acr', 'sid', '__proto__'] }];
  const op = {
    ...provider.op,
    settings: { ...provider.op.settings, claims, scopes },
    people: { checkPassword: async () => ({ outcome: 'signed-in' as const, account }) },
  };
  const call = async (name: 'token' | 'userinfo' | 'introspection', form: Record<string, string>) => {
    const answer = await serve(op, name, { method: 'POST', query: {}, form, headers: {}, address: '' });
    expect(answer.status, answer.body).toBe(200);
    return JSON.parse(answer.body) as Record<string, unknown>;
  };
  const credentials = { client_id: 'rp', client_secret: secret };
  const tokens = await call('token', { ...credentials, grant_type: 'password', username: 'ann', password: 'x' });
  const access_token = String(tokens.access_token);
  return [
    claimsIn(String(tokens.id_token)),
    claimsIn(access_token),
    await call('userinfo', { access_token }),
    await call('introspection', { ...credentials, token: access_token }),
  ];
}

/** New with every token. */
const fresh = new Set(['jti', 'at_hash']);
const kept = (claims: Record<string, unknown>) =>
  Object.fromEntries([...protectedClaims].filter((name) => !fresh.has(name)).map((name) => [name, claims[name]]));

describe('claim mapping', () => {
  it('no mapper and no attribute touches a protected claim, in any of the four places', async () => {
    const before = await allClaims([]);
    for (const claims of before) expect(JSON.stringify(kept(claims))).not.toContain('forged');
    const name = fc.oneof(
      fc.constantFrom(...protectedClaims, '__proto__', 'constructor', 'username'),
      fc.string({ minLength: 1, maxLength: 5 }),
    );
    const mapper = fc.record({
      target: fc.array(name, { minLength: 1, maxLength: 3 }),
      source: fc.oneof(
        fc.jsonValue().map((value) => ({ from: 'value' as const, value: value as Json })),
        fc.constant({ from: 'username' as const }),
      ),
      into: fc.subarray([...claimPlaces], { minLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mapper, { maxLength: 5 }), async (mappers) => {
        const after = await allClaims(mappers);
        expect(after.map(kept)).toEqual(before.map(kept));
        expect(after[1]?.jti).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(after[0]?.at_hash).toMatch(/^[A-Za-z0-9_-]{22}$/);
        expect(after[3]?.username).toBe('ann');
      }),
      { numRuns: 60 },
    );
  });
});
