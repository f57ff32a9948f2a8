/** What will be her account, before there is one. Ids: the names of the claims, `review-submit`, `review-cancel`, `problem`. */
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { cleanText, safeText } from '../../ui/safe-text.ts';
import { translator } from '../../ui/translate.ts';

export type ReviewProblem = 'fieldWrong';
type Field = { readonly name: 'name' | 'given_name' | 'family_name' | 'email'; readonly value: string; readonly open: boolean };

export type ReviewView = FormTarget & {
  readonly upstream: string;
  readonly fields: readonly Field[];
  readonly problem?: ReviewProblem;
};

const completions = { name: 'name', given_name: 'given-name', family_name: 'family-name', email: 'email' } as const;

/** The page as HTML. */
export function reviewPage(view: ReviewView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const title = t('broker.review.title');
  const names = { upstream: <bdi>{safeText(view.upstream)}</bdi>, tenant: <bdi>{safeText(context.tenant.name)}</bdi> };
  return renderPage({
    context,
    title: view.problem === undefined ? title : t('layout.problem', { title }),
    children: (
      <>
        <h1>{title}</h1>
        {view.problem === undefined ? null : (
          <div role="alert" class="problems" id="problem">
            <p>{t('broker.review.fieldWrong')}</p>
          </div>
        )}
        <p>{rich('broker.review.text', names)}</p>
        <Form target={view}>
          {view.fields.map((field) => (
            <ReviewField key={field.name} field={field} locale={context.locale} />
          ))}
          <div class="buttons">
            <button type="submit" id="review-submit" name="action" value="create" class="primary">
              {t('broker.review.submit')}
            </button>
            <button type="submit" id="review-cancel" name="action" value="cancel" class="quiet" formnovalidate>
              {t('login.cancel')}
            </button>
          </div>
        </Form>
      </>
    ),
  });
}

function ReviewField({ field: { name, value, open }, locale }: { readonly field: Field; readonly locale: string }) {
  const { t } = translator(locale);
  return (
    <div class="field">
      <label for={name}>{t(`claim.${name}`)}</label>
      <input
        id={name}
        name={name}
        type={name === 'email' ? 'email' : 'text'}
        value={cleanText(value)}
        maxLength={name === 'email' ? 254 : 1000}
        dir="auto"
        readonly={!open}
        autocomplete={completions[name]}
      />
    </div>
  );
}
