/**
 * Consent, as a sentence a person would say: who gets what, from where, for how long, and how to take it back. The host of the
 * redirect URI stands beside the name, because the name is the client's own claim (H4, OAuth 2.0 Security BCP section 4.1).
 * Stable ids: `consent-allow`, `consent-deny`, `consent-switch` (action=allow, deny, switch).
 */
import { type Asker, AskerBadge, AskerLinks, AskerName } from '../../ui/asker.tsx';
import { duration } from '../../ui/duration.ts';
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { redirectIdentity } from '../../ui/safe-url.ts';
import { ScopeText, type ScopeWords } from '../../ui/scope-text.tsx';
import { translator } from '../../ui/translate.ts';

export type ConsentView = FormTarget & {
  readonly client: Asker;
  readonly redirectUri: string;
  readonly scopes: readonly ScopeWords[];
  /** Whether the application gets a refresh token: access while the person is away. */
  readonly offline: boolean;
  /** Seconds: of an access token, or of a refresh token that is not used. */
  readonly lifetime: number;
  readonly signedInAs: string;
  /** Who told us, where it was an upstream. */
  readonly from?: string;
};

/** The consent page as HTML. */
export function consentPage(view: ConsentView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const tenant = <bdi>{safeText(context.tenant.name)}</bdi>;
  return renderPage({
    context,
    title: t('consent.title'),
    children: (
      <>
        <AskerBadge client={view.client} host={redirectIdentity(view.redirectUri)} />
        <h1>{t('consent.title')}</h1>
        <p>{rich('consent.lead', { client: <AskerName client={view.client} />, tenant })}</p>
        <ul class="scopes">
          {view.scopes.map((scope) => (
            <li key={scope.name}>
              <ScopeText scope={scope} locale={context.locale} />
            </li>
          ))}
        </ul>
        <Terms view={view} context={context} />
        <Form target={view}>
          <div class="buttons">
            <button type="submit" id="consent-allow" name="action" value="allow" class="primary">
              {t('consent.allow')}
            </button>
            <button type="submit" id="consent-deny" name="action" value="deny">
              {t('consent.deny')}
            </button>
          </div>
          <p class="signed-in">
            {rich('consent.signedIn', { account: <bdi>{safeText(view.signedInAs)}</bdi> })}{' '}
            <button type="submit" id="consent-switch" name="action" value="switch" class="link">
              {t('consent.switch')}
            </button>
          </p>
        </Form>
        <AskerLinks client={view.client} locale={context.locale} />
      </>
    ),
  });
}

/** For how long, and how to take it back. */
function Terms({ view, context }: { readonly view: ConsentView; readonly context: PageContext }) {
  const { t, rich } = translator(context.locale);
  const time = { duration: duration(view.lifetime, t) };
  const tenant = <bdi>{safeText(context.tenant.name)}</bdi>;
  return (
    <p>
      {view.from === undefined ? null : <>{rich('consent.from', { upstream: <bdi id="consent-from">{safeText(view.from)}</bdi> })} </>}
      {view.offline ? t('consent.offline', time) : t('consent.online', time)} {rich('consent.ask', { tenant })}
    </p>
  );
}
