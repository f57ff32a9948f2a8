import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newFamily, readRefreshToken, writeRefreshToken } from '../../packages/provider/src/token/refresh-token.ts';
import { testProvider } from '../support/provider.ts';

const { op } = await testProvider();
const { op: other } = await testProvider();

describe('security: refresh tokens', () => {
  it('reads back what it wrote, and writes the same successor every time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), fc.integer({ min: 0, max: 0xffff_ffff }), (bytes, generation) => {
        const family = Buffer.from(bytes).toString('base64url');
        const token = writeRefreshToken(op.vault, family, generation);
        expect(token).toMatch(/^[\w-]{59}$/);
        expect(readRefreshToken(op.vault, token)).toMatchObject({ family, generation });
        expect(writeRefreshToken(op.vault, family, generation)).toBe(token);
      }),
    );
  });

  it('F5: any change, cut, addition or slack bit is refused', () => {
    const token = writeRefreshToken(op.vault, newFamily(op), 7);
    for (let at = 0; at < token.length; at++) {
      for (const letter of ['A', 'b', '-', '9']) {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        if (changed !== token) expect(readRefreshToken(op.vault, changed)).toBeUndefined();
      }
    }
    for (const changed of [token.slice(0, -1), `${token}A`, `${token}=`, ` ${token}`, token.toUpperCase(), token.toLowerCase(), '']) {
      expect(readRefreshToken(op.vault, changed)).toBeUndefined();
    }
  });

  it('a token of another tenant is refused', () => {
    expect(readRefreshToken(other.vault, writeRefreshToken(op.vault, newFamily(op), 0))).toBeUndefined();
  });
});
