import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { asymmetricAlgorithms } from '@symbolon/provider';
import { describe, expect, it } from 'vitest';
import { makeSigningKey, publicJwk, readSigningKey, thumbprint, writePrivateKey } from './signing-keys.ts';

describe('thumbprint', () => {
  it('answers the example of RFC 7638 section 3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(thumbprint(createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' }))).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    );
  });

  it('answers the example of RFC 8037 appendix A.3', () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    expect(thumbprint(createPublicKey({ key: jwk, format: 'jwk' }))).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });
});

describe('signing keys', () => {
  it.each(asymmetricAlgorithms)('D11: the JWK of a %s key has its required members, unpadded, and nothing private', async (alg) => {
    const key = await makeSigningKey(alg);
    const { kty, kid, alg: named, use, ...material } = publicJwk(key);
    expect({ kid, named, use }).toEqual({ kid: key.kid, named: alg, use: 'sig' });
    const required = { RSA: ['e', 'n'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] };
    expect(Object.keys(material).sort()).toEqual(required[kty as keyof typeof required]);
    for (const value of Object.values(material)) expect(value).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(createPublicKey({ key: { kty: String(kty), ...material }, format: 'jwk' }).equals(key.publicKey)).toBe(true);
  });

  it('have the strength and the curve their algorithm asks for', async () => {
    const details = await Promise.all(asymmetricAlgorithms.map(async (alg) => (await makeSigningKey(alg)).publicKey));
    expect(details.map((key) => key.asymmetricKeyType)).toEqual(['rsa', 'rsa', 'ec', 'ed25519']);
    expect(details.map((key) => key.asymmetricKeyDetails?.modulusLength)).toEqual([2048, 2048, undefined, undefined]);
    expect(details[2]?.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('are read as they were written', async () => {
    const key = await makeSigningKey('ES256');
    const read = readSigningKey('ES256', writePrivateKey(key));
    expect(read.kid).toBe(key.kid);
    expect(read.privateKey.equals(key.privateKey)).toBe(true);
    expect(read.publicKey.equals(key.publicKey)).toBe(true);
  });

  it('a private half in the wrong place does not get into a JWK', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const jwk = publicJwk({ kid: 'k', alg: 'EdDSA', privateKey, publicKey: privateKey });
    expect(Object.keys(jwk)).not.toContain('d');
  });
});
