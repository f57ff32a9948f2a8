/**
 * What openid-client leaves to us when it has checked an ID token (OpenID Connect Core section 3.1.3.7): signatures made with a shared
 * secret, an `azp` that is there without need, times from the future, encryption that was agreed and is missing.
 */
import { compactVerify } from 'jose';
import type { IDToken } from 'openid-client';
import { idTokenAlg, isShared } from './configuration.ts';
import { RelyingPartyError } from './error.ts';
import { decrypt } from './key-material.ts';
import type { Provider, RelyingParty } from './relying-party.ts';

/** Seconds that a provider's clock may be ahead of ours. */
const clockTolerance = 60;

/** Throws `answer_refused`. `id_token` is what came, `claims` what openid-client read from it. */
export async function checkIdToken(rp: RelyingParty, provider: Provider, id_token: string, claims: IDToken): Promise<void> {
  const { settings } = provider;
  const refuse = (why: string) => {
    throw new RelyingPartyError('answer_refused', `the ID token ${why}`, { provider: provider.id });
  };
  if (claims.iat > rp.now() + clockTolerance) refuse('was issued in the future (iat)');
  if (claims.azp !== undefined && claims.azp !== settings.client_id) refuse('is for another party (azp)');
  if (claims.sub === '' || claims.sub.length > 255) refuse('has a sub that is empty or longer than 255 characters');
  if (settings.id_token_encrypted_response_alg !== undefined && !isEncrypted(id_token)) refuse('is not encrypted, as was agreed');
  if (isShared(idTokenAlg(provider)) && !(await isSignedWithSecret(provider, id_token))) refuse('is not signed with the client secret');
}

/** Five parts are a JWE: RFC 7516 section 3.1. */
export function isEncrypted(jwt: string): boolean {
  return jwt.split('.').length === 5;
}

async function isSignedWithSecret(provider: Provider, id_token: string): Promise<boolean> {
  const secret = new TextEncoder().encode(provider.settings.client_secret ?? '');
  // An empty secret would be everybody's.
  if (secret.length === 0) return false;
  const signed = isEncrypted(id_token) ? await decrypt(provider, id_token) : id_token;
  return compactVerify(signed, secret, { algorithms: [idTokenAlg(provider)] }).then(
    () => true,
    () => false,
  );
}
