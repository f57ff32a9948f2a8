import { IntlMessageFormat } from 'intl-messageformat';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { duration } from './duration.ts';
import { en, type MessageKey } from './messages/en.ts';
import { direction, languages, translated, translator } from './translate.ts';

const keys = Object.keys(en) as MessageKey[];

type Node = {
  readonly type: number;
  readonly value?: unknown;
  readonly options?: Readonly<Record<string, { readonly value: readonly Node[] }>>;
};

/** The arguments of a compiled message, those inside plural branches included; 1 is an argument, 6 a plural, 8 a tag. */
function placeholders(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ type, value, options }) => [
    ...(type === 1 || type === 6 ? [String(value)] : type === 0 || type === 7 ? [] : [`unexpected ${type}`]),
    ...Object.values(options ?? {}).flatMap((option) => placeholders(option.value)),
  ]);
}

const namesOf = (message: string, language: string) =>
  [...new Set(placeholders(new IntlMessageFormat(message, language).getAst() as unknown as Node[]))].toSorted();

describe('the words of the pages', () => {
  it.each(Object.entries(languages))(
    '%s has every key of English, with the same values in braces, and no stray quote',
    (language, messages) => {
      expect(Object.keys(messages).toSorted()).toEqual(keys.toSorted());
      for (const key of keys) {
        expect([key, namesOf(messages[key], language)]).toEqual([key, namesOf(en[key], 'en')]);
        expect(messages[key]).not.toMatch(/['"<>\u202a-\u202e]|^\s|\s$| {2}/);
        expect(messages[key]).not.toBe('');
      }
    },
  );

  it.each(Object.keys(languages).filter((language) => language !== 'en'))('%s is a translation, not a copy', (language) => {
    const same = keys.filter((key) => languages[language]?.[key] === en[key]);
    expect(same.length).toBeLessThan(8);
  });

  it('fills in values, text or elements', () => {
    const { t, rich } = translator('en');
    expect(t('home.hello', { name: '<b>' })).toBe('Hello, <b>');
    expect(renderToString(<p>{rich('home.hello', { name: <b>{'<Al>'}</b> })}</p>)).toBe('<p>Hello, <b>&lt;Al></b></p>');
    expect(renderToString(<p>{rich('home.hello', { name: '{client} <x>' })}</p>)).toBe('<p>Hello, {client} &lt;x></p>');
  });

  it('a missing or misspelt value fails the type-check', () => {
    const { t } = translator('en');
    // @ts-expect-error the value `name` is missing
    expect(() => t('home.hello')).toThrow();
    // @ts-expect-error `nam` is not the value's name
    expect(() => t('home.hello', { nam: 'x' })).toThrow();
    // @ts-expect-error there is no such message
    expect(() => t('home.hullo')).toThrow();
  });

  it('takes the language of a regional tag, and English where there is no translation', () => {
    expect(translator('fi-FI').t('login.title')).toBe('Kirjaudu sisään');
    expect(translator('ar').language).toBe('en');
    expect(translator('"><script>').language).toBe('en');
    expect(translated(['ar', 'fi-FI', 'en'])).toEqual(['fi-FI', 'en']);
  });

  it('knows which languages run from right to left', () => {
    expect(['ar', 'he-IL', 'fa', 'en', 'fi'].map(direction)).toEqual(['rtl', 'rtl', 'rtl', 'ltr', 'ltr']);
  });

  it.each([
    [30, '1 minute'],
    [300, '5 minutes'],
    [3600, '1 hour'],
    [5400, '90 minutes'],
    [7200, '2 hours'],
    [86400, '24 hours'],
    [2592000, '30 days'],
  ])('%i seconds are %s', (seconds, expected) => {
    expect(duration(seconds, translator('en').t)).toBe(expected);
  });

  it('counts in the grammar of each language', () => {
    expect(duration(3600, translator('fi').t)).toBe('1 tunnin');
    expect(duration(2592000, translator('sv').t)).toBe('30 dagar');
    expect(duration(3600, translator('fr').t)).toBe('1 heure');
  });
});
