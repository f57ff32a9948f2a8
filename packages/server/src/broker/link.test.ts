/** Every combination of the five facts, in a table that a person can read, and the promises that hold over all of it. */
import { describe, expect, it } from 'vitest';
import { type LinkFacts, type LinkOutcome, link } from './link.ts';

const values = {
  identity: ['known', 'unknown'],
  email: ['nobody', 'unproven', 'claimed', 'proven'],
  trusted: [true, false],
  signedIn: ['nobody', 'same', 'other'],
  linking: ['never', 'ask', 'verified-email'],
} as const;

const everything: readonly LinkFacts[] = values.identity.flatMap((identity) =>
  values.email.flatMap((email) =>
    values.trusted.flatMap((trusted) =>
      values.signedIn.flatMap((signedIn) => values.linking.map((linking) => ({ identity, email, trusted, signedIn, linking }))),
    ),
  ),
);

/** The first row that fits is the outcome; `undefined` fits everything. */
const table: readonly [Partial<LinkFacts>, LinkOutcome][] = [
  [{ identity: 'known', signedIn: 'other' }, 'ask-to-switch'],
  [{ identity: 'known' }, 'sign-in'],
  [{ email: 'nobody', signedIn: 'other' }, 'ask-to-switch'],
  [{ email: 'nobody' }, 'provision'],
  [{ email: 'unproven', linking: 'never', signedIn: 'other' }, 'ask-to-switch'],
  [{ email: 'unproven', linking: 'never' }, 'provision'],
  [{ email: 'unproven' }, 'ask-to-confirm'],
  [{ linking: 'never' }, 'refuse'],
  [{ linking: 'ask' }, 'ask-to-confirm'],
  [{ email: 'claimed' }, 'ask-to-confirm'],
  [{ trusted: false }, 'ask-to-confirm'],
  [{ signedIn: 'other' }, 'ask-to-switch'],
  [{}, 'sign-in'],
];

function expected(facts: LinkFacts): LinkOutcome | undefined {
  return table.find(([row]) => Object.entries(row).every(([name, value]) => facts[name as keyof LinkFacts] === value))?.[1];
}

describe('o2o: whose account is it', () => {
  it('O2-12: answers every combination of the five facts as the table has it', () => {
    expect(everything).toHaveLength(144);
    expect(everything.map((facts) => [facts, link(facts)])).toEqual(everything.map((facts) => [facts, expected(facts)]));
  });
});

describe('security: whose account is it', () => {
  const unknown = everything.filter(({ identity, email }) => identity === 'unknown' && email !== 'nobody');
  const held = unknown.filter(({ email }) => email !== 'unproven');

  it('E1, E2: an account that is there is never signed in to without a verified address, a trusted upstream and the operator’s word', () => {
    const silent = unknown.filter((facts) => link(facts) === 'sign-in');
    expect(silent.length).toBeGreaterThan(0);
    for (const { email, trusted, linking } of silent) expect([email, trusted, linking]).toEqual(['proven', true, 'verified-email']);
  });

  it('E10: no second account comes to an address that somebody has', () => {
    expect(held.filter((facts) => link(facts) === 'provision')).toEqual([]);
  });

  it('E10: an address that nobody proved locks nobody out, and lets nobody in', () => {
    const outcomes = unknown.filter(({ email }) => email === 'unproven').map(link);
    expect([...new Set(outcomes)].sort()).toEqual(['ask-to-confirm', 'ask-to-switch', 'provision']);
  });

  it('K1: nobody is put into another account than the one she is signed in to without being asked', () => {
    const outcomes = everything.filter(({ signedIn }) => signedIn === 'other').map(link);
    expect(outcomes.filter((outcome) => outcome === 'sign-in' || outcome === 'provision')).toEqual([]);
  });
});
