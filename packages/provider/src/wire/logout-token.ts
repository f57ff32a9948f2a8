/** The logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
import type { JwtHeader, Payload } from './jwt.ts';

export const logoutTokenHeader: JwtHeader = { typ: 'logout+jwt' };

const backchannelLogoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Long enough for clocks that differ, short enough that a token somebody found is worth nothing. In seconds; section 2.4 recommends two minutes. */
const lifetime = 120;

export type LogoutFacts = {
  readonly issuer: string;
  readonly client_id: string;
  /** As the client knows the person. */
  readonly sub: string;
  readonly sid: string;
  /** The same at every attempt, so that a client which heard us and could not say so can tell. */
  readonly jti: string;
};

/** Its claims. Never a nonce: it must not pass for an ID token. */
export function logoutToken({ issuer, client_id, sub, sid, jti }: LogoutFacts, now: number): Payload {
  const events = { [backchannelLogoutEvent]: {} };
  return { iss: issuer, aud: client_id, iat: now, exp: now + lifetime, jti, sub, sid, events };
}
