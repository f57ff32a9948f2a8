/**
 * Upstreams that speak OpenID Connect, through the relying-party kit: discovery and keys kept for each, so that one that is down or slow is a
 * page for its own people and nothing for others; state, nonce, PKCE, `iss` and signatures are the kit's business.
 */
import type { Fetch, KeyRing } from '@symbolon/provider';
import { backChannelLogout, finish, type Login, logoutUrl, relyingParty, start } from '@symbolon/relying-party';
import type { Connector, UpstreamConfig } from '../../upstream.ts';
import { providerSettings } from '../provider-settings.ts';

export type Surroundings = {
  readonly redirectUri: string;
  /** Shows it the certificate, and trusts the authority, that the upstream has of its own. */
  readonly fetch: (upstream: UpstreamConfig) => Fetch;
  readonly keys: KeyRing;
  readonly now: () => number;
  /** Unpredictable bytes, base64url. */
  readonly random: (bytes: number) => string;
};

/** The connector for these upstreams; what it learns of them it forgets with the process. */
export function oidcConnector(
  upstreams: readonly UpstreamConfig[],
  { redirectUri, fetch, keys, now }: Omit<Surroundings, 'random'>,
): Connector {
  const known = new Map(upstreams.map((upstream) => [upstream.id, { upstream, fetch: fetch(upstream) }]));
  const providers = async (id: string) => {
    const found = known.get(id);
    const settings = found && providerSettings(found.upstream, keys);
    return settings && { ...settings, fetch: found.fetch };
  };
  const rp = relyingParty({ providers, redirectUri, now });
  return {
    start: async ({ id }, { prompt, login_hint, max_age, ui_locales }) => {
      const { url, login } = await start(rp, id, {
        ...(prompt === undefined ? {} : { prompt }),
        ...(login_hint === undefined ? {} : { login_hint }),
        // Not as the kit's own option: whoever asked for it looks at `auth_time`, and has a page of its own for it.
        ...(max_age === undefined ? {} : { extra: { max_age: String(max_age) } }),
        ...(ui_locales === undefined ? {} : { ui_locales }),
      });
      return { url, state: login.state, login: JSON.stringify(login) };
    },
    finish: async (_, login, answer) => {
      const { issuer, sub, claims, userinfo, tokens } = await finish(rp, JSON.parse(login) as Login, answer);
      const { auth_time, sid, iat } = claims;
      const toldAt = typeof iat === 'number' ? Math.floor(iat) : now();
      return {
        issuer,
        subject: sub,
        claims: { ...userinfo, ...claims },
        session: { id_token: tokens.id_token, toldAt, ...(typeof sid === 'string' && sid !== '' ? { sid } : {}) },
        ...(typeof auth_time === 'number' ? { authTime: Math.floor(auth_time) } : {}),
      };
    },
    signOut: async ({ id }, { hint, state, returnTo }) =>
      logoutUrl(rp, id, { ...(hint === undefined ? {} : { id_token_hint: hint }), post_logout_redirect_uri: returnTo, state }),
    readLogout: async ({ id }, logoutToken) => {
      const { issuer, sub, sid, jti, iat } = await backChannelLogout(rp, id, logoutToken);
      const whom = { ...(sid === undefined ? {} : { sid }), ...(sub === undefined ? {} : { subject: sub }) };
      return { issuer, jti, toldUntil: Math.floor(iat), ...whom };
    },
  };
}
