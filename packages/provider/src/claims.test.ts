import { describe, expect, it } from 'vitest';
import type { Account } from './accounts.ts';
import { claimNames, claimsOf } from './claims.ts';

const account: Account = {
  sub: 's1',
  username: 'ann',
  active: true,
  claims: {
    name: 'Ann',
    nickname: '',
    birthdate: null,
    address: {},
    email: 'ann@example.org',
    email_verified: false,
    sub: 'forged',
    plan: 'gold',
  },
  groups: ['staff'],
  roles: [],
  updatedAt: 1_700_000_000,
};

describe('claims of scopes', () => {
  it('U2, I3: gives the claims of the scopes, none of them null or empty', () => {
    expect(claimsOf(account, ['openid', 'profile', 'email', 'address'], [])).toEqual({
      sub: 's1',
      name: 'Ann',
      updated_at: 1_700_000_000,
      email: 'ann@example.org',
      email_verified: false,
    });
  });

  it('sub is the account, whatever its attributes say', () => {
    expect(claimsOf(account, ['openid'], [{ name: 'x', claims: ['sub'] }])).toEqual({ sub: 's1' });
    expect(claimsOf(account, ['x'], [{ name: 'x', claims: ['sub'] }])).toEqual({ sub: 's1' });
  });

  it('a scope of the tenant releases its own claims, groups among them', () => {
    const scopes = [{ name: 'work', claims: ['groups', 'roles', 'plan', 'constructor'] }];
    expect(claimsOf(account, ['work'], scopes)).toEqual({ sub: 's1', groups: ['staff'], plan: 'gold' });
  });

  it('D9: knows the names of all claims a scope can release', () => {
    expect(claimNames({ scopes: [{ name: 'work', claims: ['plan'] }] })).toEqual(expect.arrayContaining(['sub', 'email', 'plan']));
  });
});
