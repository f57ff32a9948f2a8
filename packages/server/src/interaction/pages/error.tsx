/**
 * An error that must not go to the client, or has no client to go to: an unknown client, a foreign redirect URI, our own failure.
 * It names its code, its trace id and what to change, and never leads away by itself (RFC 6749 section 4.1.2.1).
 * Stable ids: `error-code`, `error-description`, `trace-id`.
 */
import type { ErrorReason } from '@symbolon/provider';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { translator } from '../../ui/translate.ts';

export type ErrorView = {
  readonly code: string;
  /** In English, as on the wire: the words are for whoever mends it. */
  readonly description: string;
  /** What can be told to the person in her own language; without it she is told that it did not work. */
  readonly reason?: ErrorReason;
  readonly traceId: string;
};

/** The error page as HTML. */
export function errorPage(view: ErrorView, context: PageContext): string {
  const { t } = translator(context.locale);
  const { reason } = view;
  const title = reason === undefined ? t('error.title') : t(`error.${reason}.title`);
  return renderPage({
    context,
    title: t('layout.problem', { title }),
    children: (
      <>
        <h1>{title}</h1>
        <p>{reason === undefined ? t('error.lead') : t(`error.${reason}.text`)}</p>
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
