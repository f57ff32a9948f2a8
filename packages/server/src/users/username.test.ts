import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usernameKey } from './username.ts';

function keyOf(username: string): string {
  const result = usernameKey(username);
  if ('problem' in result) throw new Error(`${JSON.stringify(username)}: ${result.problem}`);
  return result.key;
}

describe('usernameKey', () => {
  it('J9: User, uSER, user with spaces around and full-width user are one key', () => {
    for (const variant of ['user', 'User', 'uSER', 'user ', '  user', '\u00a0user\u3000', 'ｕｓｅｒ', 'ＵＳＥＲ', '\u{1d4ca}ser']) {
      expect(keyOf(variant)).toBe('user');
    }
  });

  it('E8: composed and decomposed forms, ligatures and compatibility letters are one key', () => {
    expect(keyOf('Åsa')).toBe(keyOf('A\u030asa'));
    expect(keyOf('\u212bsa')).toBe(keyOf('åsa'));
    expect(keyOf('ﬁona')).toBe('fiona');
    expect(keyOf('STRASSE')).toBe(keyOf('straße'));
    expect(keyOf('ΟΔΥΣΣΕΥΣ')).toBe(keyOf('οδυσσευς'));
    expect(keyOf('οδυσσευσ')).toBe(keyOf('οδυσσευς'));
  });

  it('E8: dotted and dotless i, small and capital, are one letter', () => {
    expect(new Set(['irmak', 'IRMAK', 'ırmak', 'İrmak', 'i\u0307rmak'].map(keyOf))).toEqual(new Set(['irmak']));
  });

  it('E8: zero-width, control, direction and invisible characters are refused, not removed', () => {
    const hidden = [
      '\u200b',
      '\u200d',
      '\u2060',
      '\ufeff',
      '\u00ad',
      '\u0000',
      '\n',
      '\u007f',
      '\u202e',
      '\u2028',
      '\u3164',
      '\ufe0f',
      '\u034f',
    ];
    for (const character of [...hidden, '\u{e0061}', '\ud800', '\ue000']) {
      for (const username of [`us${character}er`, `${character}user`, `user${character}`]) {
        expect(usernameKey(username)).toEqual({ problem: 'forbidden_character' });
      }
    }
  });

  it('an e-mail address and a name with spaces stay readable', () => {
    expect(keyOf('Alice.Archer+Work@Example.TEST')).toBe('alice.archer+work@example.test');
    expect(keyOf('Alice   Archer')).toBe('alice archer');
  });

  it('empty and blank names, and names over 254 characters after normalisation, are refused', () => {
    expect(usernameKey('')).toEqual({ problem: 'empty' });
    expect(usernameKey(' \u00a0')).toEqual({ problem: 'empty' });
    expect(keyOf('a'.repeat(254))).toHaveLength(254);
    expect(usernameKey('a'.repeat(255))).toEqual({ problem: 'too_long' });
    expect(usernameKey('\ufdfa'.repeat(254))).toEqual({ problem: 'too_long' });
    expect(usernameKey('x'.repeat(1_000_000))).toEqual({ problem: 'too_long' });
  });

  it('the key of a key is the key, for any text that has one', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
    fc.assert(
      fc.property(text, (username) => {
        const first = usernameKey(username);
        if ('key' in first) expect(usernameKey(first.key)).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it('the key of every letter, alone and with a dot above behind it, is stable under case, form and repetition', () => {
    const unstable: string[] = [];
    for (let code = 0x20; code < 0x10500; code++) {
      // A mark with no letter before it may change places with the next; no name begins so.
      if (/^\p{M}/u.test(String.fromCodePoint(code))) continue;
      for (const text of [String.fromCodePoint(code), `${String.fromCodePoint(code)}\u0307`]) {
        const result = usernameKey(text);
        if ('problem' in result) continue;
        const variants = [result.key, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFKC')];
        if (variants.some((variant) => keyOf(variant) !== result.key)) unstable.push(code.toString(16));
      }
    }
    expect(unstable).toEqual([]);
  });
});
