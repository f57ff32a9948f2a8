/** The end of a session, for those who are not sent back anywhere. Ids: `logged-out-return`, `logged-out-sign-in`. */
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { ownAddress, safeUrl } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type LoggedOutView = {
  /** A link back to the application, by its registered address. */
  readonly back?: { readonly name: string; readonly uri: string };
  /** Where to sign in again: a path of ours. */
  readonly signIn?: string;
};

/** The farewell as HTML. */
export function loggedOutPage(view: LoggedOutView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const back = safeUrl(view.back?.uri);
  return renderPage({
    context,
    title: t('loggedOut.title'),
    children: (
      <>
        <h1>{t('loggedOut.title')}</h1>
        <p>{rich('loggedOut.text', { tenant: <bdi>{safeText(context.tenant.name)}</bdi> })}</p>
        <div class="buttons">
          {back === undefined ? null : (
            <a id="logged-out-return" class="button primary" href={back}>
              {rich('loggedOut.return', { client: <bdi>{safeText(view.back?.name ?? '')}</bdi> })}
            </a>
          )}
          {view.signIn === undefined ? null : (
            <a id="logged-out-sign-in" class="button" href={ownAddress(view.signIn)}>
              {t('loggedOut.signIn')}
            </a>
          )}
        </div>
      </>
    ),
  });
}
