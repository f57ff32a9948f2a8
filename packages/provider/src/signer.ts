/** Which key signs what a client reads: the tenant's for the algorithm the client registered, or the client's own secret. */
import { sharedSecret } from './active-client.ts';
import type { Client } from './client.ts';
import type { Provider } from './op.ts';
import { type Algorithm, isAsymmetric } from './wire/algorithms.ts';
import { OAuthError } from './wire/error.ts';
import type { JwtSigner } from './wire/jwt.ts';

/** Throws server_error when the tenant has no key for the algorithm, or keeps no secret to sign with. */
export function signerOf(op: Provider, client: Client, alg: Algorithm): JwtSigner {
  if (isAsymmetric(alg)) {
    const key = op.keys.signing(alg);
    if (key !== undefined) return key;
    throw new OAuthError('server_error', 'no key for the registered signature algorithm', {
      diagnostic: `${client.client_id} wants ${alg}`,
    });
  }
  // The client's own secret (OpenID Connect Core section 10.1), so that the client, and only it, can verify.
  const secret = sharedSecret(op.vault, client);
  if (secret === undefined)
    throw new OAuthError('server_error', 'no secret to sign with', {
      diagnostic: `${client.client_id} wants ${alg} but keeps no sealed secret`,
    });
  return { alg, secret };
}

/** The tenant's word, else OpenID Connect's default where the tenant offers it, else the algorithm the tenant names first. */
export function defaultAlgorithm({ signing, unsaidSigning }: Pick<Provider['settings'], 'signing' | 'unsaidSigning'>): Algorithm {
  if (unsaidSigning !== undefined && signing.includes(unsaidSigning)) return unsaidSigning;
  return signing.includes('RS256') ? 'RS256' : (signing[0] ?? 'RS256');
}
