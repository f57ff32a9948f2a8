/**
 * The account selector's page. Stable ids: `account-<n>`, `upstream-<id>`, `search`, `search-submit`, `search-all`. The host that the answer goes
 * to stands beside the application's name (H4).
 */
import { type Asker, AskerBadge, AskerLinks, AskerName } from '../../ui/asker.tsx';
import { HiddenFields } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { cleanText, initial, safeText } from '../../ui/safe-text.ts';
import { ownAddress, redirectIdentity } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';
import { type UpstreamLink, UpstreamLinks } from '../../ui/upstream-links.tsx';

/** Somebody signed in in this browser, and where. */
export type AccountLink = { readonly name: string; readonly at: string; readonly href: string };

export type SelectView = {
  readonly client: Asker;
  /** The application's own address, which the choice goes to. */
  readonly returnsTo: string;
  readonly accounts: readonly AccountLink[];
  readonly upstreams: readonly UpstreamLink[];
  /** None of them gives everything that is asked for. */
  readonly partial: boolean;
  readonly search?: {
    readonly action: string;
    readonly hidden: Readonly<Record<string, string>>;
    readonly typed: string;
    /** The page without the search. */
    readonly all: string;
  };
};

/** The selector as HTML. */
export function selectPage(view: SelectView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const { client, accounts, upstreams, partial, search } = view;
  return renderPage({
    context,
    title: t('selector.title'),
    children: (
      <>
        <AskerBadge client={client} host={redirectIdentity(view.returnsTo)} />
        <h1>{t('selector.title')}</h1>
        <p>{rich('selector.lead', { client: <AskerName client={client} /> })}</p>
        {partial ? <p id="selector-partial">{rich('selector.partial', { client: <AskerName client={client} /> })}</p> : null}
        <Accounts accounts={accounts} locale={context.locale} />
        {search === undefined ? null : <Search search={search} locale={context.locale} />}
        <div role={search === undefined ? undefined : 'status'}>
          {upstreams.length > 0 ? null : (
            <p id="selector-none">{search === undefined || search.typed === '' ? t('selector.nobody') : t('selector.none')}</p>
          )}
        </div>
        <UpstreamLinks upstreams={upstreams} locale={context.locale} label={t('selector.list')} />
        <p class="signed-in">{t('selector.remembered')}</p>
        <AskerLinks client={client} locale={context.locale} />
      </>
    ),
  });
}

function Accounts({ accounts, locale }: { readonly accounts: readonly AccountLink[]; readonly locale: string }) {
  const { t } = translator(locale);
  if (accounts.length === 0) return null;
  return (
    <>
      <h2>{t('selector.accounts')}</h2>
      <ul class="accounts spaced">
        {accounts.map(({ name, at, href }, index) => (
          <li key={`${name} ${href}`}>
            <a id={`account-${index}`} class="button account" href={ownAddress(href)}>
              <span class="picture person" aria-hidden="true">
                {initial(name)}
              </span>
              <span class="who">
                <bdi>{safeText(name)}</bdi>
                <span class="detail">
                  <bdi>{safeText(at)}</bdi>
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <h2>{t('selector.list')}</h2>
    </>
  );
}

type SearchProps = { readonly search: NonNullable<SelectView['search']>; readonly locale: string };

function Search({ search: { action, hidden, typed, all }, locale }: SearchProps) {
  const { t } = translator(locale);
  return (
    <search>
      <form method="get" action={ownAddress(action)} class="search">
        <HiddenFields fields={hidden} />
        <div class="field">
          <label for="search">{t('selector.search')}</label>
          <input id="search" name="q" type="search" value={cleanText(typed).slice(0, 100)} maxlength={100} autocomplete="off" />
        </div>
        <button type="submit" id="search-submit">
          {t('selector.find')}
        </button>
        {typed === '' ? null : (
          <a id="search-all" href={ownAddress(all)}>
            {t('selector.all')}
          </a>
        )}
      </form>
    </search>
  );
}
