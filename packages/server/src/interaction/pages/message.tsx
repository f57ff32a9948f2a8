/** A short notice where there is nothing to choose: what happened and where to go from here. Ids: `message-<notice>`, `message-continue`. */
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { ownAddress } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type MessageView = {
  readonly notice: 'pageExpired';
  /** A way on: a path of ours. */
  readonly next?: string;
};

/** The notice as HTML. */
export function messagePage({ notice, next }: MessageView, context: PageContext): string {
  const { t } = translator(context.locale);
  const title = t(`message.${notice}.title`);
  return renderPage({
    context,
    title,
    children: (
      <>
        <h1 id={`message-${notice}`}>{title}</h1>
        <p>{t(`message.${notice}.text`)}</p>
        {next === undefined ? null : (
          <div class="buttons">
            <a id="message-continue" class="button primary" href={ownAddress(next)}>
              {t('message.continue')}
            </a>
          </div>
        )}
      </>
    ),
  });
}
