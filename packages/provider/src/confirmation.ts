/**
 * Sender constraint: the keys a token is bound to (RFC 7800, claim `cnf`), so that a stolen token is worth nothing to who does not hold them.
 * The same for every kind of token and of key; how a key is proven is said elsewhere (token/sender.ts, bearer.ts). Pure.
 */

/**
 * Keys by the registered names of their thumbprints, base64url of SHA-256: a DPoP key (RFC 9449 section 6.1), a client certificate (RFC 8705
 * section 3.1). Of a token: every key that must be proven with it, at least one. Of a request: every key that it proves, maybe none.
 */
export type Confirmation = { readonly jkt?: string; readonly 'x5t#S256'?: string };

const confirmationMembers = ['jkt', 'x5t#S256'] as const satisfies readonly (keyof Confirmation)[];

/** Whether a request that proves these keys may use what is bound like this. */
export function isProven(bound: Confirmation | undefined, proven: Confirmation): boolean {
  return confirmationMembers.every((member) => bound?.[member] === undefined || bound[member] === proven[member]);
}

/** How an access token is shown (RFC 6749 section 7.1): one that is bound to a certificate is shown as any other. */
export function tokenTypeOf(bound: Confirmation | undefined): 'Bearer' | 'DPoP' {
  return bound?.jkt === undefined ? 'Bearer' : 'DPoP';
}
