/**
 * Claim rules: what a person must bring from a provider, and under which name the application knows it. A table, because it differs from
 * provider to provider; a broken rule names its claim, because whoever can mend it sits at the other end.
 */

export type ClaimType = 'string' | 'number' | 'boolean' | 'strings' | 'object';

export type ClaimRule = {
  /** Absent, null and the empty string are the same: missing. */
  readonly required?: boolean;
  readonly type?: ClaimType;
  /** The values it may have; of a list, each of its entries. */
  readonly values?: readonly (string | number | boolean)[];
  /** A regular expression (flag `u`) for the whole of a string, or of each entry of a list. */
  readonly pattern?: string;
  /** The name of the attribute; the claim's own when not said. */
  readonly to?: string;
};

export type ClaimRules = Readonly<Record<string, ClaimRule>>;

/** `problem` is for people: printable, without the value that was refused. */
export type ClaimFault = { readonly claim: string; readonly reason: 'missing' | 'type' | 'value' | 'pattern'; readonly problem: string };

export type Claims = Readonly<Record<string, unknown>>;

/** A pattern is the application's own, the value is not: what is longer than this is refused unread. */
const longestValue = 1000;

const types: Readonly<Record<ClaimType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  strings: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** The attributes that the rules make of claims, and every rule that is broken. Claims without a rule are left out. */
export function mapClaims(rules: ClaimRules, claims: Claims): { readonly attributes: Claims; readonly faults: readonly ClaimFault[] } {
  const entries = Object.entries(rules).map(([claim, rule]) => {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
    return { claim, rule, value: isMissing(value) ? undefined : value };
  });
  return {
    attributes: Object.fromEntries(
      entries.flatMap(({ claim, rule, value }) => (value === undefined ? [] : [[rule.to ?? claim, value] as const])),
    ),
    faults: entries.flatMap(({ claim, rule, value }) => faultOf(claim, rule, value) ?? []),
  };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function faultOf(claim: string, rule: ClaimRule, value: unknown): ClaimFault | undefined {
  if (value === undefined) return rule.required ? { claim, reason: 'missing', problem: `${claim} is missing` } : undefined;
  const { type, values, pattern } = rule;
  if (type !== undefined && !types[type](value)) return { claim, reason: 'type', problem: `${claim} is not of type ${type}` };
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values !== undefined && !entries.every((entry) => values.some((allowed) => allowed === entry)))
    return { claim, reason: 'value', problem: `${claim} is none of: ${values.join(', ')}` };
  if (pattern !== undefined && !matches(pattern, entries))
    return { claim, reason: 'pattern', problem: `${claim} does not have the form that was agreed` };
  return undefined;
}

function matches(pattern: string, entries: readonly unknown[]): boolean {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return entries.every((entry) => typeof entry === 'string' && entry.length <= longestValue && whole.test(entry));
}
