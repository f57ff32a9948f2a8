/** The example configuration's tenants with a dialect, with clients as those of the old systems are, and requests as those send them. */
import { type ClientUnderTest, form, type Parameters, people, signInAndConsent } from '../support/client.ts';
import { type AgentResponse, createAgent } from '../support/http-agent.ts';
import { exampleConfiguration } from '../support/symbolon.ts';

export const groupsScope = 'https://oneportal.trivore.com/scope/groups.readonly';

export const old = {
  /** Amber's login library: HS256, secret in the body, no PKCE, no state. */
  amber: {
    client_id: 'amber',
    client_secret: 'amber-secret-0123456789abcdef0123456',
    redirect_uri: 'http://127.0.0.1:3030/oauth/agate/callback',
  },
  /** The timetable tools of HSL, with the switches they need, and without. */
  hsl: { client_id: '0220hsl', client_secret: 'hsl-secret-0123456789abcdef012345678', redirect_uri: 'https://app.example/cb' },
  hslStrict: { client_id: '0221hsl', client_secret: 'hsl-strict-secret-0123456789abcdef01', redirect_uri: 'https://app.example/cb' },
  /** Its secret changes under form encoding. */
  digitransit: {
    client_id: 'digitransit',
    client_secret: 'digi+transit/secret=with%25odd:signs01234',
    redirect_uri: 'https://reittiopas.example/oid_callback',
  },
  /** A site of the same family, which hands its people over. */
  family: { client_id: 'family', client_secret: 'family-secret-0123456789abcdef012345', redirect_uri: 'https://family.example/cb' },
  jore4: { client_id: 'jore4', client_secret: 'jore4-secret-0123456789abcdef0123456', redirect_uri: 'https://jore4.example/cb' },
  portal: { client_id: 'portal', client_secret: 'portal-secret-0123456789abcdef012345', redirect_uri: '' },
  portalOpaque: { client_id: 'portal-opaque', client_secret: 'portal-opaque-secret-0123456789abcdef', redirect_uri: '' },
  portalOff: { client_id: 'portal-off', client_secret: 'portal-off-secret-0123456789abcdef01', redirect_uri: '' },
  portalPublic: { client_id: 'portal-public', redirect_uri: '' },
  /** For the members of a group; asks for a scope of another application. */
  mica: { client_id: 'mica-portal', client_secret: 'mica-portal-secret-0123456789abcdefgh', redirect_uri: 'https://mica.example/cb' },
  /** Knows OAuth only. */
  plainOAuth: { client_id: 'plain-oauth', client_secret: 'plain-oauth-secret-0123456789abcdefg', redirect_uri: 'https://oauth.example/cb' },
  strictScopes: {
    client_id: 'strict-scopes',
    client_secret: 'strict-scopes-secret-0123456789abcde',
    redirect_uri: 'https://rp.example/cb',
  },
  looseScopes: { client_id: 'loose-scopes', client_secret: 'loose-scopes-secret-0123456789abcdef', redirect_uri: 'https://rp.example/cb' },
} as const satisfies Record<string, ClientUnderTest>;

function entry({ client_id, client_secret, redirect_uri }: ClientUnderTest, more: string, policy: string): string {
  const secret = client_secret === undefined ? 'token_endpoint_auth_method: none' : `client_secret: ${JSON.stringify(client_secret)}`;
  const uris = redirect_uri === '' ? '' : `, redirect_uris: [${JSON.stringify(redirect_uri)}]`;
  return `      - { client_id: "${client_id}", ${secret}${uris}, ${more}, policy: { consent: implicit, pkce: optional${policy} } }\n`;
}

const clients = [
  entry(old.amber, 'id_token_signed_response_alg: HS256, scope: openid email profile groups, lifetimes: { code: 30 }', ''),
  entry(old.hsl, `scope: "openid email ${groupsScope}"`, ', credentialsInQuery: true, userinfoWithoutOpenid: true'),
  entry(old.hslStrict, `scope: "openid email ${groupsScope}"`, ''),
  entry(old.digitransit, 'scope: openid profile, post_logout_redirect_uris: [https://reittiopas.example/]', ', signOnTokens: true'),
  entry(old.family, 'scope: openid profile, post_logout_redirect_uris: [https://family.example/]', ', signOnTokens: true'),
  entry(old.jore4, 'scope: openid profile, post_logout_redirect_uris: [https://jore4.example/]', ', accessToken: jwt'),
  entry(old.portalOpaque, 'grant_types: [password, refresh_token], scope: openid email profile', ', passwordGrant: true'),
  entry(old.portalOff, 'grant_types: [password], scope: openid email profile', ''),
  entry(old.portalPublic, 'grant_types: [password], scope: openid email profile', ''),
  `      - { client_id: ${old.mica.client_id}, client_secret: ${old.mica.client_secret}, redirect_uris: [${old.mica.redirect_uri}], ` +
    'scope: "openid profile mica:read", access: { groups: [mica-user] }, claims: [{ audience: [mica], scope: "mica:read" }], ' +
    'policy: { pkce: optional, refreshToken: always } }\n',
  entry(old.plainOAuth, 'scope: email', ''),
  entry(old.strictScopes, 'scope: openid email', ', unknownScopes: refuse'),
  entry(old.looseScopes, 'scope: openid email', ', unknownScopes: ignore'),
].join('');

/** The example configuration with these clients and a scope in every tenant; `tenants` is YAML text of further list entries. */
export async function dialectConfiguration(tenants = ''): Promise<string> {
  const yaml = await exampleConfiguration();
  const [list, scopes] = ['    clients: &clients\n', '    scopes: &scopes '];
  if (!yaml.includes(list) || !yaml.includes(scopes)) throw new Error('the example configuration has no lists to add to');
  const scope = `      - { name: "${groupsScope}", description: Your groups, claims: [groups] }\n      - { name: "mica:read", description: Read what you keep in Mica }\n`;
  const scopesEnd = yaml.indexOf('\n', yaml.indexOf(scopes)) + 1;
  return `${yaml.slice(0, scopesEnd)}${scope}${yaml.slice(scopesEnd)}`.replace(list, list + clients) + tenants;
}

/** `https://host/path?name=value`, encoded; what is undefined is left out. */
export function address(url: string, parameters: Parameters): string {
  return `${url}?${form(parameters)}`;
}

/** Opens an authorization request in a new browser and signs Alice in. */
export async function signIn(url: string, headers: Readonly<Record<string, string>> = {}): Promise<AgentResponse> {
  const agent = createAgent(new URL(url).origin);
  return signInAndConsent(agent, await agent.get(url, headers), people.alice);
}

export type Body = Record<string, unknown>;
export type Answered = { readonly status: number; readonly headers: Headers; readonly body: Body };

export async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** A form, posted as a client does it. */
export function post(url: string, parameters: Parameters, headers: Record<string, string> = {}): Promise<Answered> {
  return ask(url, { method: 'POST', headers, body: form(parameters) });
}

export function bearer(token: unknown): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
