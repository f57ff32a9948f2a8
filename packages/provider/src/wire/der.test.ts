import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derOid, derParts, readDer } from './der.ts';

const read = (hex: string) => readDer(Buffer.from(hex, 'hex'));

describe('DER', () => {
  it('is read with short and long lengths', () => {
    expect(derParts(read('3006020101020102')).map(({ content }) => content.toString('hex'))).toEqual(['01', '02']);
    expect(read(`048180${'00'.repeat(128)}`).content).toHaveLength(128);
    expect(read(`04820100${'00'.repeat(256)}`).content).toHaveLength(256);
  });

  it.each(['', '30', '3001', '0402ff', '048100', '04817f', '04820001ff', '0480ff0000', '0484000000010a', '1f2200', '02010100'])(
    'is not: %s',
    (hex) => expect(() => read(hex)).toThrow(TypeError),
  );

  it('has object identifiers of any size, and of no absurd one', () => {
    expect(derOid(read('06092a864886f70d01010b'))).toBe('1.2.840.113549.1.1.11');
    expect(derOid(read('0603883703'))).toBe('2.999.3');
    expect(() => derOid(read(`0620${'ff'.repeat(32)}`))).toThrow(TypeError);
  });

  it('of any octets is read or refused, and never read beyond its end', () => {
    const walk = (octets: Buffer): void => {
      const value = readDer(octets);
      expect(value.whole.length).toBe(octets.length);
      if ((value.tag & 0x20) !== 0) for (const part of derParts(value)) walk(part.whole);
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        try {
          walk(Buffer.from(octets));
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
