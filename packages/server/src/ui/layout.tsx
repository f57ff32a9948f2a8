/**
 * The document around every page: one card under the tenant's name, the languages below. Nothing inline: the pages' policy is
 * `style-src 'self'; script-src 'self'`, and a page works without script (WCAG 2.2 AA: 2.4.2 title, 3.1.1 language, 1.3.1 landmarks).
 */
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Mark } from './mark.tsx';
import type { PageContext } from './page-context.ts';
import { safeText } from './safe-text.ts';
import { safeUrl } from './safe-url.ts';
import { direction, translator } from './translate.ts';

type LayoutProps = {
  readonly context: PageContext;
  /** The page's heading in plain text, without the tenant's name. */
  readonly title: string;
  /** An external script of ours, by its path. */
  readonly script?: string;
  /** Where the browser goes on to by itself, and after how many seconds. */
  readonly goOn?: { readonly url: string; readonly after: number };
  readonly children: ComponentChildren;
};

/** The whole document as HTML. */
export function renderPage(props: LayoutProps): string {
  return `<!doctype html>${renderToString(<Page {...props} />)}`;
}

function Page({ context, title, script, goOn, children }: LayoutProps) {
  const { language } = translator(context.locale);
  return (
    <html lang={language} dir={direction(language)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · ${safeText(context.tenant.name)}`}</title>
        <link rel="icon" type="image/svg+xml" href={context.assets.favicon} />
        <link rel="stylesheet" href={context.assets.stylesheet} />
        {goOn === undefined ? null : <meta http-equiv="refresh" content={`${goOn.after};url=${goOn.url}`} />}
        {script === undefined ? null : <script src={script} defer />}
      </head>
      <body>
        <TenantName tenant={context.tenant} />
        <main class="card">{children}</main>
        <Footer context={context} />
      </body>
    </html>
  );
}

function TenantName({ tenant }: { readonly tenant: PageContext['tenant'] }) {
  const logo = safeUrl(tenant.logo);
  return (
    <header class="tenant">
      {logo === undefined ? <Mark /> : <img class="logo" src={logo} alt="" height="32" referrerpolicy="no-referrer" />}
      <bdi>{safeText(tenant.name)}</bdi>
    </header>
  );
}

function Footer({ context }: { readonly context: PageContext }) {
  const { rich } = translator(context.locale);
  return (
    <footer>
      <Languages context={context} />
      <p class="product">{rich('layout.footer', { product: <b>Symbolon</b> })}</p>
    </footer>
  );
}

function Languages({ context: { locale, locales, query } }: { readonly context: PageContext }) {
  if (locales.length < 2 || query === undefined) return null;
  return (
    <nav aria-label={translator(locale).t('layout.language')}>
      <ul class="languages">
        {locales.map((other) => (
          <li key={other}>
            <LanguageLink language={other} current={other === locale ? 'true' : undefined} query={query} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

type LanguageLinkProps = { readonly language: string; readonly current: 'true' | undefined; readonly query: string };

/** A reference of a query alone stays on this page, whatever its path is. */
function LanguageLink({ language, current, query }: LanguageLinkProps) {
  const parameters = new URLSearchParams(query);
  parameters.set('ui_locales', language);
  return (
    <a href={`?${parameters}`} lang={language} hreflang={language} dir={direction(language)} aria-current={current}>
      {new Intl.DisplayNames(language, { type: 'language' }).of(language)}
    </a>
  );
}
