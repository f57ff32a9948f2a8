/** The person an answer is about, as the user directory hands her over. */

/** JSON values, as claims are. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type Account = {
  /** OpenID Connect Core section 2: never reassigned, at most 255 ASCII characters, made by the server. */
  readonly sub: string;
  readonly username: string;
  /** A disabled account gets nothing, wherever it comes from, from the next request on. */
  readonly active: boolean;
  /** Claims by their OpenID Connect names; groups and roles among them under those two names. */
  readonly claims: Readonly<Record<string, Json>>;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** Epoch seconds of the last change to the account: the claim `updated_at`. */
  readonly updatedAt: number;
};
