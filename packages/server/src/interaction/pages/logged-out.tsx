/** The end of a session, for those who are not sent back anywhere. Id: `logged-out-sign-in`. */
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { ownAddress } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type LoggedOutView = {
  /** Where to sign in again: a path of ours. */
  readonly signIn: string;
};

/** The farewell as HTML. */
export function loggedOutPage(view: LoggedOutView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  return renderPage({
    context,
    title: t('loggedOut.title'),
    children: (
      <>
        <h1>{t('loggedOut.title')}</h1>
        <p>{rich('loggedOut.text', { tenant: <bdi>{safeText(context.tenant.name)}</bdi> })}</p>
        <div class="buttons">
          <a id="logged-out-sign-in" class="button" href={ownAddress(view.signIn)}>
            {t('loggedOut.signIn')}
          </a>
        </div>
      </>
    ),
  });
}
