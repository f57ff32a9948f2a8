import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { exportJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { KeyRing, SigningKey } from '../keys.ts';
import { type AsymmetricAlgorithm, asymmetricAlgorithms } from './algorithms.ts';
import { maximumTokenLength, signJwt, verifyOwnJwt } from './jwt.ts';

const issuer = 'https://op.example';
const now = 1_700_000_000;
const claims = { iss: issuer, sub: 'a', aud: 'web', iat: now, exp: now + 60, name: 'Åsa \u{1f600}', address: { country: 'FI' } };
const expected = { issuer, typ: 'JWT', now };

function pair(alg: AsymmetricAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

const made = new Map<AsymmetricAlgorithm, SigningKey>(asymmetricAlgorithms.map((alg) => [alg, { kid: `key-${alg}`, alg, ...pair(alg) }]));
const asked: string[] = [];
const ring: KeyRing = {
  signing: (alg) => made.get(alg),
  find: (kid) => {
    asked.push(kid);
    return [...made.values()].find((key) => key.kid === kid);
  },
  opening: () => undefined,
  jwks: () => ({ keys: [] }),
};

function keyFor(alg: AsymmetricAlgorithm): SigningKey {
  const key = made.get(alg);
  if (!key) throw new Error(`no key for ${alg}`);
  return key;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose header says what the test wants, honestly signed with HMAC under the given octets. */
function forged(header: unknown, secret: string): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

describe('signatures both ways, with jose as the other side', () => {
  it.each(asymmetricAlgorithms)('jose verifies what we sign with %s', async (alg) => {
    const key = keyFor(alg);
    const token = await signJwt(key, { ...claims, nothing: undefined }, { typ: 'at+jwt' });
    const { payload, protectedHeader } = await jwtVerify(token, key.publicKey, {
      issuer,
      algorithms: [alg],
      currentDate: new Date(now * 1000),
    });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: key.kid });
  });

  it.each(asymmetricAlgorithms)('we verify what jose signs with %s', async (alg) => {
    const key = keyFor(alg);
    const token = await new SignJWT(claims).setProtectedHeader({ kid: key.kid, typ: 'JWT', alg }).sign(key.privateKey);
    expect(verifyOwnJwt(ring, token, expected)).toEqual(claims);
  });

  it('jose verifies what we sign with HS256 under the octets of a client secret', async () => {
    const secret = 'hs256-secret-0123456789abcdef012ä';
    const token = await signJwt({ alg: 'HS256', secret }, claims);
    const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(secret), { currentDate: new Date(now * 1000) });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
  });

  it('one key signs several types, each with its own header', async () => {
    const key = keyFor('ES256');
    const types = ['JWT', 'logout+jwt', 'JWT'];
    const tokens = await Promise.all(types.map((typ) => signJwt(key, claims, { typ })));
    const declared = tokens.map((token) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).typ);
    expect(declared).toEqual(types);
  });
});

describe('what is refused', () => {
  it('F1: alg none, with and without a signature', async () => {
    const signed = await signJwt(keyFor('RS256'), claims);
    for (const alg of ['none', 'None', 'NONE', '', undefined]) {
      const head = part({ alg, kid: 'key-RS256' });
      expect(verifyOwnJwt(ring, `${head}.${part(claims)}.`, expected)).toBeUndefined();
      expect(verifyOwnJwt(ring, `${head}.${part(claims)}.${signed.split('.')[2]}`, expected)).toBeUndefined();
    }
  });

  it('F1: HS256 keyed by the public key in each of its spellings', () => {
    const { publicKey, kid } = keyFor('RS256');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const secret of [pem, pem.trimEnd(), publicKey.export({ type: 'spki', format: 'der' }).toString('latin1')]) {
      expect(verifyOwnJwt(ring, forged({ alg: 'HS256', kid }, secret), expected)).toBeUndefined();
      expect(verifyOwnJwt(ring, forged({ alg: 'RS256', kid }, secret), expected)).toBeUndefined();
    }
  });

  it('F1: a key used with another algorithm than its own, even of the same kind', async () => {
    const { privateKey, kid } = keyFor('RS256');
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid }).sign(privateKey);
    expect(verifyOwnJwt(ring, token, expected)).toBeUndefined();
  });

  it('F1: a header that names another algorithm than its key has, though the signature is good', () => {
    const { privateKey, kid } = keyFor('RS256');
    const signedAs = (alg: string) => {
      const input = `${part({ alg, kid })}.${part(claims)}`;
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    };
    expect(verifyOwnJwt(ring, signedAs('RS256'), expected)).toEqual(claims);
    for (const alg of ['none', 'PS256', 'HS256', 'ES256', 'rs256', '']) expect(verifyOwnJwt(ring, signedAs(alg), expected)).toBeUndefined();
  });

  it('F2: kid with a path, with SQL, unknown, missing, of another type, and 10 kB long, which is not even looked up', () => {
    asked.length = 0;
    for (const kid of ['../../etc/passwd', "' OR 1=1 --", 'unknown', '__proto__', undefined, 7, ['key-RS256'], null]) {
      expect(verifyOwnJwt(ring, forged({ alg: 'RS256', kid }, ''), expected)).toBeUndefined();
    }
    expect(asked).toEqual(['../../etc/passwd', "' OR 1=1 --", 'unknown', '__proto__']);
    asked.length = 0;
    for (const length of [129, 10_000])
      expect(verifyOwnJwt(ring, forged({ alg: 'RS256', kid: 'k'.repeat(length) }, ''), expected)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('F3: jwk, jku, x5u and x5c bring no key of their own', async () => {
    const own = pair('ES256');
    const jwk = await exportJWK(own.publicKey);
    for (const extra of [{ jwk }, { jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example/x' }, { x5c: ['AAAA'] }]) {
      for (const kid of ['key-ES256', 'mine', undefined]) {
        const header = { alg: 'ES256', ...(kid && { kid }), ...extra };
        const token = await new SignJWT(claims).setProtectedHeader(header).sign(own.privateKey);
        expect(verifyOwnJwt(ring, token, expected)).toBeUndefined();
      }
    }
  });

  it('F4: a token of another type, another issuer, or past its end when the time is asked for', async () => {
    const key = keyFor('EdDSA');
    const token = await signJwt(key, claims, { typ: 'at+jwt' });
    expect(verifyOwnJwt(ring, token, { ...expected, typ: 'at+jwt' })).toEqual(claims);
    expect(verifyOwnJwt(ring, token, expected)).toBeUndefined();
    expect(verifyOwnJwt(ring, token, { ...expected, typ: 'at+jwt', issuer: `${issuer}/` })).toBeUndefined();
    expect(verifyOwnJwt(ring, token, { ...expected, typ: 'at+jwt', now: now + 60 })).toBeUndefined();
    expect(verifyOwnJwt(ring, token, { issuer, typ: 'at+jwt' })).toEqual(claims);
  });

  it('F5: signatures with slack bits, padding, other alphabets, cut or longer; and changed payloads', async () => {
    const token = await signJwt(keyFor('RS256'), claims);
    const [head, body, tail = ''] = token.split('.');
    // 256 octets leave four of the last character's six bits unused: another character decodes to the same octets.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const slack = `${tail.slice(0, -1)}${alphabet[alphabet.indexOf(tail.slice(-1)) + 1]}`;
    expect(Buffer.from(slack, 'base64url')).toEqual(Buffer.from(tail, 'base64url'));
    for (const bad of [slack, `${tail}==`, ` ${tail}`, tail.slice(0, -4), `${tail}AAAA`, '', 'A']) {
      expect(verifyOwnJwt(ring, `${head}.${body}.${bad}`, expected)).toBeUndefined();
    }
    expect(verifyOwnJwt(ring, `${head}.${part({ ...claims, sub: 'b' })}.${tail}`, expected)).toBeUndefined();
    expect(verifyOwnJwt(ring, `${token}.x`, expected)).toBeUndefined();
    expect(verifyOwnJwt(ring, token, expected)).toEqual(claims);
  });

  it('F21: a token over the limit is refused although its signature is good', async () => {
    const key = keyFor('ES256');
    const small = await signJwt(key, { ...claims, filler: 'x'.repeat(8000) });
    const large = await signJwt(key, { ...claims, filler: 'x'.repeat(maximumTokenLength) });
    expect(verifyOwnJwt(ring, small, expected)).toBeDefined();
    expect(verifyOwnJwt(ring, large, expected)).toBeUndefined();
  });

  it('a critical extension (RFC 7515 section 4.1.11), a payload that is no object, and garbage', async () => {
    const key = keyFor('EdDSA');
    const critical = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, crit: ['b64'], b64: true })
      .sign(key.privateKey);
    expect(verifyOwnJwt(ring, critical, expected)).toBeUndefined();
    for (const garbage of ['', '.', '..', '...', 'a.b.c', `${part([])}.${part({})}.AAAA`, `${part(null)}.${part({})}.AAAA`]) {
      expect(verifyOwnJwt(ring, garbage, expected)).toBeUndefined();
    }
  });
});
