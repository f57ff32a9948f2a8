/**
 * Somebody has come back from an upstream: whose account she gets, as `link` decides, and what follows. Every write is unique or nothing; who
 * loses a race looks again, and finds what the other wrote.
 */
import { sessionsOf } from '@symbolon/provider';
import { type BrowserCookie, known } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import type { Given, Identity, User } from '../store.ts';
import type { UpstreamConfig } from '../upstream.ts';
import { newUser } from '../users/new-user.ts';
import { askToConfirm, askToSwitch } from './ask.ts';
import { enter } from './enter.ts';
import { type LinkFacts, link } from './link.ts';
import { linkedBySelf } from './links.ts';
import type { Visit } from './passage.ts';
import { problemReply } from './problem.ts';
import { proved } from './prove.ts';
import { askToReview } from './review.ts';

type Known = { readonly identity: Identity; readonly user: User };

export async function settle(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit): Promise<Reply> {
  const { store } = call.tenant;
  const { passage, profile, key, answered = {} } = visit;
  if (passage.linkTo !== undefined) return linkedBySelf(call, upstream, visit);
  const refuse = (problem: Parameters<typeof problemReply>[1], reason: string) =>
    problemReply(call, problem, { upstream, passage, reason });
  const found = await store.identities.find(key);
  if (found?.user.active === false) return refuse('disabled', 'the account is disabled');
  if (passage.proof !== undefined) return proof(call, browser, upstream, visit, found);
  const holders = profile.email === undefined ? [] : await store.users.findByEmail(profile.email);
  const fact = await emailFact(call, visit, holders);
  const email = fact === 'unproven' && answered.separate === true ? 'nobody' : fact;
  const concerned = found?.user ?? (email === 'proven' ? holders[0] : undefined);
  const signedIn = answered.switching === true ? 'nobody' : await signedInFact(call, browser, visit, concerned);
  const { trusted } = profile;
  switch (link({ identity: found === undefined ? 'unknown' : 'known', email, trusted, signedIn, linking: upstream.linking })) {
    case 'sign-in':
      if (found !== undefined) return back(call, browser, upstream, visit, found);
      return concerned === undefined ? refuse('taken', 'no account to link') : linked(call, browser, upstream, visit, concerned);
    case 'provision':
      return registered(call, browser, upstream, visit);
    case 'ask-to-switch':
      return askToSwitch(call, browser, upstream, visit);
    case 'ask-to-confirm':
      return askToConfirm(call, browser, upstream, email === 'unproven' ? { ...visit, unproven: true } : visit);
    case 'refuse':
      return refuse('taken', 'an account has this e-mail address, and this upstream never links');
  }
}

/** ASCII only: for anything else two mailboxes may look, or fold, alike. */
async function emailFact(call: Call, { profile }: Visit, holders: readonly User[]): Promise<LinkFacts['email']> {
  const [holder, another] = holders;
  if (holder === undefined) return 'nobody';
  const unproven = await Promise.all(holders.map((each) => isUnproven(call, each)));
  if (!unproven.includes(false)) return 'unproven';
  const { email, email_verified } = holder.claims;
  const same = typeof email === 'string' && /^[\x21-\x7e]+$/.test(email) && email.toLowerCase() === profile.email?.toLowerCase();
  return another === undefined && same && email_verified === true && profile.emailVerified ? 'proven' : 'claimed';
}

/** An upstream said the address and could not vouch for it; nobody else did. What the operator wrote down is the operator's word. */
async function isUnproven({ tenant }: Call, { sub, claims }: User): Promise<boolean> {
  if (claims.email_verified === true) return false;
  return (await tenant.store.identities.list(sub)).some(({ given }) => given.claims.email === claims.email);
}

/** Within an authorization request the person has said that she wants to sign in, and the client learns who it was. */
async function signedInFact(
  call: Call,
  browser: BrowserCookie,
  { passage }: Visit,
  concerned: User | undefined,
): Promise<LinkFacts['signedIn']> {
  if (passage.request !== undefined) return 'nobody';
  const sessions = await sessionsOf(call.tenant.op, known(browser));
  if (sessions.length === 0) return 'nobody';
  return sessions.some(({ sub }) => sub === concerned?.sub) ? 'same' : 'other';
}

/** She came to prove an account for an identity of another upstream; only one that is hers already proves anything. */
async function proof(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit, found: Known | undefined): Promise<Reply> {
  const { passage } = visit;
  if (found === undefined) return problemReply(call, 'taken', { upstream, passage, reason: 'a proof by an identity that is nobody’s' });
  return proved(call, browser, passage.proof ?? '', found.user, {
    amr: ['fed'],
    upstream: upstream.id,
    upstreamSession: visit.session,
  });
}

/** A later sign-in: what the upstream says now replaces what it said before. */
async function back(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit, { identity, user }: Known): Promise<Reply> {
  const { op, store } = call.tenant;
  await store.identities.refresh(visit.key, await givenTo(call, user, identity, visit), op.now());
  return enter(call, browser, upstream, visit, { sub: user.sub, amr: ['fed'], upstream: upstream.id, upstreamSession: visit.session });
}

/** A new address that somebody else has is not taken over from an upstream that cannot vouch for it; the one before stays. */
async function givenTo(call: Call, user: User, { given: before }: Identity, { profile }: Visit): Promise<Given> {
  const { given, email, trusted, emailVerified } = profile;
  if (email === undefined || email === before.claims.email || (trusted && emailVerified)) return given;
  const holders = await call.tenant.store.users.findByEmail(email);
  if (holders.every(({ sub }) => sub === user.sub)) return given;
  const { email: _, email_verified: __, ...others } = given.claims;
  const kept = Object.entries(before.claims).filter(([name]) => name === 'email' || name === 'email_verified');
  return { ...given, claims: { ...others, ...Object.fromEntries(kept) } };
}

async function linked(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit, user: User): Promise<Reply> {
  const { op, store } = call.tenant;
  if (!(await store.identities.link(user.sub, visit.key, visit.profile.given, op.now()))) return settle(call, browser, upstream, visit);
  op.emit({ type: 'identity.linked', upstream: upstream.id, sub: user.sub });
  return enter(call, browser, upstream, visit, { sub: user.sub, amr: ['fed'], upstream: upstream.id, upstreamSession: visit.session });
}

/** As the operator has it for newcomers of this upstream. */
async function registered(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit): Promise<Reply> {
  const { passage, answered } = visit;
  if (upstream.registration === 'none')
    return problemReply(call, 'unregistered', { upstream, passage, reason: 'nobody here, and this upstream registers nobody' });
  if (upstream.registration === 'review' && answered?.reviewed !== true) return askToReview(call, browser, upstream, visit);
  return provisioned(call, browser, upstream, visit);
}

async function provisioned(call: Call, browser: BrowserCookie, upstream: UpstreamConfig, visit: Visit): Promise<Reply> {
  const { op, store } = call.tenant;
  const { given, corrected } = visit.profile;
  for (const username of usernames(upstream, visit, op.random)) {
    const made = newUser({ username, ...given, claims: { ...given.claims, ...corrected }, now: op.now, random: op.random });
    if ('problem' in made) continue;
    const outcome = await store.identities.provision(made.user, visit.key, given, op.now());
    if (outcome === 'identity_taken') return settle(call, browser, upstream, visit);
    if (outcome === 'name_taken') continue;
    op.emit({ type: 'identity.provisioned', upstream: upstream.id, sub: made.user.sub });
    return enter(call, browser, upstream, visit, {
      sub: made.user.sub,
      amr: ['fed'],
      upstream: upstream.id,
      upstreamSession: visit.session,
    });
  }
  throw new Error('no username is free, though they are random');
}

/**
 * A name space of its own for each upstream, so that nobody gets another's username or address as hers: `acme/ann`. Nobody signs in by it; an
 * account of an upstream has no password.
 */
function usernames({ id }: UpstreamConfig, { profile }: Visit, random: (bytes: number) => string): readonly string[] {
  const { preferred_username, email } = profile.given.claims;
  const wanted = [preferred_username, email].find((value) => typeof value === 'string') ?? '';
  const plain = String(wanted)
    .split('@', 1)[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '')
    .slice(0, 64);
  const suffixed = [1, 2].map(() => `${id}/${plain || 'user'}-${random(6)}`);
  return plain ? [`${id}/${plain}`, ...suffixed] : suffixed;
}
