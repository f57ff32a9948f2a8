/**
 * Is this your account? An identity may belong to an account that is there; whoever controls the account says so with its password, or by a
 * sign-in it is linked with. Ids: `username`, `password`, `confirm-submit`, `confirm-cancel`, `confirm-separate`, `upstream-<id>`, `problem`.
 */
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { cleanText, safeText } from '../../ui/safe-text.ts';
import { ownAddress } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type ConfirmProblem = 'credentialsMissing' | 'credentialsWrong' | 'tooManyAttempts' | 'busy';

export type ConfirmView = FormTarget & {
  /** The name of the upstream, and as whom it knows her. */
  readonly upstream: string;
  readonly person?: string;
  readonly username?: string;
  readonly problem?: ConfirmProblem;
  /** The account may be somebody else's: she can say so. */
  readonly unproven: boolean;
  /** Other ways of signing in to the account. */
  readonly others: readonly { readonly id: string; readonly name: string; readonly href: string }[];
};

/** The page as HTML. */
export function confirmPage(view: ConfirmView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const title = t('broker.confirm.title');
  const names = {
    upstream: <bdi>{safeText(view.upstream)}</bdi>,
    person: <bdi>{safeText(view.person ?? view.upstream)}</bdi>,
    tenant: <bdi>{safeText(context.tenant.name)}</bdi>,
  };
  return renderPage({
    context,
    title: view.problem === undefined ? title : t('layout.problem', { title }),
    children: (
      <>
        <h1>{title}</h1>
        <ProblemText problem={view.problem} locale={context.locale} />
        <p>{rich('broker.confirm.text', names)}</p>
        <Form target={view}>
          <Fields view={view} locale={context.locale} />
          <div class="buttons">
            <button type="submit" id="confirm-submit" name="action" value="confirm" class="primary">
              {t('broker.confirm.submit')}
            </button>
            <button type="submit" id="confirm-cancel" name="action" value="cancel" class="quiet" formnovalidate>
              {t('login.cancel')}
            </button>
            {view.unproven ? (
              <button type="submit" id="confirm-separate" name="action" value="separate" class="quiet" formnovalidate>
                {t('broker.confirm.separate')}
              </button>
            ) : null}
          </div>
        </Form>
        <Others others={view.others} locale={context.locale} />
      </>
    ),
  });
}

function ProblemText({ problem, locale }: { readonly problem: ConfirmProblem | undefined; readonly locale: string }) {
  const { t } = translator(locale);
  if (problem === undefined) return null;
  return (
    <div role="alert" class="problems" id="problem">
      <p>{problem === 'credentialsMissing' ? t('login.problems') : t(`login.problem.${problem}`)}</p>
    </div>
  );
}

function Fields({ view, locale }: { readonly view: ConfirmView; readonly locale: string }) {
  const { t } = translator(locale);
  const described = view.problem === undefined ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': 'problem' };
  return (
    <>
      <div class="field">
        <label for="username">{t('login.username')}</label>
        <input
          id="username"
          name="username"
          value={cleanText(view.username ?? '').slice(0, 255)}
          required
          maxLength={255}
          dir="auto"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          {...described}
        />
      </div>
      <div class="field">
        <label for="password">{t('login.password')}</label>
        <input id="password" name="password" type="password" required autocomplete="current-password" {...described} />
      </div>
    </>
  );
}

function Others({ others, locale }: { readonly others: ConfirmView['others']; readonly locale: string }) {
  const { t, rich } = translator(locale);
  if (others.length === 0) return null;
  return (
    <>
      <p>{t('broker.confirm.others')}</p>
      <div class="buttons upstreams">
        {others.map(({ id, name, href }) => (
          <a key={id} id={`upstream-${id}`} class="button" href={ownAddress(href)}>
            {rich('login.upstream', { upstream: <bdi>{safeText(name)}</bdi> })}
          </a>
        ))}
      </div>
    </>
  );
}
