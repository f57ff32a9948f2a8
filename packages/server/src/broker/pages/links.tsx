/** Where may I come from? Ids: `link-<n>`, `link-end-<n>`, `upstream-<id>`, `links-back`. */
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { ownAddress } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type LinksView = FormTarget & {
  readonly username: string;
  /** `last`: she could not sign in without it. */
  readonly links: readonly { readonly id: string; readonly name: string; readonly person?: string; readonly last: boolean }[];
  readonly others: readonly { readonly id: string; readonly name: string; readonly href: string }[];
  readonly back: string;
};

/** The page as HTML. */
export function linksPage(view: LinksView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const title = t('links.title');
  return renderPage({
    context,
    title,
    children: (
      <>
        <h1>{title}</h1>
        <p>{rich('consent.signedIn', { account: <bdi id="account-name">{safeText(view.username)}</bdi> })}</p>
        {view.links.length === 0 ? (
          <p>{t('links.none')}</p>
        ) : (
          <Form target={view}>
            <Links links={view.links} locale={context.locale} />
          </Form>
        )}
        {view.others.length === 0 ? null : (
          <>
            <h2>{t('links.add')}</h2>
            <div class="buttons upstreams">
              {view.others.map(({ id, name, href }) => (
                <a key={id} id={`upstream-${id}`} class="button" href={ownAddress(href)}>
                  <bdi>{safeText(name)}</bdi>
                </a>
              ))}
            </div>
          </>
        )}
        <p class="signed-in">
          <a id="links-back" href={ownAddress(view.back)}>
            {t('account.title')}
          </a>
        </p>
      </>
    ),
  });
}

function Links({ links, locale }: { readonly links: LinksView['links']; readonly locale: string }) {
  const { t } = translator(locale);
  return (
    <ul class="entries">
      {links.map(({ id, name, person, last }, index) => (
        <li key={id} id={`link-${index}`}>
          <b id={`link-name-${index}`}>
            <bdi>{safeText(name)}</bdi>
          </b>
          {person === undefined ? null : (
            <span class="detail">
              <bdi>{safeText(person)}</bdi>
            </span>
          )}
          {last ? (
            <span class="detail">{t('links.last')}</span>
          ) : (
            <button type="submit" id={`link-end-${index}`} name="unlink" value={id} class="link" aria-describedby={`link-name-${index}`}>
              {t('links.end')}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
