/**
 * The answer to the client as a form that the browser posts (OAuth 2.0 Form Post Response Mode). Our script submits it; without
 * script the person presses the button. The page needs `form-action` of the client's origin.
 */
import { HiddenFields } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { formTarget, redirectIdentity } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type FormPostView = {
  /** The redirect URI, checked against the registration. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** The self-posting page as HTML. Throws when the target is not a web address (K9). */
export function formPostPage(view: FormPostView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  return renderPage({
    context,
    title: t('formPost.title'),
    script: context.assets.formPost,
    children: (
      <>
        <h1>{t('formPost.title')}</h1>
        <p>{rich('formPost.text', { host: <code>{redirectIdentity(view.action)}</code> })}</p>
        <form method="post" action={formTarget(view.action)} class="form">
          <HiddenFields fields={view.fields} />
          <div class="buttons">
            <button type="submit" id="form-post-continue" class="primary">
              {t('formPost.continue')}
            </button>
          </div>
        </form>
      </>
    ),
  });
}
