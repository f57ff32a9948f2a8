/** The answer to the review: what she corrected is hers, and an address she typed is looked at like any other that nobody vouches for. */
import { type Json, one, type Parameters } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import type { UpstreamConfig } from '../upstream.ts';
import { findProof, takeProof, type Visit } from './passage.ts';
import { problemReply } from './problem.ts';
import { standardValue } from './profile.ts';
import { gone, openUpstream } from './prove.ts';
import { isOpen, reviewReply, shown, typedIn } from './review.ts';
import { settle } from './settle.ts';

/** POST /auth/oidc/review */
export async function submitReview(call: Call, { browser, form }: OwnForm): Promise<Reply> {
  const { tenant } = call;
  const proof = one(form, 'proof') ?? '';
  const visit = await findProof(tenant, browser.hash, proof);
  const upstream = visit && openUpstream(call, visit);
  if (visit === undefined || upstream === undefined) throw gone();
  if (one(form, 'action') === 'cancel') {
    await takeProof(tenant, browser.hash, proof);
    return problemReply(call, 'denied', { upstream, passage: visit.passage, reason: 'the person did not want an account' });
  }
  const corrected = corrections(upstream, visit, form);
  if (corrected === undefined) return reviewReply(call, browser, upstream, visit, { proof, form, problem: 'fieldWrong' });
  if ((await takeProof(tenant, browser.hash, proof)) === undefined) throw gone();
  const reviewed = { ...withCorrections(visit, corrected), answered: { ...visit.answered, reviewed: true as const } };
  return settle(call, browser, upstream, reviewed);
}

type Corrections = Readonly<Record<string, Json | undefined>>;

/** What she changed, undefined where she took it out; undefined altogether when something is not what it should be. */
function corrections(upstream: UpstreamConfig, { profile }: Visit, form: Parameters): Corrections | undefined {
  const typed = shown.filter((name) => isOpen(upstream, name)).map((name) => [name, typedIn(form, name)?.trim()] as const);
  const changed = typed.filter(([name, value]) => value !== undefined && value !== String(profile.given.claims[name] ?? '').trim());
  const values = changed.map(([name, value]) => [name, value === '' ? undefined : standardValue(name, value)] as const);
  const wrong = values.some(([, value], index) => value === undefined && changed[index]?.[1] !== '');
  return wrong ? undefined : Object.fromEntries(values);
}

/** Hers are not the upstream's to take back; its word on an address does not hold for another one. */
function withCorrections(visit: Visit, corrected: Corrections): Visit {
  const { profile } = visit;
  const names = Object.keys(corrected);
  const own = Object.fromEntries(Object.entries(corrected).filter((entry): entry is [string, Json] => entry[1] !== undefined));
  const gone = 'email' in corrected ? [...names, 'email_verified'] : names;
  const claims = Object.fromEntries(Object.entries(profile.given.claims).filter(([name]) => !gone.includes(name)));
  const next = { ...profile, given: { ...profile.given, claims }, corrected: own };
  if (!('email' in corrected)) return { ...visit, profile: next };
  const { email: _, ...rest } = next;
  const email = typeof own.email === 'string' ? { email: own.email } : {};
  return { ...visit, profile: { ...rest, ...email, emailVerified: false, trusted: false } };
}
