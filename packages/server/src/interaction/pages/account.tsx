/**
 * Where am I signed in, and who has access: each with an end to it. One form: its buttons say what is to end.
 * Ids: `session-<n>`, `session-end-<n>`, `sign-out-everywhere`, `access-<n>`, `access-withdraw-<n>`, `account-other-<n>`, `account-links`, `account-home`.
 */
import { type Asker, AskerName } from '../../ui/asker.tsx';
import { ago } from '../../ui/duration.ts';
import { Form, type FormTarget } from '../../ui/form.tsx';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { ownAddress } from '../../ui/safe-url.ts';
import { ScopeText, type ScopeWords } from '../../ui/scope-text.tsx';
import { translator } from '../../ui/translate.ts';

export type SessionEntry = {
  readonly sid: string;
  /** In words of ours; empty when we do not know. */
  readonly device: string;
  /** Seconds ago. */
  readonly signedIn: number;
  readonly lastSeen: number;
  /** The one this page is shown in. */
  readonly here: boolean;
  readonly applications: readonly string[];
};

export type AccessView = {
  readonly client_id: string;
  readonly client: Asker;
  readonly scopes: readonly ScopeWords[];
  /** Whether it goes on when she has signed out. */
  readonly offline: boolean;
};

export type AccountView = FormTarget & {
  readonly username: string;
  /** Who else is signed in in this browser. */
  readonly others: readonly { readonly username: string; readonly link: string }[];
  readonly sessions: readonly SessionEntry[];
  readonly access: readonly AccessView[];
  /** Where she may come from; not where there is nowhere. */
  readonly links?: string;
  readonly home: string;
};

type Part = { readonly view: AccountView; readonly context: PageContext };

/** The page as HTML. */
export function accountPage(view: AccountView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  return renderPage({
    context,
    title: t('account.title'),
    children: (
      <>
        <h1>{t('account.title')}</h1>
        <p>{rich('consent.signedIn', { account: <bdi id="account-name">{safeText(view.username)}</bdi> })}</p>
        <Others view={view} context={context} />
        <Form target={view}>
          <h2>{t('account.sessions')}</h2>
          <ul class="entries">
            {view.sessions.map((session, index) => (
              <Session key={session.sid} session={session} index={index} context={context} />
            ))}
          </ul>
          <div class="buttons">
            <button type="submit" id="sign-out-everywhere" name="all" value="yes">
              {t('account.everywhere')}
            </button>
          </div>
          <h2 class="next">{t('account.access')}</h2>
          <Access view={view} context={context} />
        </Form>
        {view.links === undefined ? null : (
          <p>
            <a id="account-links" href={ownAddress(view.links)}>
              {t('links.title')}
            </a>
          </p>
        )}
        <p class="signed-in">
          <a id="account-home" href={ownAddress(view.home)}>
            {t('home.title')}
          </a>
        </p>
      </>
    ),
  });
}

function Others({ view, context }: Part) {
  const { rich } = translator(context.locale);
  return (
    <>
      {view.others.map(({ username, link }, index) => (
        <p key={link}>
          <a id={`account-other-${index}`} href={ownAddress(link)}>
            {rich('account.other', { account: <bdi>{safeText(username)}</bdi> })}
          </a>
        </p>
      ))}
    </>
  );
}

type SessionProps = { readonly session: SessionEntry; readonly index: number; readonly context: PageContext };

function Session({ session, index, context }: SessionProps) {
  const { t, rich, language } = translator(context.locale);
  const title = session.device === '' ? t('account.unknownDevice') : session.device;
  return (
    <li id={`session-${index}`}>
      <b id={`session-name-${index}`}>{title}</b>
      {session.here ? <span class="badge">{t('account.here')}</span> : null}
      <span class="detail">
        {t('account.times', { signedIn: ago(session.signedIn, language), lastSeen: ago(session.lastSeen, language) })}
      </span>
      {session.applications.length === 0 ? null : (
        <span class="detail">
          {rich('account.applications', { names: <bdi>{session.applications.map((name) => safeText(name)).join(', ')}</bdi> })}
        </span>
      )}
      <button
        type="submit"
        id={`session-end-${index}`}
        name="end"
        value={session.sid}
        class="link"
        aria-describedby={`session-name-${index}`}
      >
        {t('account.end')}
      </button>
    </li>
  );
}

function Access({ view, context }: Part) {
  const { t } = translator(context.locale);
  if (view.access.length === 0) return <p>{t('account.noAccess')}</p>;
  return (
    <ul class="entries">
      {view.access.map((access, index) => (
        <li key={access.client_id} id={`access-${index}`}>
          <span id={`access-name-${index}`}>
            <AskerName client={access.client} />
          </span>
          <ul class="scopes detail">
            {access.scopes.map((scope) => (
              <li key={scope.name}>
                <ScopeText scope={scope} locale={context.locale} />
              </li>
            ))}
          </ul>
          {access.offline ? <span class="detail">{t('account.offline')}</span> : null}
          <button
            type="submit"
            id={`access-withdraw-${index}`}
            name="withdraw"
            value={access.client_id}
            class="link"
            aria-describedby={`access-name-${index}`}
          >
            {t('account.withdraw')}
          </button>
        </li>
      ))}
    </ul>
  );
}
