import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account, Json } from './accounts.ts';
import type { ClaimSource } from './claim-mapping/source.ts';
import { parseTarget, protectedClaims, targetFault } from './claim-mapping/target.ts';
import { type ClaimMapper, type ClaimPlace, mapAudience, mapClaims } from './claim-mapping.ts';

const account: Account = {
  sub: 'real',
  username: 'ann',
  active: true,
  claims: { email: 'ann@example.org', plan: '', work: { units: [{ name: 'North' }] }, address: { country: 'FI' } },
  groups: ['staff', 'mica-user', 'mica-'],
  roles: ['rest-admin'],
  updatedAt: 1_700_000_000,
};
const sources = { account, sub: 'as-known', scopes: ['openid', 'work'] };

const row = (source: ClaimSource, to: string, more: { into?: readonly ClaimPlace[]; scope?: string } = {}): ClaimMapper => ({
  source,
  target: parseTarget(to),
  into: ['userinfo'],
  ...more,
});
const mapped = (mappers: readonly ClaimMapper[], claims: Readonly<Record<string, Json>> = {}) =>
  mapClaims(claims, mappers, sources, ({ into }) => into.includes('userinfo'));
const plan = (value: Json): ClaimSource => ({ from: 'value', value });

describe('claim mapping', () => {
  it.each<[ClaimSource, Json | undefined]>([
    [{ from: 'claim', name: 'email' }, 'ann@example.org'],
    [{ from: 'claim', name: 'updated_at' }, 1_700_000_000],
    [{ from: 'claim', name: 'plan' }, undefined],
    [{ from: 'claim', name: 'constructor' }, undefined],
    [{ from: 'path', path: ['work', 'units', 0, 'name'] }, 'North'],
    [{ from: 'path', path: ['work', 'none'] }, undefined],
    [{ from: 'groups', prefix: '', cut: false }, ['staff', 'mica-user', 'mica-']],
    [{ from: 'groups', prefix: 'mica-', cut: false }, ['mica-user']],
    [{ from: 'groups', prefix: 'mica-', cut: true }, ['user']],
    [{ from: 'groups', prefix: 'opal-', cut: true }, undefined],
    [{ from: 'roles', prefix: '', cut: false }, ['rest-admin']],
    [{ from: 'sub' }, 'as-known'],
    [{ from: 'username' }, 'ann'],
    [{ from: 'scopes' }, ['openid', 'work']],
    [plan('gold'), 'gold'],
    [plan(3), 3],
    [plan(2.5), 2.5],
    [plan(false), false],
    [plan({ a: [1] }), { a: [1] }],
    [plan(null), undefined],
    [plan([]), undefined],
  ])('%j gives %j', (source, value) => {
    expect(mapped([row(source, 'x')])).toEqual(value === undefined ? {} : { x: value });
  });

  it('row 15: one source goes under every shape of name', () => {
    const groups: ClaimSource = { from: 'groups', prefix: 'mica-', cut: false };
    const names = ['groups', 'context.user.groups', 'https://oneportal.trivore.com/claims/groups', 'urn:anyid:role', 'urn:internal:userid'];
    expect(mapped(names.map((name) => row(groups, name)))).toEqual({
      groups: ['mica-user'],
      context: { user: { groups: ['mica-user'] } },
      'https://oneportal.trivore.com/claims/groups': ['mica-user'],
      'urn:anyid:role': ['mica-user'],
      'urn:internal:userid': ['mica-user'],
    });
  });

  it('a later row wins, and an object keeps what else it has', () => {
    expect(mapped([row(plan('a'), 'plan'), row(plan('b'), 'plan')])).toEqual({ plan: 'b' });
    expect(mapped([row(plan(1), 'a.b'), row(plan(2), 'a.c'), row(plan(3), 'a.b')])).toEqual({ a: { b: 3, c: 2 } });
    expect(mapped([row(plan(1), 'a'), row(plan(2), 'a.c')])).toEqual({ a: { c: 2 } });
  });

  it('what the person has is never written on', () => {
    const before = JSON.stringify(account);
    expect(mapped([row(plan('x'), 'address.zone')], account.claims).address).toEqual({ country: 'FI', zone: 'x' });
    expect(JSON.stringify(account)).toBe(before);
  });

  it('a row counts only where it goes, and only with its scope', () => {
    expect(mapped([row(plan('x'), 'a', { into: ['id_token'] }), row(plan('x'), 'b', { scope: 'other' })])).toEqual({});
    expect(mapped([row(plan('x'), 'b', { scope: 'work' })])).toEqual({ b: 'x' });
  });

  it('a client acting for itself has fixed values and scopes, nothing of a person', () => {
    const all: ClaimSource[] = [plan('x'), { from: 'sub' }, { from: 'username' }, { from: 'claim', name: 'email' }, { from: 'scopes' }];
    const rows = all.map((source) => row(source, source.from));
    expect(mapClaims({}, rows, { account: undefined, sub: undefined, scopes: ['a'] }, () => true)).toEqual({ value: 'x', scopes: ['a'] });
  });

  it('aud is the client alone until an audience is mapped, then a list that begins with it', () => {
    expect(mapAudience('rp', [], [])).toBe('rp');
    expect(mapAudience('rp', [{ audience: ['api'], scope: 'work' }], [])).toBe('rp');
    expect(mapAudience('rp', [{ audience: ['api', 'rp'], scope: 'work' }, { audience: ['api', 'b'] }], ['work'])).toEqual([
      'rp',
      'api',
      'b',
    ]);
    expect(mapAudience('rp', [{ audience: [] }], [])).toEqual(['rp']);
  });

  it('no mapper writes a protected claim, wherever it points', () => {
    const before = Object.fromEntries([...protectedClaims].map((name) => [name, `true ${name}`]));
    const names = fc.oneof(
      fc.constantFrom(...protectedClaims, '__proto__', 'constructor', 'prototype', ''),
      fc.string({ minLength: 1, maxLength: 8 }),
    );
    const rows = fc.array(fc.record({ target: fc.array(names, { maxLength: 10 }), value: fc.jsonValue() }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, (list) => {
        const mappers = list.map(({ target, value }): ClaimMapper => ({ source: plan(value as Json), target, into: ['userinfo'] }));
        const after = mapped(mappers, before);
        expect(after).toMatchObject(before);
        expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
        for (const name of Object.keys(after)) expect(name in before || targetFault([name]) === undefined).toBe(true);
      }),
    );
  });

  it.each(['sub', 'aud', 'aud.x', '__proto__', '__proto__.polluted', 'a.__proto__.b', 'constructor.prototype.x', 'a.b.c.d.e.f.g.h.i', ''])(
    'the target %j is refused',
    (to) => {
      expect(targetFault(parseTarget(to))).toBeTypeOf('string');
    },
  );
});
