/**
 * A sign-in through an upstream came to nothing: what happened, whose it is to mend, and ways on. Stable ids: `error-code`,
 * `error-description` and `trace-id` as on every error page; `problem-claim-<n>`, `problem-support`, `problem-retry`, `problem-back`.
 */
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { ownAddress, safeUrl } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

/** Each with its words: English for whoever mends it, and the person's own language in `broker.problem.*`. */
const descriptions = {
  unknown: 'there is no such partner here, or it is switched off',
  unavailable: 'the partner could not be reached, or answered too late or too much',
  misconfigured: 'what the partner and we know of each other does not fit; our log has the reason under the trace id',
  refused: 'the answer of the partner does not hold; our log has the reason under the trace id',
  denied: 'the sign-in was declined',
  claims: 'the partner did not say what was agreed about the person',
  taken: 'there is an account with this e-mail address already',
  linkedElsewhere: 'the sign-in at the partner is connected with another account, or you are signed out here',
  unregistered: 'there is no account for this person, and the partner may not make one',
  disabled: 'the account is disabled',
  stale: 'a fresh sign-in was asked for, and the partner did not confirm one',
} as const;

export type Problem = keyof typeof descriptions;

export type ProblemView = {
  readonly problem: Problem;
  readonly traceId: string;
  /** Of the upstream. */
  readonly name?: string;
  /** In English: they name claims. */
  readonly faults: readonly string[];
  /** An e-mail address or a web address. */
  readonly support?: string;
  /** Paths of ours. */
  readonly retry?: string;
  readonly back: string;
};

const worthTrying: ReadonlySet<Problem> = new Set(['unavailable', 'refused', 'denied', 'stale', 'misconfigured', 'claims']);

/** The page as HTML. */
export function problemPage(view: ProblemView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const { problem, name = '', retry, back } = view;
  const title = t(`broker.problem.${problem}.title`);
  return renderPage({
    context,
    title: t('layout.problem', { title }),
    children: (
      <>
        <h1>{title}</h1>
        <p>{rich(`broker.problem.${problem}.text`, { upstream: <bdi>{safeText(name)}</bdi> })}</p>
        <Faults faults={view.faults} />
        <Support support={view.support} locale={context.locale} />
        <div class="buttons">
          {retry === undefined || !worthTrying.has(problem) ? null : (
            <a id="problem-retry" class="button primary" href={ownAddress(retry)}>
              {t('broker.problem.retry')}
            </a>
          )}
          <a id="problem-back" class="button" href={ownAddress(back)}>
            {t('broker.problem.back')}
          </a>
        </div>
        <Details view={view} locale={context.locale} />
      </>
    ),
  });
}

function Faults({ faults }: { readonly faults: readonly string[] }) {
  if (faults.length === 0) return null;
  return (
    <ul lang="en">
      {faults.slice(0, 20).map((fault, index) => (
        <li key={fault} id={`problem-claim-${index}`}>
          <bdi>{safeText(fault, 300)}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Support({ support, locale }: { readonly support: string | undefined; readonly locale: string }) {
  const { t } = translator(locale);
  if (support === undefined) return null;
  const href = support.includes('@') && safeUrl(support) === undefined ? `mailto:${encodeURI(support)}` : safeUrl(support);
  return (
    <p>
      {t('broker.problem.support')}{' '}
      <a id="problem-support" href={href}>
        <bdi>{safeText(support)}</bdi>
      </a>
    </p>
  );
}

function Details({ view, locale }: { readonly view: ProblemView; readonly locale: string }) {
  const { t } = translator(locale);
  return (
    <dl class="details">
      <dt>{t('error.description')}</dt>
      <dd>
        <bdi id="error-description" lang="en">
          {descriptions[view.problem]}
        </bdi>
      </dd>
      <dt>{t('error.code')}</dt>
      <dd>
        <code id="error-code">{`upstream_${view.problem}`}</code>
      </dd>
      <dt>{t('error.trace')}</dt>
      <dd>
        <code id="trace-id">{safeText(view.traceId)}</code>
      </dd>
    </dl>
  );
}
