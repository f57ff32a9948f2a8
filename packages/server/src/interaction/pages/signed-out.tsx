/**
 * The end of a session: what became of each application that knew of it. The frames are the applications' own pages that sign the person out in this
 * browser; they show nothing. Where she is going on to, a link leads, and the browser by itself: at once where it runs scripts, when everything has loaded.
 * Ids: `ended-<n>`, `signed-out-continue`, `signed-out-again`, `logged-out-sign-in`, `signed-out-account`.
 */
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { safeText } from '../../ui/safe-text.ts';
import { onwardAddress, ownAddress } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type EndedApplication = {
  readonly name: string;
  /** `framed`: its own page in this browser was asked; `silent`: it has nothing at which it could be told. */
  readonly state: 'told' | 'waiting' | 'failing' | 'given_up' | 'framed' | 'silent';
};

export type SignedOutView = {
  readonly applications: readonly EndedApplication[];
  /** Web addresses that clients registered, with what they are told. */
  readonly frames: readonly string[];
  /** Where to sign in again, where to look again, and the account page when the session that ended was another: paths of ours. */
  readonly signIn: string;
  readonly again?: string;
  readonly account?: string;
  /** Where the person is going: registered by the client that asked, or the sign-out of the upstream she came from. */
  readonly redirect?: string;
};

/** Seconds for the applications' pages to load, where no script notices that they have. */
const patience = 5;

/** The farewell as HTML. Throws when it is to lead to what is no address a client may register. */
export function signedOutPage(view: SignedOutView, context: PageContext): string {
  const { t, rich } = translator(context.locale);
  const { redirect, applications, account } = view;
  const title = account === undefined ? t('loggedOut.title') : t('loggedOut.elsewhere');
  const goOn = redirect === undefined ? {} : { goOn: { url: onwardAddress(redirect), after: patience }, script: context.assets.goOn };
  return renderPage({
    context,
    title,
    ...goOn,
    children: (
      <>
        <h1>{title}</h1>
        {account === undefined ? <p>{rich('loggedOut.text', { tenant: <bdi>{safeText(context.tenant.name)}</bdi> })}</p> : null}
        {applications.length === 0 ? null : <Applications applications={applications} context={context} />}
        {view.frames.map((url) => (
          <iframe
            key={url}
            src={url}
            title={title}
            hidden
            sandbox="allow-scripts allow-same-origin allow-forms"
            referrerpolicy="no-referrer"
          />
        ))}
        <div class="buttons">
          <Ways view={view} context={context} />
        </div>
      </>
    ),
  });
}

function Applications({ applications, context }: Pick<SignedOutView, 'applications'> & { readonly context: PageContext }) {
  const { t } = translator(context.locale);
  return (
    <ul class="entries">
      {applications.map(({ name, state }, index) => (
        <li key={name} id={`ended-${index}`} class={`ended-${state}`}>
          <b>
            <bdi>{safeText(name)}</bdi>
          </b>
          <span class="detail">{t(`ended.${state}`)}</span>
        </li>
      ))}
    </ul>
  );
}

function Ways({ view, context }: { readonly view: SignedOutView; readonly context: PageContext }) {
  const { t } = translator(context.locale);
  const { redirect, again, account, applications, signIn } = view;
  const unsettled = applications.some(({ state }) => state === 'waiting' || state === 'failing');
  return (
    <>
      {redirect === undefined ? null : (
        <a id="signed-out-continue" class="button primary" href={onwardAddress(redirect)}>
          {t('message.continue')}
        </a>
      )}
      {unsettled && again !== undefined ? (
        <a id="signed-out-again" class="button" href={ownAddress(again)}>
          {t('loggedOut.again')}
        </a>
      ) : null}
      {account === undefined ? null : (
        <a id="signed-out-account" class="button" href={ownAddress(account)}>
          {t('home.account')}
        </a>
      )}
      {redirect === undefined && account === undefined ? (
        <a id="logged-out-sign-in" class="button" href={ownAddress(signIn)}>
          {t('loggedOut.signIn')}
        </a>
      ) : null}
    </>
  );
}
