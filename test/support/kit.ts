/** The relying-party kit in front of scripted providers: an application with one callback and as many partners as a test likes. */
import {
  finish,
  type ProviderSettings,
  type RelyingParty,
  type RelyingPartyOptions,
  relyingParty,
  type SignedIn,
  type StartOptions,
  start,
} from '@symbolon/relying-party';
import type { ScriptedProvider } from './scripted-provider.ts';

export const redirectUri = 'http://127.0.0.1:5999/auth/oidc/callback';
export const secret = 'a secret of /+= the partner';

/** As the partner told us. */
export function settingsOf(provider: ScriptedProvider, changes: Partial<ProviderSettings> = {}): ProviderSettings {
  return { issuer: provider.issuer, client_id: 'kit', client_secret: secret, token_endpoint_auth_method: 'client_secret_post', ...changes };
}

/** An application that knows these providers. */
export function applicationOf(
  providers: Readonly<Record<string, ProviderSettings>>,
  options: Partial<RelyingPartyOptions> = {},
): RelyingParty {
  return relyingParty({ redirectUri, providers: async (id) => providers[id], ...options });
}

/** The whole way of one person through one provider. */
export async function signInAt(rp: RelyingParty, id: string, provider: ScriptedProvider, options: StartOptions = {}): Promise<SignedIn> {
  const { url, login } = await start(rp, id, options);
  return finish(rp, login, { url: await provider.visit(url) });
}
