/** Sign-in with username and password. Stable ids: `username`, `password`, `login-submit`, `login-cancel` (sends action=cancel), `upstream-<id>`. */
import { type Asker, AskerBadge, AskerLinks, AskerName } from '../../ui/asker.tsx';
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { cleanText, safeText } from '../../ui/safe-text.ts';
import { ownAddress, safeUrl } from '../../ui/safe-url.ts';
import { type Translator, translator } from '../../ui/translate.ts';

type Field = 'username' | 'password';

/** What went wrong, and the fields to look at. Whether the name or the password is wrong is nobody's business. */
const problemFields = {
  usernameMissing: ['username'],
  passwordMissing: ['password'],
  credentialsWrong: ['username', 'password'],
  tooManyAttempts: [],
  busy: [],
} as const satisfies Record<string, readonly Field[]>;

export type LoginProblem = keyof typeof problemFields;

export type LoginView = FormTarget & {
  /** The application that asks; left out when a person signs in to her own account. */
  readonly client?: Asker;
  /** What was typed before, or the request's `login_hint`. */
  readonly username?: string;
  /** Who is signed in already and only has to prove it again. */
  readonly signedInAs?: string;
  readonly problems?: readonly LoginProblem[];
  /** Where else she may sign in; `href` is a path of ours. */
  readonly upstreams?: readonly { readonly id: string; readonly name: string; readonly logo?: string; readonly href: string }[];
};

/** The login page as HTML. */
export function loginPage(view: LoginView, context: PageContext): string {
  const { t } = translator(context.locale);
  const title = t('login.title');
  const problems = view.problems ?? [];
  return renderPage({
    context,
    title: problems.length === 0 ? title : t('layout.problem', { title }),
    children: (
      <>
        {view.client === undefined ? null : <AskerBadge client={view.client} />}
        <h1>{title}</h1>
        <Problems problems={problems} t={t} />
        <p>{reason(view, context)}</p>
        <Form target={view}>
          <Fields view={view} problems={problems} t={t} />
          <div class="buttons">
            <button type="submit" id="login-submit" name="action" value="login" class="primary">
              {t('login.submit')}
            </button>
            <button type="submit" id="login-cancel" name="action" value="cancel" class="quiet" formnovalidate>
              {t('login.cancel')}
            </button>
          </div>
        </Form>
        <Upstreams upstreams={view.upstreams ?? []} locale={context.locale} />
        {view.client === undefined ? null : <AskerLinks client={view.client} locale={context.locale} />}
      </>
    ),
  });
}

/** Links, not forms: they do nothing yet, and a form's policy would have to know where the upstream's own redirects lead. */
function Upstreams({ upstreams, locale }: { readonly upstreams: NonNullable<LoginView['upstreams']>; readonly locale: string }) {
  const { rich } = translator(locale);
  if (upstreams.length === 0) return null;
  return (
    <div class="buttons upstreams">
      {upstreams.map(({ id, name, logo, href }) => (
        <a key={id} id={`upstream-${id}`} class="button" href={ownAddress(href)}>
          {safeUrl(logo) === undefined ? null : <img src={safeUrl(logo)} alt="" width="20" height="20" />}
          <span>{rich('login.upstream', { upstream: <bdi>{safeText(name)}</bdi> })}</span>
        </a>
      ))}
    </div>
  );
}

/** Why the person is asked to sign in. */
function reason({ client, signedInAs }: LoginView, context: PageContext) {
  const { rich } = translator(context.locale);
  const tenant = <bdi>{safeText(context.tenant.name)}</bdi>;
  if (signedInAs !== undefined) return rich('login.again', { account: <bdi>{safeText(signedInAs)}</bdi> });
  return client === undefined ? rich('login.own', { tenant }) : rich('login.asked', { client: <AskerName client={client} />, tenant });
}

type PartProps = { readonly problems: readonly LoginProblem[]; readonly t: Translator['t'] };

/** Read out first and linked to the fields (WCAG 3.3.1). */
function Problems({ problems, t }: PartProps) {
  if (problems.length === 0) return null;
  return (
    <div role="alert" class="problems" id="problems">
      <p>{t('login.problems')}</p>
      <ul>
        {problems.map((problem) => (
          <li key={problem} id={`problem-${problem}`}>
            <Problem field={problemFields[problem][0]} text={t(`login.problem.${problem}`)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Problem({ field, text }: { readonly field: Field | undefined; readonly text: string }) {
  return field === undefined ? text : <a href={`#${field}`}>{text}</a>;
}

/** What a field with a problem says to a screen reader; nothing when all is well. */
function described(field: Field, problems: readonly LoginProblem[]) {
  const own = problems.filter((problem) => (problemFields[problem] as readonly Field[]).includes(field));
  return own.length === 0
    ? {}
    : { 'aria-invalid': 'true' as const, 'aria-describedby': own.map((problem) => `problem-${problem}`).join(' ') };
}

/** The cursor waits where something is to be typed. The field's own limits are far above any name or passphrase. */
function Fields({ view, problems, t }: PartProps & { readonly view: LoginView }) {
  const username = cleanText(view.username ?? '').slice(0, 255);
  return (
    <>
      <div class="field">
        <label for="username">{t('login.username')}</label>
        <input
          id="username"
          name="username"
          value={username}
          required
          maxLength={255}
          dir="auto"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          autofocus={username === ''}
          {...described('username', problems)}
        />
      </div>
      <div class="field">
        <label for="password">{t('login.password')}</label>
        <input
          id="password"
          name="password"
          type="password"
          required
          autocomplete="current-password"
          autofocus={username !== ''}
          {...described('password', problems)}
        />
      </div>
    </>
  );
}
