import { createSecretKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { type AsymmetricAlgorithm, asymmetricAlgorithms, type KeyRing } from '@symbolon/provider';
import { describe, expect, it } from 'vitest';
import type { Keys, StoredKey } from '../store.ts';
import { loadTenantKeys } from './tenant-keys.ts';

const masterKey = createSecretKey(randomBytes(32));
const look = () => {};
const random = (bytes: number) => randomBytes(bytes).toString('base64url');

/** The port's rule over an array: one key of a use and algorithm gets in first. */
function keyStore() {
  const rows: StoredKey[] = [];
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const store: Keys = {
    list: async () => {
      await turn();
      return [...rows];
    },
    addFirst: async (key) => {
      await turn();
      if (rows.some(({ use, alg }) => use === key.use && alg === key.alg)) return false;
      rows.push(key);
      return true;
    },
    addNext: async (key) => {
      await turn();
      if (rows.some(({ follows }) => follows === key.follows)) return false;
      rows.push(key);
      return true;
    },
    remove: async (kid) => {
      await turn();
      const at = rows.findIndex((key) => key.kid === kid);
      return at >= 0 && rows.splice(at, 1).length === 1;
    },
  };
  return { rows, store };
}

function load(store: Keys, signing: readonly AsymmetricAlgorithm[] = ['ES256', 'EdDSA'], key: KeyObject = masterKey, at = 1_700_000_000) {
  return loadTenantKeys({ store, look, masterKey: key, signing, now: () => at, random });
}

const signingIn = (ring: KeyRing) => ring.jwks().keys.flatMap(({ use, kid }) => (use === 'sig' ? [kid] : []));

describe('loadTenantKeys', () => {
  it('D11: makes a key for each algorithm offered; the JWKS has distinct kids and public members only', async () => {
    const { keyRing } = await load(keyStore().store, asymmetricAlgorithms);
    const { keys } = keyRing.jwks();
    expect(keys.map((key) => key.alg)).toEqual([...asymmetricAlgorithms, undefined, undefined]);
    expect(keys.map((key) => key.use)).toEqual(['sig', 'sig', 'sig', 'sig', 'enc', 'enc']);
    expect(new Set(keys.map((key) => key.kid)).size).toBe(6);
    for (const jwk of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(jwk).not.toHaveProperty(secret);
    }
    for (const alg of asymmetricAlgorithms) {
      const key = keyRing.signing(alg);
      expect(key?.alg).toBe(alg);
      expect(keyRing.find(key?.kid ?? '')).toBe(key);
    }
    expect(keyRing.find('unknown')).toBeUndefined();
  });

  it('F19: what is stored contains no private material in any spelling', async () => {
    const { rows, store } = keyStore();
    const { keyRing, vault } = await load(store, ['RS256', 'ES256', 'EdDSA']);
    const stored = JSON.stringify(rows);
    const unpacked = rows.map((row) => Buffer.from(row.sealed.slice(3), 'base64url').toString('latin1')).join();
    for (const { alg, kid, use } of rows.filter((row) => row.use !== 'secret')) {
      const signing = use === 'signing';
      const key = (signing ? keyRing.signing(alg as AsymmetricAlgorithm) : keyRing.opening(alg === 'RSA' ? 'RSA-OAEP' : 'ECDH-ES', kid))
        ?.privateKey;
      if (!key) throw new Error(`no key for ${alg}`);
      const { d, p, q } = key.export({ format: 'jwk' });
      for (const secret of [d, p, q].filter((value) => value !== undefined)) {
        const octets = Buffer.from(secret, 'base64url');
        for (const spelling of ['base64', 'base64url', 'hex'] as const)
          expect(stored).not.toContain(octets.toString(spelling).slice(0, 16));
        expect(unpacked).not.toContain(octets.toString('latin1'));
      }
    }
    expect(stored).not.toContain('PRIVATE');
    expect(rows.every(({ sealed }) => sealed.startsWith('s1.'))).toBe(true);
    expect(stored).not.toContain(vault.mac('a', 'b').toString('base64url'));
  });

  it('a second start has the same keys and the same vault', async () => {
    const { rows, store } = keyStore();
    const first = await load(store);
    const second = await load(store, ['ES256', 'EdDSA'], masterKey, 1_700_009_999);
    expect(second.keyRing.jwks()).toEqual(first.keyRing.jwks());
    expect(second.vault.open(first.vault.seal('secret'))).toBe('secret');
    expect(second.vault.mac('code', 'x')).toEqual(first.vault.mac('code', 'x'));
    expect(rows).toHaveLength(5);
  });

  it('eight processes starting at once use the same keys, and what one signs another verifies', async () => {
    const { rows, store } = keyStore();
    const all = await Promise.all(Array.from({ length: 8 }, () => load(store)));
    expect(rows).toHaveLength(5);
    expect(new Set(all.map(({ keyRing }) => JSON.stringify(keyRing.jwks()))).size).toBe(1);
    expect(new Set(all.map(({ vault }) => vault.mac('a', 'b').toString('hex'))).size).toBe(1);
    const [signer, verifier] = [all[0]?.keyRing.signing('EdDSA'), all[7]?.keyRing.signing('EdDSA')];
    if (!signer || !verifier) throw new Error('no key');
    const data = Buffer.from('data');
    expect(verify(null, data, verifier.publicKey, sign(null, data, signer.privateKey))).toBe(true);
  });

  it('an algorithm offered later gets its key; one no longer offered signs no more but stays published', async () => {
    const { store } = keyStore();
    const before = await load(store, ['ES256']);
    const after = await load(store, ['EdDSA'], masterKey, 1_700_009_999);
    expect(before.keyRing.signing('EdDSA')).toBeUndefined();
    expect(after.keyRing.signing('ES256')).toBeUndefined();
    expect(after.keyRing.jwks().keys.flatMap((key) => key.alg ?? [])).toEqual(['EdDSA', 'ES256']);
    expect(after.keyRing.find(before.keyRing.signing('ES256')?.kid ?? '')?.alg).toBe('ES256');
  });

  it('what is encrypted to the tenant is opened by the key of its kind and kid, and by no other', async () => {
    const { keyRing } = await load(keyStore().store);
    for (const [alg, kty] of [
      ['RSA-OAEP', 'RSA'],
      ['RSA-OAEP-256', 'RSA'],
      ['ECDH-ES', 'EC'],
      ['ECDH-ES+A256KW', 'EC'],
    ] as const) {
      const published = keyRing.jwks().keys.find((jwk) => jwk.use === 'enc' && jwk.kty === kty);
      const key = keyRing.opening(alg, undefined);
      expect([key?.kid, key?.kind]).toEqual([published?.kid, kty]);
      expect(keyRing.opening(alg, String(published?.kid))).toBe(key);
      expect(keyRing.opening(alg, keyRing.signing('ES256')?.kid)).toBeUndefined();
    }
  });

  it('a wrong master key is told with what to do, and nothing is added', async () => {
    const { rows, store } = keyStore();
    await load(store, ['ES256']);
    const before = [...rows];
    const wrong = load(store, ['ES256', 'EdDSA'], createSecretKey(randomBytes(32)));
    await expect(wrong).rejects.toThrow(/sealed with another master key.*server\.masterKey.*SYMBOLON_MASTER_KEY.*\.key file/);
    expect(rows).toEqual(before);
  });

  it('a sealed key moved to another place in the database does not open', async () => {
    const { rows, store } = keyStore();
    await load(store);
    const [one, two] = rows.filter(({ use }) => use === 'signing');
    if (!one || !two) throw new Error('no keys');
    rows.splice(rows.indexOf(one), 1, { ...one, sealed: two.sealed });
    await expect(load(store)).rejects.toThrow('cannot be opened');
  });

  it('two tenants have nothing in common', async () => {
    const [one, two] = await Promise.all([load(keyStore().store), load(keyStore().store)]);
    expect(one.keyRing.signing('ES256')?.kid).not.toBe(two.keyRing.signing('ES256')?.kid);
    expect(one.vault.mac('a', 'b')).not.toEqual(two.vault.mac('a', 'b'));
    expect(() => two.vault.open(one.vault.seal('secret'))).toThrow();
  });

  it('F20: a successor is published at once and signs when its time has come; the key before it still verifies', async () => {
    const { store } = keyStore();
    let at = 1_700_000_000;
    const keys = await loadTenantKeys({ store, look, masterKey, signing: ['ES256'], now: () => at, random });
    const other = await loadTenantKeys({ store, look, masterKey, signing: ['ES256'], now: () => at, random });
    const first = keys.keyRing.signing('ES256')?.kid ?? '';
    const followed = await Promise.all([keys.follow(first, 'ES256', at + 60), other.follow(first, 'ES256', at + 60)]);
    expect(followed.sort()).toEqual([false, true]);
    for (const { keyRing, reload } of [keys, other]) {
      expect(signingIn(keyRing)).toHaveLength(1);
      await reload();
      expect(signingIn(keyRing)).toHaveLength(2);
      expect(keyRing.signing('ES256')?.kid).toBe(first);
    }
    at += 60;
    const second = keys.keyRing.signing('ES256')?.kid ?? '';
    expect(second).not.toBe(first);
    expect(other.keyRing.signing('ES256')?.kid).toBe(second);
    expect(keys.keyRing.find(first)?.kid).toBe(first);
    await store.remove(first);
    await keys.reload();
    expect(keys.keyRing.find(first)).toBeUndefined();
    expect(signingIn(keys.keyRing)).toEqual([second]);
  });

  it('a clock that was set back still finds a key to sign with', async () => {
    const { store } = keyStore();
    await load(store, ['ES256']);
    const { keyRing } = await load(store, ['ES256'], masterKey, 1_600_000_000);
    expect(keyRing.signing('ES256')?.alg).toBe('ES256');
  });

  it('no key has a name that a command would take for an option', async () => {
    const { store } = keyStore();
    const keys = await load(store, ['ES256']);
    let kid = keys.keyRing.signing('ES256')?.kid ?? '';
    const kids: string[] = [];
    for (let round = 0; round < 300; round++) {
      await keys.follow(kid, 'ES256', 1_700_000_000 - round);
      kid = (await store.list()).at(-1)?.kid ?? '';
      kids.push(kid);
    }
    expect(new Set(kids).size).toBe(300);
    expect(kids.filter((name) => name.startsWith('-'))).toEqual([]);
  });
});
