import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDer } from './der.ts';
import { distinguishedName, escapedValue, nameOfDer } from './distinguished-name.ts';

const one = (text: string) => distinguishedName(text);

/** A Name of common names, each in a set of its own, as UTF8String unless another tag is wanted. */
function nameOf(values: readonly string[], tag = 0x0c, encoding: BufferEncoding = 'utf8') {
  const wrap = (outer: number, content: Buffer) => Buffer.concat([Buffer.from([outer, content.length]), content]);
  const type = Buffer.from('0603550403', 'hex');
  const sets = values.map((value) => wrap(0x31, wrap(0x30, Buffer.concat([type, wrap(tag, Buffer.from(value, encoding))]))));
  return readDer(wrap(0x30, Buffer.concat(sets)));
}

describe('distinguished names', () => {
  it('are the same however RFC 4514 allows them to be written', () => {
    const expected = one('CN=shop,O=Example Oy,C=FI');
    expect(expected).toBe('2.5.4.3=shop,2.5.4.10=Example Oy,2.5.4.6=FI');
    const spellings = ['cn=shop, o=Example Oy, c=FI', '2.5.4.3=shop,2.5.4.10=Example Oy,C=FI', 'CN = shop , O="Example Oy" , C = FI'];
    for (const text of [...spellings, 'CN=sh\\6Fp,O=Example\\ Oy,C=\\46\\49']) expect([text, one(text)]).toEqual([text, expected]);
  });

  it('are different where order, letter case or a blank in a value is', () => {
    const all = ['CN=a,O=b', 'O=b,CN=a', 'CN=A,O=b', 'CN=a\\ ,O=b', 'CN=a', 'CN=a,O=b,O=b', 'CN=a+O=b', 'CN=a\\,O=b', 'CN=a\\=O\\=b'].map(
      one,
    );
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(undefined);
  });

  it('of several values in one part are the same in any order', () => {
    expect(one('CN=a+O=b,C=FI')).toBe(one('O=b+CN=a,C=FI'));
  });

  it.each([
    '',
    'shop',
    'CN=',
    '=shop',
    'CN=a,',
    ',CN=a',
    'CN=a,,O=b',
    'XX=a',
    '/C=FI/CN=shop',
    'CN=a"b',
    'CN=a<b',
    'CN=\\',
    'CN=a\\ff',
    'CN=#0',
    'CN=#zz',
  ])('are not: %s', (text) => expect(one(text)).toBeUndefined());

  it('keep blanks of other kinds at the beginning of a value, as a certificate does', () => {
    expect(one('CN=\u00a0bank')).toBe('2.5.4.3=\u00a0bank');
    expect(one(' CN = bank')).toBe('2.5.4.3=bank');
  });

  it('with any value are read back as they were escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        fc.pre(!value.includes('\0'));
        const written = `CN=${escapedValue(value)}`;
        expect(one(written)).toBe(`2.5.4.3=${escapedValue(value)}`);
        expect(one(`${written},O=x`)).toBe(`2.5.4.3=${escapedValue(value)},2.5.4.10=x`);
      }),
    );
  });

  it('in a certificate say the last part first, whichever kind of text they are', () => {
    expect(nameOfDer(nameOf(['outer', 'inner']))).toBe(one('CN=inner,CN=outer'));
    expect(nameOfDer(nameOf(['shop'], 0x13))).toBe(one('CN=shop'));
    expect(nameOfDer(nameOf(['Käyttäjä']))).toBe(one('CN=Käyttäjä'));
    expect(nameOfDer(nameOf(['0073006800f6'], 0x1e, 'hex'))).toBe(one('CN=shö'));
  });

  it('in a certificate keep apart what text would mix up', () => {
    const names = [['a,2.5.4.3=b'], ['b', 'a'], ['a+2.5.4.3=b'], ['a\\,b'], ['a,b'], ['a\0b'], ['a']].map((values) =>
      nameOfDer(nameOf(values)),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(nameOfDer(nameOf(['ff'], 0x0c, 'hex'))).toBe('2.5.4.3=\\#0c01ff');
  });
});
