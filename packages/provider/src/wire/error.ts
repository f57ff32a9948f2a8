/**
 * The one error of the protocol. Thrown on the straight line; whoever stands at the edge of an endpoint turns it into a
 * JSON body (RFC 6749 section 5.2), a bearer challenge (RFC 6750 section 3), an authorization response (section 4.1.2.1) or a page.
 */

/** Registered error codes that this provider sends. */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'login_required'
  | 'interaction_required'
  | 'consent_required'
  | 'account_selection_required'
  | 'unmet_authentication_requirements'
  | 'invalid_request_uri'
  | 'invalid_request_object'
  | 'registration_not_supported'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'unapproved_software_statement'
  | 'temporarily_unavailable'
  | 'server_error';

const statusOf: Partial<Record<ErrorCode, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 503,
  server_error: 500,
};

/** What a page can tell a person in her own language; the description beside it is for whoever can mend the cause. */
export type ErrorReason = 'request_gone' | 'no_cookie' | 'client_unknown' | 'redirect_uri_unknown';

type Options = {
  readonly diagnostic?: string;
  readonly reason?: ErrorReason;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

export class OAuthError extends Error {
  readonly code: ErrorCode;
  /** What the caller is told; printable ASCII without quotation mark and backslash (RFC 6749 section 4.1.2.1). */
  readonly description: string;
  /** What only the operator is told. */
  readonly diagnostic: string | undefined;
  readonly reason: ErrorReason | undefined;
  /** Headers without which the answer would not say what to do. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, description: string, options: Options = {}) {
    super(`${code}: ${description}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OAuthError';
    this.code = code;
    this.description = printable(description);
    this.diagnostic = options.diagnostic;
    this.reason = options.reason;
    this.headers = options.headers ?? {};
  }

  /** The HTTP status of a direct answer: RFC 6749 section 5.2, RFC 6750 section 3.1. */
  get status(): number {
    return statusOf[this.code] ?? 400;
  }
}

/** What the log is told of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Replaces what an error_description must not contain, so that no caller-made text can break the rule. */
export function printable(text: string): string {
  return text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?');
}
