/**
 * The words of the pages. English is the source: a key missing in another language, or a value missing at a call, fails the
 * type-check. Messages are ICU MessageFormat, compiled at first use and kept; the number of languages bounds the memory.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import type { ComponentChild } from 'preact';
import { en, type MessageKey, type Messages } from './messages/en.ts';
import { fi } from './messages/fi.ts';
import { fr } from './messages/fr.ts';
import { nl } from './messages/nl.ts';
import { sv } from './messages/sv.ts';
import { negotiate } from './negotiate.ts';

export const languages: Readonly<Record<string, Messages>> = { en, fi, sv, nl, fr };

/** The names in braces of an English message: `{name}`, or `{count, plural, ...}`; what has a space in it is text of a plural's branch. */
type Names<Message extends string> = Message extends `${string}{${infer Inner}}${infer Rest}`
  ? Name<Inner extends `${infer First},${string}` ? First : Inner> | Names<Rest>
  : never;
type Name<Text extends string> = Text extends `${string} ${string}` | '' ? never : Text;

type Arguments<Key extends MessageKey, Value> = [Names<(typeof en)[Key]>] extends [never]
  ? readonly []
  : readonly [values: Readonly<Record<Names<(typeof en)[Key]>, Value>>];

export type Translator = {
  /** The language the words are in: the one asked for, or English when there is no translation. */
  readonly language: string;
  readonly t: <Key extends MessageKey>(key: Key, ...values: Arguments<Key, string | number>) => string;
  /** The same, where a value is a piece of page: a name in bold, a link. */
  readonly rich: <Key extends MessageKey>(key: Key, ...values: Arguments<Key, ComponentChild>) => ComponentChild[];
};

function compile(language: string, messages: Messages): Translator {
  const compiled = new Map<MessageKey, IntlMessageFormat>();
  const message = (key: MessageKey): IntlMessageFormat => {
    const known = compiled.get(key) ?? new IntlMessageFormat(messages[key], language);
    compiled.set(key, known);
    return known;
  };
  return {
    language,
    t: (key, ...[values]) => String(message(key).format(values)),
    rich: (key, ...[values]) =>
      message(key)
        .formatToParts<ComponentChild>(values)
        .map(({ value }) => value),
  };
}

const translators = new Map<string, Translator>();

/** The words of a language; of `fi` for `fi-FI`, of English where we have no translation. */
export function translator(locale: string): Translator {
  const language = negotiate(locale, undefined, ['en', ...Object.keys(languages)]);
  const known = translators.get(language) ?? compile(language, languages[language] ?? en);
  translators.set(language, known);
  return known;
}

/** Those of a tenant's languages that pages can be shown in; the others would be English under another name. */
export function translated(locales: readonly string[]): readonly string[] {
  return locales.filter((locale) => locale.toLowerCase().split('-')[0] === translator(locale).language);
}

/** ISO 15924 knows more; these are the languages written from right to left that BCP 47 tags commonly name. */
export function direction(locale: string): 'ltr' | 'rtl' {
  return ['ar', 'fa', 'he', 'ps', 'ur', 'yi'].includes(locale.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr';
}
