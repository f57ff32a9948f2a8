/**
 * `/home`: who am I here. Ids: `home-account`, `home-account-page`, `home-sign-out`, `home-sign-in`, `home-choose`; each
 * claim's value is `claim-<name>`.
 */
import type { Json } from '@symbolon/provider';
import { claimLabel, claimText } from '../../ui/claims.ts';
import { renderPage } from '../../ui/layout.tsx';
import type { PageContext } from '../../ui/page-context.ts';
import { initial, safeText } from '../../ui/safe-text.ts';
import { ownAddress } from '../../ui/safe-url.ts';
import { translator } from '../../ui/translate.ts';

export type HomeView = {
  /** Where she is sent when she has to choose, and where she says that she wants to choose again. */
  readonly chosen?: { readonly name: string; readonly again: string };
} & (
  | {
      readonly account: {
        readonly username: string;
        readonly name?: string;
        /** By their OpenID Connect names, in the order to be shown. */
        readonly claims: Readonly<Record<string, Json>>;
      };
      /** Where signing out begins: a path of ours, which asks before it acts. */
      readonly signOut: string;
      /** Where she sees where she is signed in: a path of ours. */
      readonly sessions: string;
    }
  | { readonly signIn: string }
);

/** The account's front door as HTML. */
export function homePage(view: HomeView, context: PageContext): string {
  const { t } = translator(context.locale);
  return renderPage({
    context,
    title: t('home.title'),
    children: (
      <>
        {'account' in view ? <SignedIn {...view} context={context} /> : <Anonymous {...view} context={context} />}
        {view.chosen === undefined ? null : <Chosen chosen={view.chosen} locale={context.locale} />}
      </>
    ),
  });
}

type Inside<View> = Extract<HomeView, View> & { readonly context: PageContext };

function SignedIn({ account, signOut, sessions, context }: Inside<{ account: unknown }>) {
  const { t, rich } = translator(context.locale);
  const name = safeText(account.name ?? '') || safeText(account.username);
  return (
    <>
      <span class="picture person large" aria-hidden="true">
        {initial(name)}
      </span>
      <h1>{rich('home.hello', { name: <bdi id="home-account">{name}</bdi> })}</h1>
      <p>{rich('home.signedIn', { tenant: <bdi>{safeText(context.tenant.name)}</bdi> })}</p>
      <dl class="details">
        <Claim name="username" value={account.username} locale={context.locale} />
        {Object.entries(account.claims).map(([claim, value]) => (
          <Claim key={claim} name={claim} value={value} locale={context.locale} />
        ))}
      </dl>
      <div class="buttons">
        <a id="home-account-page" class="button" href={ownAddress(sessions)}>
          {t('home.account')}
        </a>
        <a id="home-sign-out" class="button" href={ownAddress(signOut)}>
          {t('home.signOut')}
        </a>
      </div>
    </>
  );
}

function Chosen({ chosen, locale }: { readonly chosen: NonNullable<HomeView['chosen']>; readonly locale: string }) {
  const { t, rich } = translator(locale);
  return (
    <p class="signed-in">
      {rich('home.chosen', { upstream: <bdi>{safeText(chosen.name)}</bdi> })}{' '}
      <a id="home-choose" href={ownAddress(chosen.again)}>
        {t('home.choose')}
      </a>
    </p>
  );
}

function Claim({ name, value, locale }: { readonly name: string; readonly value: Json; readonly locale: string }) {
  const label = claimLabel(name, locale);
  return (
    <>
      <dt>{label ?? <code>{safeText(name)}</code>}</dt>
      <dd>
        <bdi id={/^[\w:./-]+$/.test(name) ? `claim-${name}` : undefined}>{claimText(name, value, locale)}</bdi>
      </dd>
    </>
  );
}

function Anonymous({ signIn, context }: Inside<{ signIn: string }>) {
  const { t, rich } = translator(context.locale);
  return (
    <>
      <h1>{t('home.title')}</h1>
      <p>{rich('home.anonymous', { tenant: <bdi>{safeText(context.tenant.name)}</bdi> })}</p>
      <div class="buttons">
        <a id="home-sign-in" class="button primary" href={ownAddress(signIn)}>
          {t('home.signIn')}
        </a>
      </div>
    </>
  );
}
