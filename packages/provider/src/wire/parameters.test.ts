import { describe, expect, it } from 'vitest';
import { OAuthError } from './error.ts';
import { one, parseParameters, required } from './parameters.ts';

describe('parameters', () => {
  it('decodes plus, percent and UTF-8, and takes an empty value as left out', () => {
    const parameters = parseParameters('scope=openid+email&name=%C3%A5&empty=&flag');
    expect(one(parameters, 'scope')).toBe('openid email');
    expect(one(parameters, 'name')).toBe('å');
    expect(one(parameters, 'empty')).toBeUndefined();
    expect(one(parameters, 'flag')).toBeUndefined();
  });

  it('keeps literal colons and slashes, as clients send unencoded redirect URIs', () => {
    expect(one(parseParameters('redirect_uri=https://app.example/cb'), 'redirect_uri')).toBe('https://app.example/cb');
  });

  it('A11: refuses a parameter given twice when it is read, and ignores one that nobody reads', () => {
    const parameters = parseParameters('a=1&a=2&b=3');
    expect(() => one(parameters, 'a')).toThrow('a is given more than once');
    expect(one(parameters, 'b')).toBe('3');
  });

  it.each(['a=%', 'a=%zz', 'a=%C3', 'a=%C3%28', '%FF=1'])('refuses %s, which is not percent-encoded UTF-8', (text) => {
    expect(() => parseParameters(text)).toThrow(OAuthError);
  });

  it('refuses more parameters than any request needs', () => {
    expect(() => parseParameters('a=1&'.repeat(201))).toThrow('more than 200');
  });

  it('knows no special names', () => {
    expect(one(parseParameters('x=1'), '__proto__')).toBeUndefined();
    expect(one(parseParameters('x=1'), 'constructor')).toBeUndefined();
    expect(one(parseParameters('__proto__=1'), '__proto__')).toBe('1');
  });

  it('says which parameter is missing', () => {
    expect(() => required(parseParameters(''), 'code')).toThrow('code is missing');
  });
});
