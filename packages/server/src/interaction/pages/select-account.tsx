/**
 * Which of the signed-in accounts to use, or where else to sign in: one button each, `account-0`, `account-1` ..., `upstream-<id>`, and
 * `account-other` (sends action=other) for another account here.
 */
import { type Asker, AskerBadge, AskerName } from '../../ui/asker.tsx';
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { initial, safeText } from '../../ui/safe-text.ts';
import { translator } from '../../ui/translate.ts';
import { type UpstreamLink, UpstreamLinks } from '../../ui/upstream-links.tsx';

export type AccountChoice = {
  /** What the button sends as `account`. */
  readonly value: string;
  readonly name: string;
  /** What tells two people of one name apart: username or e-mail. */
  readonly detail?: string;
};

export type SelectAccountView = FormTarget & {
  readonly client?: Asker;
  readonly accounts: readonly AccountChoice[];
  /** Where else she may sign in. */
  readonly upstreams?: readonly UpstreamLink[];
};

/** The account choice as HTML. */
export function selectAccountPage(view: SelectAccountView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const { client, upstreams = [] } = view;
  return renderPage({
    context,
    title: t('select.title'),
    children: (
      <>
        {client === undefined ? null : <AskerBadge client={client} />}
        <h1>{t('select.title')}</h1>
        <p>{client === undefined ? t('select.own') : rich('select.asked', { client: <AskerName client={client} /> })}</p>
        <Form target={view}>
          <ul class="accounts">
            {view.accounts.map((account, index) => (
              <li key={account.value}>
                <Choice account={account} id={`account-${index}`} />
              </li>
            ))}
          </ul>
          <div class="buttons">
            <button type="submit" id="account-other" name="action" value="other">
              {t('select.other')}
            </button>
          </div>
        </Form>
        {upstreams.length === 0 ? null : (
          <div class="elsewhere">
            <h2>{t('select.elsewhere')}</h2>
            <UpstreamLinks upstreams={upstreams} locale={context.locale} label={t('select.elsewhere')} />
          </div>
        )}
      </>
    ),
  });
}

function Choice({ account, id }: { readonly account: AccountChoice; readonly id: string }) {
  return (
    <button type="submit" id={id} name="account" value={account.value} class="account">
      <span class="picture person" aria-hidden="true">
        {initial(account.name)}
      </span>
      <span class="who">
        <bdi>{safeText(account.name)}</bdi>
        {account.detail === undefined ? null : (
          <span class="detail">
            <bdi>{safeText(account.detail)}</bdi>
          </span>
        )}
      </span>
    </button>
  );
}
