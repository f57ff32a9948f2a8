import { describe, expect, it } from 'vitest';
import { negotiate } from './negotiate.ts';

const locales = ['en', 'fi', 'sv', 'zh-Hant', 'fr-CA'];

describe('the language of a page', () => {
  it.each([
    ['fi', undefined, 'fi'],
    ['FI', undefined, 'fi'],
    ['fi-FI', undefined, 'fi'],
    ['zh-hant-tw', undefined, 'zh-Hant'],
    ['zh-Hant-x-private', undefined, 'zh-Hant'],
    ['fr', undefined, 'en'],
    ['de sv-FI fi', undefined, 'sv'],
    ['de', 'fi', 'fi'],
    [undefined, 'de, fi;q=0.5, sv;q=0.8', 'sv'],
    [undefined, 'fi;q=0, sv;q=0.1', 'sv'],
    [undefined, '*', 'en'],
    [undefined, undefined, 'en'],
    ['sv', 'fi', 'sv'],
  ])('RFC 4647 lookup: ui_locales %s and Accept-Language %s give %s', (uiLocales, acceptLanguage, expected) => {
    expect(negotiate(uiLocales, acceptLanguage, locales)).toBe(expected);
  });

  it('A6, K6: anything else is ignored, and quickly', () => {
    const started = performance.now();
    for (const bad of ['se', '"><script>', '{{', '-', 'x-y', '__proto__', 'a'.repeat(100_000), 'a-'.repeat(50_000), ' '.repeat(100_000)]) {
      expect(negotiate(bad, bad, locales)).toBe('en');
      expect(negotiate(undefined, `${bad};q=${bad},${bad}`, locales)).toBe('en');
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('falls back to the first language of the tenant, and to English without one', () => {
    expect(negotiate('de', 'it', ['sv', 'fi'])).toBe('sv');
    expect(negotiate('de', 'it', [])).toBe('en');
  });
});
