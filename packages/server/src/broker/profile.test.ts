/** What of an upstream's claims becomes a profile here, whatever it sends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { upstreamOf } from '../config/upstream-config.ts';
import type { FileUpstream } from '../config/upstream-schema.ts';
import { readProfile } from './profile.ts';

function given(claims: Readonly<Record<string, unknown>>, changes: Partial<FileUpstream> = {}) {
  const upstream = upstreamOf({ id: 'acme', client_id: 'x', discovery: 'https://acme.example', domains: ['acme.test'], ...changes });
  const profile = readProfile(upstream, { issuer: 'https://acme.example', subject: '1', claims });
  return 'faults' in profile ? profile.faults.map(({ claim, reason }) => `${claim} ${reason}`) : profile;
}

describe('security: the profile of an upstream', () => {
  it('E9: takes the standard claims as texts, and nothing that could be something else', () => {
    const hostile = {
      name: { $ne: 1 },
      given_name: 'x'.repeat(1001),
      family_name: '',
      nickname: 'a\0b',
      locale: ['fi'],
      picture: 'javascript:alert(1)',
      website: 'data:text/html,x',
      profile: 'https://people.example/ann',
      address: { locality: 'Espoo', roles: ['x'], region: 3, __proto__: null },
      email: 'Ann <ann@acme.test>',
      sub: 'other',
      custom: 'not named by a rule',
    };
    expect(given(hostile)).toMatchObject({ given: { claims: { profile: 'https://people.example/ann', address: { locality: 'Espoo' } } } });
  });

  it('E2: vouches for an address only in its own domains, with the boolean true', () => {
    const verified = (email: string, email_verified: unknown = true) => given({ email, email_verified });
    expect(verified('Ann@ACME.test')).toMatchObject({ trusted: true, emailVerified: true, given: { claims: { email_verified: true } } });
    for (const email of ['ann@other.test', 'ann@sub.acme.test', 'ann@acme.test.evil.test', 'ann@xacme.test'])
      expect(verified(email)).toMatchObject({ trusted: false, given: { claims: { email, email_verified: false } } });
    expect(verified('ann@acme.test', 'true')).toMatchObject({ emailVerified: false, given: { claims: { email_verified: false } } });
    for (const email of ['ann@evil.test@acme.test', 'ann', '@acme.test', 'ann@acme.test ', 'ann@acme.test/x'])
      expect(verified(email)).toEqual({ given: { claims: {}, groups: [], roles: [] }, emailVerified: true, trusted: false });
  });

  it('E9: groups and roles are those of the map and no others', () => {
    const groups = { claim: 'g', map: { riders: 'bikers', constructor: 'never' } };
    const profile = (g: unknown) => given({ g, groups: ['admin'], roles: ['admin'] }, { groups });
    expect(profile(['riders', 'riders', 'admin', 7])).toMatchObject({ given: { groups: ['bikers'], roles: [] } });
    expect(profile('riders x')).toMatchObject({ given: { groups: ['bikers'] } });
    for (const g of [undefined, null, 7, { riders: true }, ['__proto__', 'toString']])
      expect(profile(g)).toMatchObject({ given: { groups: [] } });
  });

  it('names each broken rule, and renames what a rule renames', () => {
    const claims = {
      plan: { required: true, values: ['A', 'B'], to: 'bikePlan' },
      name: { to: 'fullName' },
      age: { type: 'number' as const },
    };
    expect(given({ plan: 'C', age: '7' }, { claims })).toEqual(['plan value', 'age type']);
    expect(given({ plan: 'A', name: 'Ann' }, { claims })).toMatchObject({ given: { claims: { bikePlan: 'A', fullName: 'Ann' } } });
    expect(given({ plan: 'A', name: 'Ann' }, { claims })).not.toMatchObject({ given: { claims: { name: 'Ann' } } });
  });

  it('E9: never gives what only we may say, whatever is sent and whatever the rules are named', () => {
    const names = fc.oneof(
      fc.constantFrom('sub', 'iss', 'roles', 'groups', 'email_verified', 'acr', '__proto__', 'email', 'name'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (claims) => {
        const rules = Object.fromEntries(Object.keys(claims).map((name) => [name, {}]));
        const profile = given(claims, { claims: rules, domains: [] });
        if (Array.isArray(profile) || !('given' in profile)) return;
        const { email_verified, ...others } = profile.given.claims;
        expect(email_verified === undefined || email_verified === false).toBe(true);
        for (const name of ['sub', 'iss', 'roles', 'groups', 'acr']) expect(Object.hasOwn(others, name)).toBe(false);
        expect(Object.getPrototypeOf(profile.given.claims)).toBe(Object.prototype);
        expect([profile.given.groups, profile.given.roles]).toEqual([[], []]);
      }),
    );
  });
});
