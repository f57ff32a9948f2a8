/** Claims (OpenID Connect Core section 5.1) as a person reads them: a label in her language and one line of text. */
import type { Json } from '@symbolon/provider';
import { en, type MessageKey } from './messages/en.ts';
import { safeText } from './safe-text.ts';
import { translator } from './translate.ts';

type ClaimKey = Extract<MessageKey, `claim.${string}`>;

function isKnown(key: string): key is ClaimKey {
  return key.startsWith('claim.') && Object.hasOwn(en, key);
}

/** Undefined for a claim of the tenant's own: it has only its name. */
export function claimLabel(name: string, locale: string): string | undefined {
  const key = `claim.${name}`;
  return isKnown(key) ? translator(locale).t(key) : undefined;
}

/** One line; objects and lists by their values, which is what a person wants of an address or of groups. */
export function claimText(name: string, value: Json, locale: string): string {
  const { t, language } = translator(locale);
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? t('value.yes') : t('value.no');
  if (name === 'updated_at' && typeof value === 'number') return date(value, language);
  if (typeof value === 'object')
    return safeText(
      Object.values(value)
        .map((inner: Json) => claimText('', inner, locale))
        .join(', '),
      300,
    );
  return safeText(String(value), 300);
}

/** Epoch seconds, in UTC: the server does not know where the person is. */
function date(seconds: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(seconds * 1000));
}
