/** A new person as the store takes her. Her `sub` is made here and is random: nobody can choose whom a token speaks for (RFC 9700 section 4.15). */
import type { Json } from '@symbolon/provider';
import type { User } from '../store.ts';
import { type UsernameProblem, usernameKey } from './username.ts';

export type NewUser = {
  readonly username: string;
  readonly claims: Readonly<Record<string, Json>>;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** Epoch seconds. */
  readonly now: () => number;
  /** Unpredictable bytes, base64url. */
  readonly random: (bytes: number) => string;
};

const subBytes = 16;

/** The person, active and not yet stored, or what is wrong with her username. The name is shown as it was typed, without outer spaces. */
export function newUser(input: NewUser): { readonly user: User } | { readonly problem: UsernameProblem } {
  const name = usernameKey(input.username);
  if ('problem' in name) return name;
  const at = input.now();
  return {
    user: {
      sub: input.random(subBytes),
      username: input.username.normalize('NFC').trim(),
      usernameKey: name.key,
      active: true,
      claims: input.claims,
      groups: input.groups,
      roles: input.roles,
      createdAt: at,
      updatedAt: at,
    },
  };
}
