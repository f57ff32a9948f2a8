/**
 * The one error of the kit. `kind` says what an application can do about it; the message is for the log. Neither carries a token, a code,
 * a secret or a claim's value; what the provider said is in `error` and `error_description`, cut short and made printable.
 */
import type { ClaimFault } from './claims.ts';

export type ErrorKind =
  /** No provider of that name, or it was taken away meanwhile. */
  | 'provider_unknown'
  /** It cannot be reached, is too slow, or answers with 5xx. Worth a second try. */
  | 'provider_unavailable'
  /** What it says about itself cannot be used: another issuer, no endpoints, no JSON. */
  | 'discovery_invalid'
  /** Our settings do not suffice for what it demands. */
  | 'settings_invalid'
  /** It refused the pushed authorization request. */
  | 'request_refused'
  /** No sign-in was begun in this browser that this answer belongs to. */
  | 'login_unknown'
  /** Begun too long ago. */
  | 'login_expired'
  /** The person, or the provider for her, said no (`access_denied`). */
  | 'denied'
  /** The answer is another error; `error` has its code. */
  | 'answer_error'
  /** The answer, a token or the userinfo does not hold: nobody is signed in. */
  | 'answer_refused'
  /** The token endpoint refused the code, the refresh token or us; `error` has its code. */
  | 'token_refused'
  /** The claims break the rules; `faults` names each. */
  | 'claims'
  /** A logout token that does not hold. */
  | 'logout_refused';

export type ErrorDetails = {
  readonly provider?: string;
  readonly error?: string;
  readonly error_description?: string;
  readonly faults?: readonly ClaimFault[];
};

export class RelyingPartyError extends Error {
  readonly kind: ErrorKind;
  readonly provider: string | undefined;
  readonly error: string | undefined;
  readonly error_description: string | undefined;
  readonly faults: readonly ClaimFault[];

  constructor(kind: ErrorKind, message: string, { provider, error, error_description, faults = [] }: ErrorDetails = {}) {
    // No cause: the errors of openid-client carry whole answers, tokens and all, and loggers print causes.
    super(`${kind}: ${printable(message)}`);
    this.name = 'RelyingPartyError';
    this.kind = kind;
    this.provider = provider;
    this.error = error === undefined ? undefined : printable(error);
    this.error_description = error_description === undefined ? undefined : printable(error_description);
    this.faults = faults;
  }
}

/** Printable ASCII, 300 characters at most: what others chose must not break a line of the log. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 300);
}
