/** The selector's page: signed-in accounts first, then what was chosen before, then everybody else by the order of the file. */
import { localRealm, type SessionView, sessionsOf } from '@symbolon/provider';
import { type BrowserCookie, known } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { formerFirst } from '../http/choice.ts';
import { askerOf, ownLink, page, pageContext } from '../http/page.ts';
import { logoPath } from '../upstream.ts';
import { found } from './offer.ts';
import { type AccountLink, type SelectView, selectPage } from './pages/select.tsx';
import { lasting, placeIn, type Visit, type Wish } from './visit.ts';

/** From so many on there is a field to search by name; fewer are seen at a glance. */
const worthSearching = 7;

type Mark = (call: Call, browser: BrowserCookie, id: string) => string;

/** `mark`: what shows that a link was on a page of ours in this browser. */
export async function showChoices(visit: Visit, browser: BrowserCookie, mark: Mark): Promise<Reply> {
  const { call, wish, client, origin, offer, choice } = visit;
  const linkTo = (id: string) => ownLink(call, 'auth/select-accounts', { ...lasting(wish), choice: id, mark: mark(call, browser, id) });
  const { q: typed } = wish;
  const shown = formerFirst(found(offer.upstreams, typed), choice);
  const view: SelectView = {
    client: askerOf(client),
    returnsTo: origin,
    partial: offer.partial,
    accounts: await accountsOf(visit, linkTo),
    upstreams: shown.map(({ id, name, logo }) => ({
      id,
      name,
      href: linkTo(id),
      former: choice.before?.includes(id) === true,
      ...(logo === undefined ? {} : { logo: logoPath(call.tenant, logo) }),
    })),
    ...(offer.upstreams.length < worthSearching && typed === undefined ? {} : { search: searchOf(call, wish) }),
  };
  const html = selectPage(view, pageContext(call, undefined, String(new URLSearchParams(lasting(wish)))));
  return page(call, html, call.browser === undefined ? { cookie: browser } : {});
}

/** Of this browser's cookie alone: no hint shows anybody's name. */
async function accountsOf({ call, offer }: Visit, linkTo: (id: string) => string): Promise<readonly AccountLink[]> {
  const { op } = call.tenant;
  const sessions = await sessionsOf(op, call.browser && known(call.browser));
  return sessions.flatMap((session) => {
    const place = placeIn(offer.upstreams, session.upstream ?? localRealm);
    if (place === undefined) return [];
    const at = offer.upstreams.find(({ id }) => id === place.id)?.name ?? call.tenant.name;
    return [{ name: nameOf(session), at, href: linkTo(place.id) }];
  });
}

function nameOf({ account }: SessionView): string {
  const { name } = account.claims;
  return typeof name === 'string' && name !== '' ? name : account.username;
}

function searchOf(call: Call, wish: Wish): NonNullable<SelectView['search']> {
  const { q: typed = '', ...hidden } = lasting(wish);
  const language = wish.ui_locales === undefined ? {} : { ui_locales: wish.ui_locales };
  const [action, all] = [`${call.tenant.base}/auth/select-accounts`, ownLink(call, 'auth/select-accounts', hidden)];
  return { action, hidden: { ...hidden, ...language }, typed, all };
}
