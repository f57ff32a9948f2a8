import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newUser } from './new-user.ts';

const input = {
  claims: { name: 'Åsa', sub: 'chosen' },
  groups: ['staff'],
  roles: ['admin'],
  now: () => 1_700_000_000,
  random: (bytes: number) => randomBytes(bytes).toString('base64url'),
};

function made(username: string) {
  const result = newUser({ ...input, username });
  if ('problem' in result) throw new Error(result.problem);
  return result.user;
}

describe('newUser', () => {
  it('F23: sub is 128 random bits of the server, whatever name or claims say', () => {
    const subs = Array.from({ length: 100 }, () => made('same').sub);
    expect(new Set(subs).size).toBe(100);
    for (const sub of subs) expect(sub).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('E8: the name keeps its spelling for people, its key is canonical', () => {
    expect(made(' A\u030asa ')).toMatchObject({
      username: 'Åsa',
      usernameKey: 'åsa',
      active: true,
      createdAt: 1_700_000_000,
      updatedAt: 1_700_000_000,
    });
  });

  it('E8: a name without a canonical form makes nobody', () => {
    expect(newUser({ ...input, username: 'a\u200bb' })).toEqual({ problem: 'forbidden_character' });
  });
});
