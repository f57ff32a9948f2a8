/** What a scope means, in words for a person. */
import { claimLabel } from './claims.ts';
import { en, type MessageKey } from './messages/en.ts';
import { safeText } from './safe-text.ts';
import { type Translator, translator } from './translate.ts';

export type ScopeWords = {
  readonly name: string;
  /** From the tenant's own definition; standard scopes have ours, in the page's language. */
  readonly description?: string;
  /** The claims it releases of this person, by name. */
  readonly claims?: readonly string[];
};

/** Says something of another claim, and nothing that a person would miss. A claim of the scope's own name is the scope once more. */
const about = /_verified$|^updated_at$/;

export function ScopeText({ scope, locale }: { readonly scope: ScopeWords; readonly locale: string }) {
  const { t } = translator(locale);
  const { name, description, claims = [] } = scope;
  const details = claims
    .filter((claim) => claim !== name && !about.test(claim))
    .map((claim) => claimLabel(claim, locale) ?? safeText(claim));
  return (
    <>
      {description === undefined ? standard(name, t) : <bdi>{safeText(description, 160)}</bdi>}
      {details.length === 0 ? null : <span class="detail">{details.join(', ')}</span>}
    </>
  );
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
