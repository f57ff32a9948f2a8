/**
 * Logout tokens: OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6. A logout token looks like an ID token and must not be taken
 * for one, nor the other way about: that is what `events`, the missing `nonce` and `typ` are for.
 */
import { createLocalJWKSet, decodeProtectedHeader, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { idTokenAlg, isShared } from './configuration.ts';
import { RelyingPartyError } from './error.ts';
import { isEncrypted } from './id-token.ts';
import { decrypt } from './key-material.ts';
import { knownKeys } from './key-set.ts';
import type { Provider, RelyingParty } from './relying-party.ts';

/** Which sessions end: those with this `sid`, or without one all of this `sub`, at this issuer. */
export type LoggedOut = {
  readonly provider: string;
  readonly issuer: string;
  readonly sub?: string;
  readonly sid?: string;
  /** The token's name: whoever ends sessions accepts it once. */
  readonly jti: string;
  /** Epoch seconds. What was opened later is not meant. */
  readonly iat: number;
};

const event = 'http://schemas.openid.net/event/backchannel-logout';
const longestToken = 16_384;
/** Seconds between their clock and ours. */
const clockTolerance = 60;
/** Seconds. A provider may send a token again when we did not answer; not the next day. */
const oldest = 600;

/** Who is signed out. Throws as `rp.provider` does, and `logout_refused` when the token does not hold. */
export async function backChannelLogout(rp: RelyingParty, providerId: string, logout_token: string): Promise<LoggedOut> {
  const provider = await rp.provider(providerId);
  const claims = await verified(rp, provider, logout_token).catch((error: unknown) => {
    if (error instanceof RelyingPartyError) throw error;
    throw refusal(provider, error instanceof Error ? error.message : 'cannot be read');
  });
  const fault = faultOf(rp, claims);
  if (fault !== undefined) throw refusal(provider, fault);
  const { iss = '', sub, sid, jti = '', iat = 0 } = claims;
  return {
    provider: providerId,
    issuer: iss,
    jti,
    iat,
    ...(sub === undefined ? {} : { sub }),
    ...(typeof sid === 'string' ? { sid } : {}),
  };
}

function refusal({ id }: Provider, why: string): RelyingPartyError {
  return new RelyingPartyError('logout_refused', `the logout token ${why}`, { provider: id });
}

async function verified(rp: RelyingParty, provider: Provider, token: string): Promise<JWTPayload> {
  if (token.length > longestToken) throw refusal(provider, 'is too long');
  const jwt = isEncrypted(token) ? await decrypt(provider, token) : token;
  const { typ, kid } = decodeProtectedHeader(jwt);
  // Providers of before the type was defined send JWT or none (section 2.4); any other type is another kind of token.
  if (typ !== undefined && !['logout+jwt', 'jwt'].includes(typ.toLowerCase().replace(/^application\//, '')))
    throw refusal(provider, 'is of another type');
  const alg = idTokenAlg(provider);
  const expected: JWTVerifyOptions = {
    algorithms: [alg],
    issuer: provider.settings.issuer,
    audience: provider.settings.client_id,
    requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti'],
    currentDate: new Date(rp.now() * 1000),
    clockTolerance,
  };
  if (isShared(alg)) return (await jwtVerify(jwt, new TextEncoder().encode(provider.settings.client_secret), expected)).payload;
  return (await jwtVerify(jwt, createLocalJWKSet(await knownKeys(rp, provider, kid)), expected)).payload;
}

function faultOf(rp: RelyingParty, { nonce, events, sub, sid, jti, iat = 0 }: JWTPayload): string | undefined {
  if (nonce !== undefined) return 'has a nonce, as only ID tokens have';
  if (typeof events !== 'object' || events === null || !isObject((events as Record<string, unknown>)[event]))
    return 'is about no logout (events)';
  if (sub !== undefined && typeof sub !== 'string') return 'has a sub that is no text';
  if (sid !== undefined && typeof sid !== 'string') return 'has a sid that is no text';
  if (!sub && !sid) return 'names neither sub nor sid';
  if (typeof jti !== 'string' || jti === '') return 'has no jti';
  if (iat < rp.now() - oldest) return 'is too old (iat)';
  return iat > rp.now() + clockTolerance ? 'was issued in the future (iat)' : undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
