/** Clients' keys: which are taken, and how often a key set is fetched, whatever key somebody says has signed. */
import { generateKeyPairSync } from 'node:crypto';
import {
  type Client,
  type ClientJwk,
  createRemoteKeys,
  type Event,
  encryptionKey,
  metadataFaults,
  verificationKeys,
} from '@symbolon/provider';
import { describe, expect, it } from 'vitest';
import { testClient } from '../support/provider.ts';

const make = (kid: string, more: ClientJwk = {}): ClientJwk => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
  ...more,
});
const rsa = (bits = 2048, more: ClientJwk = {}): ClientJwk => ({
  ...generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }),
  ...more,
});

const uri = 'https://rp.example/jwks';
const remote = testClient({ jwks_uri: uri });
const kids = (keys: readonly { readonly kid?: string }[]) => keys.map(({ kid }) => kid);

/** A client's server that publishes what it is told to, and counts. */
function publisher(first: readonly ClientJwk[]) {
  const state = { keys: first as unknown, fetches: 0, now: 1_800_000_000, answer: undefined as (() => Promise<Response>) | undefined };
  const events: Event[] = [];
  const remoteKeys = createRemoteKeys({
    now: () => state.now,
    emit: (event) => events.push(event),
    fetch: async () => {
      state.fetches += 1;
      return state.answer === undefined ? Response.json({ keys: state.keys }) : state.answer();
    },
  });
  return { state, events, op: { remoteKeys } };
}

type Asked = Parameters<typeof verificationKeys>;
const signingKeys = (op: Asked[0], client: Asked[1], wanted: Asked[2]) => verificationKeys(op, client, wanted, 'invalid_client');
const es256 = (kid?: string) => ({ alg: 'ES256', kid });

describe('security: key sets of clients', () => {
  it('F2: 100 unknown kids per second make one fetch a minute', async () => {
    const { state, op } = publisher([make('known')]);
    for (let second = 0; second < 60; second += 1) {
      const asked = Array.from({ length: 100 }, (_, index) => signingKeys(op, remote, es256(`unknown-${second}-${index}`)));
      expect((await Promise.all(asked)).flat()).toEqual([]);
      state.now += 1;
    }
    expect(state.fetches).toBe(1);
    await signingKeys(op, remote, es256('unknown'));
    expect(state.fetches).toBe(2);
    expect(kids(await signingKeys(op, remote, es256('known')))).toEqual(['known']);
    expect(state.fetches).toBe(2);
  });

  it('I4: a key set is not kept when it is much longer than its keys', async () => {
    const { state, op, events } = publisher([make('known', { note: 'x'.repeat(140_000) })]);
    await expect(verificationKeys(op, remote, es256('known'), 'invalid_client')).rejects.toMatchObject({ code: 'invalid_client' });
    expect(events).toEqual([
      expect.objectContaining({ type: 'client_keys.failed', reason: expect.stringContaining('longer than 131072') }),
    ]);
    state.keys = Array.from({ length: 50 }, (_, index) => make(`k${index}`, { x5c: ['A'.repeat(2000)] }));
    state.now += 60;
    expect(kids(await verificationKeys(op, remote, es256('k7'), 'invalid_client'))).toEqual(['k7']);
  });

  it('F2: of fifty keys that may have signed, a handful is tried', async () => {
    const many = Array.from({ length: 50 }, () => make('same'));
    const { op } = publisher(many);
    for (const client of [remote, testClient({ jwks: { keys: [...many.slice(0, 49), make('other')] } })]) {
      for (const kid of ['same', undefined]) expect(await verificationKeys(op, client, es256(kid), 'invalid_client')).toHaveLength(5);
    }
    expect(
      kids(await verificationKeys(op, testClient({ jwks: { keys: [...many, make('other')] } }), es256('other'), 'invalid_client')),
    ).toEqual(['other']);
  });

  it('F2: many who come at once wait for one fetch', async () => {
    const { state, op } = publisher([make('known')]);
    const found = await Promise.all(Array.from({ length: 50 }, () => signingKeys(op, remote, es256('known'))));
    expect([found.every((keys) => keys.length === 1), state.fetches]).toEqual([true, 1]);
  });

  it.each(['../../etc/passwd', "' OR 1=1 --", 'x'.repeat(10_000), '__proto__', 'constructor', ''])(
    'F2: the kid %j finds nothing and leads nowhere',
    async (kid) => {
      const { op } = publisher([make('known')]);
      expect(await signingKeys(op, remote, es256(kid))).toEqual([]);
      expect(await signingKeys(op, testClient({ jwks: { keys: [make('known')] } }), es256(kid))).toEqual([]);
    },
  );

  it('a new key is found a minute after the set was last fetched, and the old one is gone', async () => {
    const { state, op } = publisher([make('old')]);
    expect(kids(await signingKeys(op, remote, es256('old')))).toEqual(['old']);
    state.keys = [make('new')];
    state.now += 60;
    expect(kids(await signingKeys(op, remote, es256('new')))).toEqual(['new']);
    expect(await signingKeys(op, remote, es256('old'))).toEqual([]);
    expect(state.fetches).toBe(2);
  });

  it('a key that was taken out of the set is good for ten minutes at most', async () => {
    const { state, op } = publisher([make('stolen')]);
    await signingKeys(op, remote, es256('stolen'));
    state.keys = [];
    state.now += 599;
    expect(kids(await signingKeys(op, remote, es256('stolen')))).toEqual(['stolen']);
    state.now += 1;
    expect(await signingKeys(op, remote, es256('stolen'))).toEqual([]);
  });

  const failures: readonly (readonly [string, () => Promise<Response>])[] = [
    ['no answer', () => Promise.reject(new TypeError('the request got no usable answer'))],
    ['404', async () => Response.json({ keys: [] }, { status: 404 })],
    ['a redirect', async () => new Response(null, { status: 302, headers: { location: 'https://evil.example/jwks' } })],
    ['no JSON', async () => new Response('<html>')],
    ['no key set', async () => Response.json({ keys: {} })],
    ['null', async () => Response.json(null)],
    ['a thousand keys', async () => Response.json({ keys: Array.from({ length: 1000 }, () => ({})) })],
  ];
  it.each(failures)('%s: without keys a clear error, with keys those that were known, for a day', async (_, failing) => {
    const { state, events, op } = publisher([make('known')]);
    state.answer = failing;
    await expect(signingKeys(op, remote, es256('known'))).rejects.toMatchObject({ code: 'invalid_client' });
    await expect(encryptionKey(op, remote, 'ECDH-ES')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect([state.fetches, events.length]).toEqual([1, 1]);
    state.answer = undefined;
    state.now += 60;
    expect(kids(await signingKeys(op, remote, es256('known')))).toEqual(['known']);
    state.answer = failing;
    state.now += 86_399;
    expect(kids(await signingKeys(op, remote, es256('known')))).toEqual(['known']);
    state.now += 1;
    await expect(signingKeys(op, remote, es256('known'))).rejects.toMatchObject({ code: 'invalid_client' });
  });

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const good = make('good');
  const bad: readonly (readonly [string, ClientJwk, RegExp])[] = [
    ['private members', { ...privateKey.export({ format: 'jwk' }), kid: 'bad' }, /private members/],
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'bad' }, /shared secret/],
    ['RSA of 1024 bits', rsa(1024, { kid: 'bad' }), /less than 2048 bits/],
    ['RSA of 20000 bits', { kty: 'RSA', n: Buffer.alloc(2500, 255).toString('base64url'), e: 'AQAB', kid: 'bad' }, /more than 8192/],
    ['an exponent of 1', { ...rsa(), e: 'AQ', kid: 'bad' }, /exponent/],
    ['a huge exponent', { ...rsa(), e: Buffer.alloc(64, 255).toString('base64url'), kid: 'bad' }, /exponent/],
    ['a point that is not on its curve', { ...make('bad'), x: good.x }, /do not belong together/],
    ['a kid that is no text', { ...make('x'), kid: { toString: 'bad' } }, /kid/],
  ];
  it.each(bad)('F1: %s: not registered, and passed over in a fetched set', async (_, jwk, reason) => {
    const { op } = publisher([jwk, good]);
    for (const alg of ['RS256', 'PS256', 'ES256', 'HS256', 'none', 'constructor'])
      expect(kids(await signingKeys(op, remote, { alg })).filter((kid) => kid !== 'good')).toEqual([]);
    const metadata = { client_id: 'rp', redirect_uris: ['https://rp.example/cb'], jwks: { keys: [good, jwk] } };
    expect(metadataFaults({ signing: ['RS256'], scopes: [] }, metadata)).toEqual([
      expect.objectContaining({ member: 'jwks', message: expect.stringMatching(reason) }),
    ]);
  });

  it('keys of a kind we have no use for are passed over, and a set of nothing else is refused', () => {
    const strange = { kty: 'AKP', alg: 'ML-DSA-44', pub: 'x' };
    const faults = (keys: readonly ClientJwk[]) =>
      metadataFaults({ signing: ['RS256'], scopes: [] }, { client_id: 'rp', redirect_uris: ['https://rp.example/cb'], jwks: { keys } });
    expect(faults([strange, good])).toEqual([]);
    expect(faults([strange])).toEqual([expect.objectContaining({ message: 'has no key that can be used' })]);
  });

  it('jwks and jwks_uri exclude each other', () => {
    const metadata = { client_id: 'rp', redirect_uris: ['https://rp.example/cb'], jwks: { keys: [good] }, jwks_uri: uri };
    expect(metadataFaults({ signing: ['RS256'], scopes: [] }, metadata)).toEqual([expect.objectContaining({ member: 'jwks' })]);
  });

  it('a key serves what it is for: by kind, use, alg and key_ops', async () => {
    const keys = [
      make('any'),
      make('sig', { use: 'sig' }),
      make('enc', { use: 'enc' }),
      make('other', { alg: 'ECDH-ES' }),
      make('ops', { key_ops: ['verify'] }),
      make('strange', { key_ops: 'verify' }),
      rsa(2048, { kid: 'rsa', use: 'sig' }),
      rsa(2048, { kid: 'pss', alg: 'PS256' }),
    ];
    const client: Client = testClient({ jwks: { keys } });
    const { op } = publisher([]);
    expect(kids(await signingKeys(op, client, { alg: 'ES256' }))).toEqual(['any', 'sig', 'ops']);
    expect(kids(await signingKeys(op, client, { alg: 'RS256' }))).toEqual(['rsa']);
    expect(kids(await signingKeys(op, client, { alg: 'PS256', kid: 'pss' }))).toEqual(['pss']);
    expect(await signingKeys(op, client, { alg: 'EdDSA' })).toEqual([]);
    expect((await encryptionKey(op, client, 'ECDH-ES'))?.kid).toBe('enc');
    expect(await encryptionKey(op, client, 'RSA-OAEP')).toBeUndefined();
    expect(await encryptionKey(op, testClient(), 'ECDH-ES')).toBeUndefined();
  });
});
