import { describe, expect, it } from 'vitest';
import { sameText, sha256, tokenHash } from './hashes.ts';

describe('hashes', () => {
  it('sha256 answers the FIPS 180-2 vector in base64url', () => {
    expect(Buffer.from(sha256('abc'), 'base64url').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(sha256('abc')).toHaveLength(43);
  });

  it('sha256 is the S256 transformation of RFC 7636 appendix B', () => {
    expect(sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('tokenHash answers the at_hash and c_hash of OpenID Connect Core appendix A.3, A.4 and A.6', () => {
    expect(tokenHash('RS256', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y')).toBe('77QmUPtjPfzWtF2AnpK9RQ');
    expect(tokenHash('RS256', 'Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk')).toBe('LDktKdoQak3Pk0cnXxCltA');
  });

  it('tokenHash takes the left half of SHA-512 for EdDSA and of SHA-256 for all others', () => {
    const half = 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a';
    expect(Buffer.from(tokenHash('EdDSA', 'abc'), 'base64url').toString('hex')).toBe(half);
    for (const alg of ['RS256', 'PS256', 'ES256', 'HS256'] as const) {
      expect(Buffer.from(tokenHash(alg, 'abc'), 'base64url').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223');
    }
  });

  it('sameText compares texts of any two lengths', () => {
    expect(sameText('secret', 'secret')).toBe(true);
    expect(sameText('', '')).toBe(true);
    expect(sameText('secret', 'secreT')).toBe(false);
    expect(sameText('secret', 'secret ')).toBe(false);
    expect(sameText('secret', '')).toBe(false);
  });
});
