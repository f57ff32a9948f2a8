/** Checking who somebody is, where the core has to ask: the server's directory and its credentials behind it. */
import type { Account } from './accounts.ts';

export type PasswordCheck =
  | { readonly outcome: 'signed-in'; readonly account: Account }
  | { readonly outcome: 'refused' }
  /** Too many tries for this name, or too many at once for this server; `retryAfter` in seconds. Nothing was checked. */
  | { readonly outcome: 'throttled' | 'busy'; readonly retryAfter: number };

export type People = {
  /** The same answer, after the same work, for an unknown name, a wrong password and a disabled account. */
  readonly checkPassword: (username: string, password: string) => Promise<PasswordCheck>;
};
