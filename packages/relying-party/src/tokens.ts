/** Token answers: what the application keeps of them, and how it renews them. RFC 6749 sections 5.1 and 6, OpenID Connect Core section 12. */
import * as client from 'openid-client';
import { configurationOf } from './configuration.ts';
import { RelyingPartyError } from './error.ts';
import { tokenFailure } from './failure.ts';
import { checkIdToken } from './id-token.ts';
import type { SignedIn, Tokens } from './login.ts';
import type { RelyingParty } from './relying-party.ts';

/** Without what the provider added of its own. */
export function tokensOf(answer: client.TokenEndpointResponse): Tokens {
  const { access_token, token_type, id_token = '', expires_in, refresh_token, scope } = answer;
  return {
    access_token,
    token_type,
    id_token,
    ...(expires_in === undefined ? {} : { expires_in }),
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Whose tokens are renewed: what `finish` gave, or the part of it that was kept. */
export type Renewable = Pick<SignedIn, 'provider' | 'issuer' | 'sub'> & { readonly tokens: Tokens };

/**
 * New tokens for a refresh token; what the answer leaves out stays as it was. Throws as `rp.provider` does, `token_refused` when the
 * provider will not, `answer_refused` when a new ID token is about somebody else or does not hold.
 */
export async function refresh(rp: RelyingParty, { provider: id, issuer, sub, tokens }: Renewable): Promise<Tokens> {
  const provider = await rp.provider(id);
  const refuse = (why: string) => new RelyingPartyError('answer_refused', why, { provider: id });
  if (tokens.refresh_token === undefined) throw refuse('there is no refresh token');
  if (provider.settings.issuer !== issuer) throw refuse('the provider has another issuer than the tokens');
  const config = await configurationOf(rp, provider);
  const answer = await client.refreshTokenGrant(config, tokens.refresh_token).catch((error: unknown) => {
    throw tokenFailure(id, error);
  });
  const claims = answer.claims();
  if (claims !== undefined && answer.id_token !== undefined) {
    if (claims.sub !== sub) throw refuse('the new ID token is about somebody else');
    await checkIdToken(rp, provider, answer.id_token, claims);
  }
  const renewed = tokensOf(answer);
  return { ...tokens, ...renewed, id_token: renewed.id_token || tokens.id_token };
}
