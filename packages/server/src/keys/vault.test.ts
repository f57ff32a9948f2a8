import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVault } from './vault.ts';

const secret = Buffer.alloc(32, 7);

describe('vault', () => {
  it('mac is HMAC-SHA256 under the HKDF key of its purpose, so that every process and every version agrees', () => {
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'symbolon mac access_token', 32));
    expect(createVault(secret).mac('access_token', 'data')).toEqual(createHmac('sha256', key).update('data').digest());
    expect(createVault(secret).mac('access_token', 'data').toString('hex')).toBe(
      '942d1090dd79cbb07748e4f156d95143a1fdd5b214ca3014da49fead94293506',
    );
  });

  it('mac differs by purpose, data and secret, and not by anything else', () => {
    const vault = createVault(secret);
    const macs = [
      vault.mac('a', 'data'),
      vault.mac('b', 'data'),
      vault.mac('a', 'datb'),
      createVault(randomBytes(32)).mac('a', 'data'),
    ].map((mac) => mac.toString('hex'));
    expect(new Set(macs).size).toBe(4);
    expect(vault.mac('a', 'data')).toEqual(createVault(secret).mac('a', 'data'));
    expect(vault.mac('a', 'data')).toHaveLength(32);
  });

  it('opens what it sealed; another tenant does not', () => {
    const sealed = createVault(secret).seal('client secret');
    expect(createVault(secret).open(sealed)).toBe('client secret');
    expect(() => createVault(randomBytes(32)).open(sealed)).toThrow();
    expect(() => createVault(secret).open('client secret')).toThrow();
  });
});
