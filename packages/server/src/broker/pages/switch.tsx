/** Somebody is signed in in this browser, and would be somebody else: does she want to be? Ids: `switch-yes`, `switch-no`. */
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { translator } from '../../ui/translate.ts';

export type SwitchView = FormTarget & {
  /** The name of the upstream, and as whom it knows her. */
  readonly upstream: string;
  readonly person?: string;
};

/** The page as HTML. */
export function switchPage(view: SwitchView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const title = t('broker.switch.title');
  const names = { upstream: <bdi>{safeText(view.upstream)}</bdi>, person: <bdi>{safeText(view.person ?? view.upstream)}</bdi> };
  return renderPage({
    context,
    title,
    children: (
      <>
        <h1>{title}</h1>
        <p>{rich('broker.switch.text', names)}</p>
        <Form target={view}>
          <div class="buttons">
            <button type="submit" id="switch-yes" name="action" value="switch" class="primary">
              {t('broker.switch.yes')}
            </button>
            <button type="submit" id="switch-no" name="action" value="stay" class="quiet">
              {t('broker.switch.no')}
            </button>
          </div>
        </Form>
      </>
    ),
  });
}
