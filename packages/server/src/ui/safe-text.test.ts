import { describe, expect, it } from 'vitest';
import { cleanText, initial, safeText } from './safe-text.ts';

describe('text that others chose', () => {
  it('H4: loses bidirectional, control and invisible characters', () => {
    expect(safeText('Bank\u202e moc.live\u2069\u200f\u061c')).toBe('Bank moc.live');
    expect(safeText('a\u0000b\u001bc\u007f\u00add\u200be\u2060f\u3164g')).toBe('abcdefg');
    expect(safeText('\u{e0041}tag\ud800')).toBe('tag');
  });

  it('H4: is one line of at most 80 characters', () => {
    expect(safeText(' a\r\n\t b\u2028c ')).toBe('a b c');
    const long = safeText('x'.repeat(500));
    expect(Array.from(long)).toHaveLength(80);
    expect(long.endsWith('…')).toBe(true);
    expect(safeText('x'.repeat(80))).toBe('x'.repeat(80));
    expect(Array.from(safeText('😀'.repeat(100)))).toHaveLength(80);
  });

  it('H4: does not climb over its neighbours', () => {
    expect(safeText(`e${'\u0301'.repeat(50)}f`)).toBe(`e${'\u0301'.repeat(3)}f`);
  });

  it('H4: is empty when nothing visible is left', () => {
    expect(cleanText('\u200d\ufe0f \u202e')).toBe('');
  });

  it('keeps what languages and emoji need', () => {
    expect(safeText('می\u200cخواهم')).toBe('می\u200cخواهم');
    expect(safeText('👩\u200d💻 Åsa ∞ Ω')).toBe('👩\u200d💻 Åsa ∞ Ω');
  });

  it('answers a letter for a name', () => {
    expect([initial('"> éclair'), initial('\u202e'), initial('')]).toEqual(['É', '·', '·']);
  });
});
