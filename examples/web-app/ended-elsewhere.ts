/**
 * A sign-out that began somewhere else: the provider tells it from server to server (OpenID Connect Back-Channel Logout 1.0), and the sessions it
 * means end here as well. Checking the logout token is the relying-party kit's; openid-client has nothing for it.
 */
import { backChannelLogout, type LoggedOut, type RelyingParty, relyingParty } from '@symbolon/relying-party';
import type { Session } from './sessions.ts';
import type { ProviderOptions } from './sign-in.ts';

export function listener({ issuer, client_id, client_secret }: ProviderOptions, redirectUri: string): RelyingParty {
  return relyingParty({ redirectUri, providers: async () => ({ issuer, client_id, client_secret }) });
}

/** Which sessions the logout token means. Throws `logout_refused` when it does not hold. */
export async function endedElsewhere(rp: RelyingParty, logout_token: string): Promise<(session: Session) => boolean> {
  const told = await backChannelLogout(rp, 'provider', logout_token);
  return ({ signedIn }) => signedIn !== undefined && isMeant(signedIn.claims, told);
}

/** A session of later is not meant: the message may have been on its way for a while. */
function isMeant(claims: { readonly sub: string; readonly sid?: unknown; readonly iat: number }, { sub, sid, iat }: LoggedOut): boolean {
  return claims.iat <= iat && (sid === undefined ? claims.sub === sub : claims.sid === sid);
}
