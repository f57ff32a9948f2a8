/**
 * An error that must not go to the client, or has no client to go to: an unknown client, a foreign redirect URI, our own failure.
 * It names its code, its trace id and what to change, and never leads away by itself (RFC 6749 section 4.1.2.1).
 * Stable ids: `error-code`, `error-description`, `trace-id`, `error-fix`.
 */
import { type Asker, AskerBadge, AskerName } from '../../ui/asker.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { translator } from '../../ui/translate.ts';

export type ErrorView = {
  readonly code: string;
  /** In English, as on the wire: the words are for whoever mends it. So is the text of `fix`. */
  readonly description: string;
  readonly traceId: string;
  /** Only when the client is known for certain. */
  readonly client?: Asker;
  /** What to change, and who can. */
  readonly fix?: { readonly who: 'person' | 'developer' | 'administrator'; readonly text: string };
};

/** The error page as HTML. */
export function errorPage(view: ErrorView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const title = t('error.title');
  const { client, fix } = view;
  return renderPage({
    context,
    title: t('layout.problem', { title }),
    children: (
      <>
        {client === undefined ? null : <AskerBadge client={client} />}
        <h1>{title}</h1>
        <p>{client === undefined ? t('error.lead') : rich('error.leadClient', { client: <AskerName client={client} /> })}</p>
        {fix === undefined ? null : (
          <section class="fix" id="error-fix">
            <h2>{t(`error.fix.${fix.who}`)}</h2>
            <p>
              <bdi lang="en">{safeText(fix.text, 500)}</bdi>
            </p>
          </section>
        )}
        <dl class="details">
          <dt>{t('error.description')}</dt>
          <dd>
            <bdi id="error-description" lang="en">
              {safeText(view.description, 500)}
            </bdi>
          </dd>
          <dt>{t('error.code')}</dt>
          <dd>
            <code id="error-code">{safeText(view.code)}</code>
          </dd>
          <dt>{t('error.trace')}</dt>
          <dd>
            <code id="trace-id">{safeText(view.traceId)}</code>
          </dd>
        </dl>
      </>
    ),
  });
}
