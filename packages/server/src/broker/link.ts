/**
 * Whose account is it? The one place that decides what an identity that has just been proved at an upstream means here. Pure: from five facts
 * to an outcome. An address is never a proof by itself: it is one only where the upstream says it is verified, is trusted for its domain, the
 * account has the very same address, verified too, and the operator said so.
 */
import type { UpstreamConfig } from '../upstream.ts';

export type LinkFacts = {
  /** Whether the identity is somebody's here. */
  readonly identity: 'known' | 'unknown';
  /**
   * Whether an account has its e-mail address. `proven`: exactly one has, to the letter and verified, and the upstream says verified (boolean
   * true). `unproven`: whoever has it got it from an upstream that could not vouch for it. `claimed`: one has, or has one that could be taken
   * for it, and any of that is missing.
   */
  readonly email: 'nobody' | 'unproven' | 'claimed' | 'proven';
  /** Whether the upstream is trusted for the domain of that address. */
  readonly trusted: boolean;
  /** Who is signed in in this browser, beside the account this would end in. */
  readonly signedIn: 'nobody' | 'same' | 'other';
  readonly linking: UpstreamConfig['linking'];
};

/** `sign-in` with an unknown identity links it first. */
export type LinkOutcome = 'sign-in' | 'provision' | 'ask-to-confirm' | 'ask-to-switch' | 'refuse';

export function link(facts: LinkFacts): LinkOutcome {
  if (facts.identity === 'known') return unlessOther(facts, 'sign-in');
  if (facts.email === 'nobody') return unlessOther(facts, 'provision');
  if (facts.linking === 'never') return facts.email === 'unproven' ? unlessOther(facts, 'provision') : 'refuse';
  if (facts.linking === 'verified-email' && facts.email === 'proven' && facts.trusted) return unlessOther(facts, 'sign-in');
  return 'ask-to-confirm';
}

/** Nobody finds herself in another account than a moment ago without having been asked. */
function unlessOther({ signedIn }: LinkFacts, outcome: LinkOutcome): LinkOutcome {
  return signedIn === 'other' ? 'ask-to-switch' : outcome;
}
