/**
 * Sign-in by username and password. Who does not exist, has no password or is disabled is told the same as who typed a wrong one,
 * after the same work: one count, one read, one hash (OWASP ASVS 5.0 section 6.3.8).
 */
import type { User, Users } from '../store.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import type { Hashing } from './hashing-queue.ts';
import { hashPassword, needsRehash, passwordProblem, verifyPassword } from './password.ts';
import { usernameKey } from './username.ts';

export type SignIn =
  /** `passwordHash` is the one in force now: the sign-in counts only while it is. */
  | { readonly outcome: 'signed-in'; readonly user: User; readonly passwordHash: string }
  | { readonly outcome: 'refused' }
  /** Too many tries for this name, or too many passwords being hashed; `retryAfter` in seconds. Nothing was checked. */
  | { readonly outcome: 'throttled' | 'busy'; readonly retryAfter: number };

export type SignInDeps = {
  readonly users: Pick<Users, 'findForPassword' | 'rehash'>;
  readonly hashing: Hashing;
  readonly limit: AttemptLimit;
};

/** Checks a password; on success a weak or imported hash is replaced before the answer. Throws what the store throws. */
export async function signInWithPassword(deps: SignInDeps, username: string, password: string): Promise<SignIn> {
  // Depends on what was typed alone, so it tells nothing about anybody.
  if (passwordProblem(password)) return { outcome: 'refused' };
  const name = usernameKey(username);
  const key = 'key' in name ? name.key : undefined;
  if (key !== undefined && !(await deps.limit.take(key))) return { outcome: 'throttled', retryAfter: deps.limit.retryAfter };
  const found = key === undefined ? undefined : await deps.users.findForPassword(key);
  const verified = await deps.hashing.run(() => verifyPassword(password, found?.passwordHash));
  if (verified.outcome === 'busy') return verified;
  if (!found?.passwordHash || !verified.value || !found.user.active) return { outcome: 'refused' };
  const { user, passwordHash } = found;
  await deps.limit.forgive(user.usernameKey);
  return {
    outcome: 'signed-in',
    user,
    passwordHash: needsRehash(passwordHash) ? await rehash(deps, user, passwordHash, password) : passwordHash,
  };
}

/** Best effort: when hashing is busy it waits for the next sign-in. Answers the hash in force. */
async function rehash({ users, hashing }: SignInDeps, user: User, previous: string, password: string): Promise<string> {
  const hashed = await hashing.run(() => hashPassword(password));
  if (hashed.outcome === 'busy') return previous;
  if (await users.rehash(user.sub, previous, hashed.value)) return hashed.value;
  // Another sign-in was first: its hash counts if it is of the same password.
  const current = (await users.findForPassword(user.usernameKey))?.passwordHash;
  const same = await hashing.run(() => verifyPassword(password, current));
  return current !== undefined && same.outcome === 'done' && same.value ? current : previous;
}
