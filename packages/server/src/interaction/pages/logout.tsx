/** Asks before signing out, so that no other site can do it (OpenID Connect RP-Initiated Logout section 2). Ids: `logout-yes`, `logout-no`. */
import { type Asker, AskerBadge, AskerName } from '../../ui/asker.tsx';
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { translator } from '../../ui/translate.ts';

export type LogoutView = FormTarget & {
  /** Who sent the person here, when that is known. */
  readonly client?: Asker;
  /** The accounts that the answer is about. */
  readonly signedInAs: readonly string[];
};

/** The question as HTML. */
export function logoutPage(view: LogoutView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const { client, signedInAs } = view;
  const tenant = <bdi>{safeText(context.tenant.name)}</bdi>;
  return renderPage({
    context,
    title: t('logout.title'),
    children: (
      <>
        {client === undefined ? null : <AskerBadge client={client} />}
        <h1>{t('logout.title')}</h1>
        {client === undefined ? null : <p>{rich('logout.asked', { client: <AskerName client={client} /> })}</p>}
        <p>
          {signedInAs.length === 0
            ? rich('logout.anonymous', { tenant })
            : rich('logout.text', { tenant, account: <bdi>{signedInAs.map((name) => safeText(name)).join(', ')}</bdi> })}
        </p>
        <Form target={view}>
          <div class="buttons">
            <button type="submit" id="logout-yes" name="action" value="yes" class="primary">
              {t('logout.yes')}
            </button>
            <button type="submit" id="logout-no" name="action" value="no">
              {t('logout.no')}
            </button>
          </div>
        </Form>
      </>
    ),
  });
}
