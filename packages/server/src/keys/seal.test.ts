import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { open, seal } from './seal.ts';

const key = createSecretKey(randomBytes(32));

describe('sealed text', () => {
  it('opens with the same key and purpose, whatever it says', () => {
    for (const plain of ['', 'secret', 'Å \u{1f600}', 'x'.repeat(100_000)]) expect(open(key, 'test', seal(key, 'test', plain))).toBe(plain);
  });

  it('F19: shows nothing of what is in it and is never the same twice', () => {
    const sealed = Array.from({ length: 100 }, () => seal(key, 'test', 'very secret'));
    expect(new Set(sealed).size).toBe(100);
    expect(new Set(sealed.map((text) => text.slice(3, 19))).size).toBe(100);
    for (const text of sealed) expect(Buffer.from(text.slice(3), 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('does not open with another key or for another purpose', () => {
    const sealed = seal(key, 'test', 'secret');
    expect(() => open(createSecretKey(randomBytes(32)), 'test', sealed)).toThrow();
    expect(() => open(key, 'test ', sealed)).toThrow();
  });

  it('does not open when any octet was changed, cut or added', () => {
    const octets = Buffer.from(seal(key, 'test', 'secret').slice(3), 'base64url');
    for (let at = 0; at < octets.length; at++) {
      const changed = Buffer.from(octets);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => open(key, 'test', `s1.${changed.toString('base64url')}`)).toThrow();
    }
    expect(() => open(key, 'test', `s1.${octets.subarray(0, -1).toString('base64url')}`)).toThrow();
    expect(() => open(key, 'test', `s1.${octets.toString('base64url')}AAAA`)).toThrow();
  });

  it('refuses what is no sealed text', () => {
    const sealed = seal(key, 'test', 'secret');
    for (const text of ['', 's1.', 's1.AAAA', sealed.replace('s1.', 's2.'), sealed.replace('s1.', ''), `${sealed} `]) {
      expect(() => open(key, 'test', text), text).toThrow('not a sealed text');
    }
  });
});
