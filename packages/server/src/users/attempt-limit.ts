/**
 * How often a password may be guessed: so many tries for one name in a window, counted in the store before the password is looked at, so that
 * neither a thousand tries at once nor a restart nor another process gives more. Names that nobody has are counted alike.
 */
import type { Vault } from '@symbolon/provider';
import type { Attempts } from '../store.ts';

export type AttemptLimit = {
  /** Takes one of the tries left for this name; false when there is none until `retryAfter` seconds have passed. */
  readonly take: (usernameKey: string) => Promise<boolean>;
  /** After a success the name has all its tries again. */
  readonly forgive: (usernameKey: string) => Promise<void>;
  readonly retryAfter: number;
};

/** Also how many right sign-ins of one name may be under way at once: each takes a try until it is found right. */
const tries = 20;
/** Seconds. Short, because whoever knows a name could otherwise lock its owner out for long. */
const window = 300;

export function limitAttempts(attempts: Attempts, vault: Vault, now: () => number): AttemptLimit {
  // The store gets no names: what is typed there may be a password in the wrong field.
  const bucketOf = (usernameKey: string) => vault.mac('attempts', usernameKey).toString('base64url');
  return {
    take: async (usernameKey) => (await attempts.failed(bucketOf(usernameKey), window, now())) <= tries,
    forgive: (usernameKey) => attempts.clear(bucketOf(usernameKey)),
    retryAfter: window,
  };
}
