/** Signing out at the provider too: OpenID Connect RP-Initiated Logout 1.0 section 2. */
import * as client from 'openid-client';
import { configurationOf } from './configuration.ts';
import type { RelyingParty } from './relying-party.ts';

export type LogoutOptions = {
  /** The ID token of the session that ends. */
  readonly id_token_hint?: string;
  /** Registered with the provider; where the browser comes back to. */
  readonly post_logout_redirect_uri?: string;
  readonly state?: string;
  readonly ui_locales?: string;
};

/** Where to send the browser; undefined when the provider has no such place. Throws as `rp.provider` does. */
export async function logoutUrl(rp: RelyingParty, providerId: string, options: LogoutOptions = {}): Promise<string | undefined> {
  const provider = await rp.provider(providerId);
  if (provider.metadata.end_session_endpoint === undefined) return undefined;
  return client.buildEndSessionUrl(await configurationOf(rp, provider), { ...options }).href;
}
