/** What a scope means, in words for a person. */
import { en, type MessageKey } from './messages/en.ts';
import { safeText } from './safe-text.ts';
import { type Translator, translator } from './translate.ts';

export type ScopeWords = {
  readonly name: string;
  /** From the tenant's own definition; standard scopes have ours, in the page's language. */
  readonly description?: string;
};

export function ScopeText({ scope, locale }: { readonly scope: ScopeWords; readonly locale: string }) {
  const { t } = translator(locale);
  return <>{scope.description === undefined ? standard(scope.name, t) : <bdi>{safeText(scope.description, 160)}</bdi>}</>;
}

type StandardScope = Extract<MessageKey, `scope.${string}`>;

function isStandard(key: string): key is StandardScope {
  return key.startsWith('scope.') && Object.hasOwn(en, key);
}

/** A scope nobody described is shown by its name, as code: honest, if not kind. */
function standard(name: string, t: Translator['t']) {
  const key = `scope.${name}`;
  return isStandard(key) ? t(key) : <code>{safeText(name)}</code>;
}
