import { describe, expect, it } from 'vitest';
import { formTarget, ownAddress, redirectIdentity, safeUrl } from './safe-url.ts';

const dangerous = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' \tjavascript:alert(1)',
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'blob:https://a.example/1',
  'file:///etc/passwd',
  'https://user@a.example/',
  '',
  'not a url',
];

describe('addresses on pages', () => {
  it('K7: only https and loopback http are linked', () => {
    expect(safeUrl('https://a.example/x?y=1')).toBe('https://a.example/x?y=1');
    for (const url of ['http://127.0.0.1:5000/', 'http://localhost/', 'http://[::1]:1/']) expect(safeUrl(url)).toBe(url);
    for (const url of [...dangerous, 'http://a.example/', 'http://127.0.0.1.evil.example/', undefined])
      expect(safeUrl(url)).toBeUndefined();
  });

  it('K7: markup in an address is percent-encoded', () => {
    expect(safeUrl('https://a.example/"><script>')).toBe('https://a.example/%22%3E%3Cscript%3E');
  });

  it('A13: an address of ours is a path from the root, never another host', () => {
    expect(ownAddress('/login?request=1')).toBe('/login?request=1');
    for (const url of ['//evil.example', '/\\evil.example', 'evil', ...dangerous]) expect(() => ownAddress(url)).toThrow(TypeError);
  });

  it('K9: a form goes to web addresses only', () => {
    expect(formTarget('https://a.example/cb?x=1')).toBe('https://a.example/cb?x=1');
    for (const url of dangerous) expect(() => formTarget(url)).toThrow(TypeError);
  });

  it('H4: who receives the answer is told by host, in ASCII, or by scheme', () => {
    expect(redirectIdentity('https://app.example:8443/cb')).toBe('app.example:8443');
    expect(redirectIdentity('https://аpple.example/cb')).toBe('xn--pple-43d.example');
    expect(redirectIdentity('com.example.app:/cb')).toBe('com.example.app');
    expect(redirectIdentity('')).toBe('');
  });
});
