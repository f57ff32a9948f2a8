/**
 * Sign-in by username and password. Who does not exist, has no password or is disabled is told the same as who typed a wrong one,
 * after the same work: one read, one hash (OWASP ASVS 5.0 section 6.3.8).
 */
import type { User, Users } from '../store.ts';
import type { Hashing } from './hashing-queue.ts';
import { hashPassword, needsRehash, passwordProblem, verifyPassword } from './password.ts';
import { usernameKey } from './username.ts';

export type SignIn =
  | { readonly outcome: 'signed-in'; readonly user: User }
  | { readonly outcome: 'refused' }
  /** Too many passwords are being hashed; `retryAfter` in seconds. */
  | { readonly outcome: 'busy'; readonly retryAfter: number };

export type SignInDeps = {
  readonly users: Pick<Users, 'findForPassword' | 'rehash'>;
  readonly hashing: Hashing;
};

/** Checks a password; on success a weak or imported hash is replaced before the answer. Throws what the store throws. */
export async function signInWithPassword(deps: SignInDeps, username: string, password: string): Promise<SignIn> {
  // Depends on what was typed alone, so it tells nothing about anybody.
  if (passwordProblem(password)) return { outcome: 'refused' };
  const name = usernameKey(username);
  const found = 'key' in name ? await deps.users.findForPassword(name.key) : undefined;
  const verified = await deps.hashing.run(() => verifyPassword(password, found?.passwordHash));
  if (verified.outcome === 'busy') return verified;
  if (!found || !verified.value || !found.user.active) return { outcome: 'refused' };
  if (found.passwordHash && needsRehash(found.passwordHash)) await rehash(deps, found.user, found.passwordHash, password);
  return { outcome: 'signed-in', user: found.user };
}

/** Best effort: when hashing is busy it waits for the next sign-in. */
async function rehash({ users, hashing }: SignInDeps, user: User, previous: string, password: string): Promise<void> {
  const hashed = await hashing.run(() => hashPassword(password));
  if (hashed.outcome === 'done') await users.rehash(user.sub, previous, hashed.value);
}
