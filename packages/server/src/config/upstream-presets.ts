/**
 * What is the same for everybody who lets people sign in through a well-known provider: addresses, and how it names things. Data, and nothing
 * else knows these names. Where a provider speaks OpenID Connect its discovery document says the rest.
 */
export type UpstreamPreset =
  | { readonly connector: 'oidc'; readonly name: string; readonly discovery: string; readonly scope: string }
  | ({ readonly connector: 'oauth2'; readonly name: string; readonly scope: string } & OAuthPlaces);

/** Plain OAuth 2.0: where its endpoints are, and which member of its user API is which claim here. `sub` is among them always. */
export type OAuthPlaces = {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint: string;
  /** Claim here: member there, with dots between the names on the way to it. */
  readonly profile: Readonly<Record<string, string>>;
  /** A list of `{ email, primary, verified }`, where the user API itself does not say which address is verified. */
  readonly emails_endpoint?: string;
};

export const upstreamPresets = {
  google: { connector: 'oidc', name: 'Google', discovery: 'https://accounts.google.com', scope: 'openid profile email' },
  gitlab: { connector: 'oidc', name: 'GitLab', discovery: 'https://gitlab.com', scope: 'openid profile email' },
  linkedin: { connector: 'oidc', name: 'LinkedIn', discovery: 'https://www.linkedin.com/oauth', scope: 'openid profile email' },
  twitch: { connector: 'oidc', name: 'Twitch', discovery: 'https://id.twitch.tv/oauth2', scope: 'openid' },
  github: {
    connector: 'oauth2',
    name: 'GitHub',
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    userinfo_endpoint: 'https://api.github.com/user',
    emails_endpoint: 'https://api.github.com/user/emails',
    scope: 'read:user user:email',
    profile: { sub: 'id', name: 'name', preferred_username: 'login', picture: 'avatar_url', profile: 'html_url' },
  },
  facebook: {
    connector: 'oauth2',
    name: 'Facebook',
    authorization_endpoint: 'https://www.facebook.com/dialog/oauth',
    token_endpoint: 'https://graph.facebook.com/oauth/access_token',
    userinfo_endpoint: 'https://graph.facebook.com/me?fields=id,name,first_name,last_name,email',
    scope: 'public_profile email',
    profile: { sub: 'id', name: 'name', given_name: 'first_name', family_name: 'last_name', email: 'email' },
  },
  discord: {
    connector: 'oauth2',
    name: 'Discord',
    authorization_endpoint: 'https://discord.com/oauth2/authorize',
    token_endpoint: 'https://discord.com/api/oauth2/token',
    userinfo_endpoint: 'https://discord.com/api/users/@me',
    scope: 'identify email',
    profile: {
      sub: 'id',
      name: 'global_name',
      preferred_username: 'username',
      email: 'email',
      email_verified: 'verified',
      locale: 'locale',
    },
  },
} as const satisfies Record<string, UpstreamPreset>;
