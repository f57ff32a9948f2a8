/** An upstream of the file as the broker sees it: every default filled in, domains in their canonical form. */
import type { Algorithm } from '@symbolon/provider';
import type { ClaimRules, ResponseMode } from '@symbolon/relying-party';
import { type Logo, logoFile } from './logo-file.ts';
import { type OAuthPlaces, type UpstreamPreset, upstreamPresets } from './upstream-presets.ts';
import type { assertionAlgorithms, FileUpstream } from './upstream-schema.ts';

/** Values of a claim there, and the group or role that each means here. */
export type NameMap = { readonly claim: string; readonly map: Readonly<Record<string, string>> };

export type Linking = 'never' | 'ask' | 'verified-email';

/** How we are registered there, and where what is. */
export type Connection =
  | {
      readonly connector: 'oidc';
      readonly issuer: string;
      /** The address of the document, where it is not at its usual place below the issuer. */
      readonly discovery?: string;
      readonly response_mode?: ResponseMode;
      readonly id_token_signed_response_alg?: Algorithm;
      readonly authorization_signed_response_alg?: Algorithm;
    }
  | ({ readonly connector: 'oauth2' } & OAuthPlaces);

export type UpstreamTls = { readonly cert?: string; readonly key?: string; readonly ca?: readonly string[] };

export type UpstreamConfig = {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly connection: Connection;
  readonly client_id: string;
  readonly client_secret?: string;
  readonly token_endpoint_auth_method: NonNullable<FileUpstream['token_endpoint_auth_method']>;
  /** Of assertions (`private_key_jwt`), signed with the tenant's key of that algorithm. */
  readonly token_endpoint_auth_signing_alg: (typeof assertionAlgorithms)[number];
  /** In PEM: the certificate shown to it, and an authority trusted for its own beside the usual ones. */
  readonly tls?: UpstreamTls;
  readonly scope: string;
  readonly logo?: Logo;
  /** What a person must bring; what passes is given to her account, under the name of `to`. */
  readonly claims: ClaimRules;
  readonly groups?: NameMap;
  readonly roles?: NameMap;
  readonly linking: Linking;
  /** Nobody signs in through it who has not linked it before, signed in. */
  readonly linkOnly: boolean;
  /** Somebody who is nobody's here yet: gets an account, looks at it first, or is told to sign in as before. */
  readonly registration: NonNullable<FileUpstream['registration']>;
  /** E-mail domains it is trusted for: lower case, ASCII. */
  readonly domains: readonly string[];
  readonly owner?: { readonly type: string; readonly id: string };
  /** A path below the issuer. */
  readonly landing: string;
  /** A client of ours where people land instead, by its `initiate_login_uri`. */
  readonly landingClient?: string;
  /** Whom its people ask when it does not work: an address for mail, or a page. */
  readonly support?: string;
  /** Whether signing out here signs out there, where it has a place for that (`end_session_endpoint`). */
  readonly logout: 'none' | 'rp-initiated';
  /** Whether its sign-outs are believed through the browser, by whoever knows the `sid`. */
  readonly frontChannelLogout: boolean;
};

/** `baseDirectory`: what paths of the file are relative to. */
export function upstreamOf(file: FileUpstream, baseDirectory: string): UpstreamConfig {
  const preset: UpstreamPreset | undefined = file.preset === undefined ? undefined : upstreamPresets[file.preset];
  const { id, client_id, name = preset?.name ?? id, enabled = true, linking = 'never', linkOnly = false, landing = '/home' } = file;
  const { registration = 'silent', token_endpoint_auth_signing_alg: signingAlg = 'RS256' } = file;
  const { client_secret, token_endpoint_auth_method: method, groups, roles, owner, landingClient, support } = file;
  return {
    id,
    name,
    enabled,
    connection: connectionOf(file, preset),
    client_id,
    token_endpoint_auth_method: method ?? (client_secret === undefined ? 'none' : 'client_secret_basic'),
    token_endpoint_auth_signing_alg: signingAlg,
    scope: file.scope?.replace(/\s+/g, ' ').trim() ?? preset?.scope ?? (file.connector === 'oauth2' ? '' : 'openid profile email'),
    claims: file.claims ?? {},
    linking,
    linkOnly,
    registration,
    logout: file.logout ?? 'none',
    frontChannelLogout: file.frontChannelLogout ?? false,
    domains: (file.domains ?? []).map((domain) => canonicalDomain(domain) ?? domain),
    landing,
    ...defined({ client_secret, logo: logoOf(file, baseDirectory), groups, roles, owner, landingClient, support }),
  };
}

/** A picture that cannot be shown is told of at start (`unshown`); the name's initial stands for it. */
function logoOf({ logo }: FileUpstream, baseDirectory: string): Logo | undefined {
  const read = logo === undefined ? undefined : logoFile(logo, baseDirectory);
  return read !== undefined && 'logo' in read ? read.logo : undefined;
}

function connectionOf(file: FileUpstream, preset: UpstreamPreset | undefined): Connection {
  if ((file.connector ?? preset?.connector ?? 'oidc') === 'oidc')
    return openIdOf(file, file.discovery ?? (preset?.connector === 'oidc' ? preset.discovery : ''));
  const known = preset?.connector === 'oauth2' ? preset : undefined;
  const place = (key: 'authorization_endpoint' | 'token_endpoint' | 'userinfo_endpoint') => file[key] ?? known?.[key] ?? '';
  return {
    connector: 'oauth2',
    authorization_endpoint: place('authorization_endpoint'),
    token_endpoint: place('token_endpoint'),
    userinfo_endpoint: place('userinfo_endpoint'),
    profile: { ...known?.profile, ...file.profile },
    // Its token is for nobody else: not when the operator took another user API.
    ...(known?.emails_endpoint === undefined || file.userinfo_endpoint !== undefined ? {} : { emails_endpoint: known.emails_endpoint }),
  };
}

const wellKnown = '/.well-known/openid-configuration';

/** What is written may be the issuer or the address of its document; of an address at the usual place the issuer is the rest. */
function openIdOf(file: FileUpstream, discovery: string): Connection {
  const { response_mode, id_token_signed_response_alg, authorization_signed_response_alg } = file;
  const usual = discovery.endsWith(wellKnown);
  const issuer = file.issuer ?? (usual ? discovery.slice(0, -wellKnown.length) : discovery);
  const elsewhere = issuer !== discovery && discovery !== `${issuer.replace(/\/$/, '')}${wellKnown}`;
  const algorithms = { id_token_signed_response_alg, authorization_signed_response_alg };
  return { connector: 'oidc', issuer, ...defined({ response_mode, ...algorithms, ...(elsewhere ? { discovery } : {}) }) };
}

/** An e-mail domain in lower case and ASCII; undefined for what is none. */
export function canonicalDomain(domain: string): string | undefined {
  const url = /^[^\s/?#@:\\[\]%]+$/u.test(domain) ? URL.parse(`https://${domain}`) : null;
  const host = url?.hostname;
  return host !== undefined && /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*$/.test(host) ? host : undefined;
}

type Defined<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
