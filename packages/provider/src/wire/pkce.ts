/** Proof Key for Code Exchange (RFC 7636), S256 only: `plain` protects nobody who can read the request (RFC 9700 section 2.1.1). */
import { hash } from 'node:crypto';
import { OAuthError } from './error.ts';
import { sameText } from './hashes.ts';
import { one, type Parameters } from './parameters.ts';

const challengeForm = /^[A-Za-z0-9_-]{43}$/;
const verifierForm = /^[A-Za-z0-9._~-]{43,128}$/;

/** The challenge of an authorization request, checked; undefined when PKCE is not used and need not be. Throws invalid_request. */
export function readChallenge(parameters: Parameters, demand: 'required' | 'optional'): string | undefined {
  const challenge = one(parameters, 'code_challenge');
  const method = one(parameters, 'code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) throw new OAuthError('invalid_request', 'code_challenge_method is given without code_challenge');
    if (demand === 'required') throw new OAuthError('invalid_request', 'code_challenge is missing; this client must use PKCE with S256');
    return undefined;
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256');
  if (!challengeForm.test(challenge)) throw new OAuthError('invalid_request', 'code_challenge must be 43 base64url characters');
  return challenge;
}

/**
 * Whether the verifier of a token request fits the challenge of its authorization request. Throws invalid_grant when it does not,
 * when one of the two is there without the other (a downgrade, RFC 9700 section 4.8.2), or when the verifier is malformed.
 */
export function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return;
  if (challenge === undefined)
    throw new OAuthError('invalid_grant', 'code_verifier is given, but the authorization request had no code_challenge');
  if (verifier === undefined) throw new OAuthError('invalid_grant', 'code_verifier is missing');
  if (!verifierForm.test(verifier)) throw new OAuthError('invalid_grant', 'code_verifier must be 43 to 128 unreserved characters');
  if (!sameText(hash('sha256', verifier, 'base64url'), challenge)) throw new OAuthError('invalid_grant', 'code_verifier does not match');
}
