/**
 * The account selector: the first step of a sign-in through the network, before there is an authorization request. The person says once where
 * she has her account, and goes back to the application's registered `origin_url` with `iss` and `idp_id`, by which it begins the sign-in.
 *
 *   a client with origin_url, or an error page ── choose=again: forget ── chosen, hinted or remembered: on at once ── else the page
 *
 * Nothing here signs anybody in, and where people are sent is the client's registration alone (A13).
 */
import { timingSafeEqual } from 'node:crypto';
import { OAuthError } from '@symbolon/provider';
import { type BrowserCookie, newBrowser } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { chosenCookie, forgottenCookie, readChoice } from '../http/choice.ts';
import { ownLink } from '../http/page.ts';
import { openUpstreams } from '../upstream.ts';
import { askedOf, offerOf, wordsOf } from './offer.ts';
import { showChoices } from './show.ts';
import { lasting, type Place, placeIn, type Visit, type Wish, wishOf } from './visit.ts';
import { findVisitor, forgetVisitor, rememberVisitor, visitorOf } from './visitor.ts';

/** GET /auth/select-accounts */
export async function selectAccounts(call: Call): Promise<Reply> {
  const { tenant } = call;
  const wish = wishOf(call);
  const { client, origin } = await clientOf(call, wish);
  const asked = askedOf(tenant.op.settings, client, wordsOf(wish.scope), wordsOf(wish.claims));
  const offer = offerOf(tenant.op.settings, openUpstreams(tenant.upstreams), asked);
  const visit: Visit = { call, wish, client, origin, visitor: visitorOf(wish.visitor_id), offer, choice: readChoice(call) };
  if (wish.choose === 'again') return forget(visit);
  const chosen = placeIn(openUpstreams(tenant.upstreams), wish.choice);
  if (chosen !== undefined) return choose(visit, chosen);
  const known = await knownPlace(visit);
  if (known !== undefined) return onward(visit, known);
  const browser = call.browser ?? newBrowser();
  return showChoices(visit, browser, choiceMark);
}

/** Throws, for a page: without a registered address to go back to nobody is sent anywhere. */
async function clientOf({ tenant }: Call, { client_id }: Wish): Promise<Pick<Visit, 'client' | 'origin'>> {
  if (client_id === undefined) throw new OAuthError('invalid_request', 'client_id is missing');
  const client = await tenant.store.clients.find(client_id);
  if (client === undefined || client.disabled)
    throw new OAuthError('invalid_request', 'client_id names no application that is registered here', { reason: 'client_unknown' });
  if (client.origin_url === undefined)
    throw new OAuthError('invalid_request', 'this application has no origin_url, to which people go back; register one for it');
  return { client, origin: client.origin_url };
}

/** Whom the application names comes before what somebody chose before; a name nobody has here says nothing. */
async function knownPlace({ call, wish, visitor, offer, choice }: Visit): Promise<Place | undefined> {
  const named = (id: string | undefined) => placeIn(offer.upstreams, id);
  const hinted = named(wish.idp_hint);
  if (hinted !== undefined || choice.chosen !== undefined) return hinted ?? named(choice.chosen);
  // Who asked to choose anew in this browser is not sent on by a hint that somebody else hands over.
  if (visitor === undefined || choice.before !== undefined) return undefined;
  return named(await findVisitor(call.tenant, visitor));
}

/**
 * A link of our page was followed. Only with its mark is it this person's choice and remembered; without, it is a hint by whoever made the link.
 * A link, not a form: what comes after it leads through the application to the bank, and a form's policy would have to name them all.
 */
async function choose(visit: Visit, { id }: Place): Promise<Reply> {
  const { call, wish, visitor, choice } = visit;
  const { browser, tenant } = call;
  const reply = onward(visit, { id });
  if (browser === undefined || !isMark(call, browser, id, wish.mark ?? '')) return reply;
  if (visitor !== undefined) await rememberVisitor(tenant, visitor, id);
  return { ...reply, headers: { ...reply.headers, 'set-cookie': chosenCookie(tenant, choice, id) } };
}

/** To the same page without the wish, which is fulfilled: the page may then be loaded again and shown in another language. */
async function forget({ call, wish, visitor, choice }: Visit): Promise<Reply> {
  const { tenant } = call;
  if (visitor !== undefined) await forgetVisitor(tenant, visitor);
  const location = ownLink(call, 'auth/select-accounts', lasting(wish));
  return { status: 302, headers: { location, 'set-cookie': forgottenCookie(tenant, choice), 'cache-control': 'no-store' }, body: '' };
}

/** Back to the application, which keeps its own query. */
function onward({ call, origin, visitor }: Visit, { id }: Place): Reply {
  const url = new URL(origin);
  const answer = { iss: call.tenant.op.settings.issuer, idp_id: id, ...(visitor === undefined ? {} : { visitor_id: visitor }) };
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return { status: 302, headers: { location: url.href, 'cache-control': 'no-store' }, body: '' };
}

/** Shows that this browser was shown this choice by us. */
function choiceMark({ tenant }: Call, browser: BrowserCookie, upstream: string): string {
  return tenant.op.vault.mac('choice', `${browser.hash} ${upstream}`).toString('base64url');
}

function isMark(call: Call, browser: BrowserCookie, upstream: string, mark: string): boolean {
  const [sent, expected] = [Buffer.from(mark), Buffer.from(choiceMark(call, browser, upstream))];
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
