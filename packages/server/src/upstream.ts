/**
 * Upstreams as the handlers see them: what a connector does, and which upstream a request is for. broker/connectors/ has a file each way of
 * talking to one; compose.ts alone names them.
 */
import { type AuthorizationParameters, localRealm, type UpstreamEnd } from '@symbolon/provider';
import type { UpstreamConfig } from './config/upstream-config.ts';

export type { UpstreamConfig } from './config/upstream-config.ts';

/** What may be asked of an upstream for one sign-in, as OpenID Connect Core section 3.1.2.1 has it. */
export type Wish = {
  readonly prompt?: string;
  readonly login_hint?: string;
  /** Seconds. */
  readonly max_age?: number;
  readonly ui_locales?: string;
};

/** Where to send the browser; `state` comes back with it, `login` is a secret to be kept until then. */
export type Departure = { readonly url: string; readonly state: string; readonly login: string };

/** What came back to the callback: its address with the query. */
export type Answer = { readonly url: string };

/** Who came back. `issuer` and `subject` name her, byte for byte; `claims` are the upstream's word and no more than that. */
export type Arrival = {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch seconds: when she signed in there, as far as it says. */
  readonly authTime?: number;
  /** Her session there, as far as it tells of one. */
  readonly session?: { readonly sid?: string; readonly id_token: string; readonly toldAt: number };
};

/** What an upstream says is over: a session of its, or all of a person's. */
export type Over = Pick<UpstreamEnd, 'issuer' | 'subject' | 'sid' | 'toldUntil'> & { readonly jti: string };

/** A sign-out there: `hint` is the ID token of the session, `state` comes back. */
export type SignOut = { readonly hint?: string; readonly state: string; readonly returnTo: string };

/** All throw a RelyingPartyError, whose `kind` says what a person is told. */
export type Connector = {
  readonly start: (upstream: UpstreamConfig, wish: Wish) => Promise<Departure>;
  readonly finish: (upstream: UpstreamConfig, login: string, answer: Answer) => Promise<Arrival>;
  /** Where a browser signs out there; undefined where it has no such place. */
  readonly signOut: (upstream: UpstreamConfig, wanted: SignOut) => Promise<string | undefined>;
  /** Reads a logout token of its. */
  readonly readLogout: (upstream: UpstreamConfig, logoutToken: string) => Promise<Over>;
};

export type ConnectorName = UpstreamConfig['connection']['connector'];
export type Connectors = Readonly<Record<ConnectorName, Connector>>;

/** Those that somebody may sign in through: what a button stands for. */
export function openUpstreams(upstreams: readonly UpstreamConfig[]): readonly UpstreamConfig[] {
  return upstreams.filter(({ enabled, linkOnly }) => enabled && !linkOnly);
}

/** Where a tenant serves a picture of one. */
export function logoPath({ base }: { readonly base: string }, { name }: NonNullable<UpstreamConfig['logo']>): string {
  return `${base}/logos/${name}`;
}

type Hints = Pick<AuthorizationParameters, 'identity_provider_id' | 'whr' | 'login_hint'>;

/**
 * Home realm discovery: `local` for a password here, an upstream to go to at once, or undefined to let the person choose. The first rule that
 * names one wins: `identity_provider_id`, `whr`, the domain of `login_hint`. What names nothing we know says nothing.
 */
export function homeRealm(upstreams: readonly UpstreamConfig[], hints: Hints): UpstreamConfig | 'local' | undefined {
  const open = openUpstreams(upstreams);
  if (hints.identity_provider_id === localRealm) return localRealm;
  return byId(open, hints.identity_provider_id) ?? byWhr(open, hints.whr) ?? byDomain(open, hints.login_hint);
}

function byId(open: readonly UpstreamConfig[], wanted: string | undefined): UpstreamConfig | undefined {
  return open.find(({ id }) => id === wanted);
}

/** `uuid:` and an id, `name:` and the name on the button (`Local` for ours), `urn:` and the upstream's issuer or our client_id there. */
function byWhr(open: readonly UpstreamConfig[], whr: string | undefined): UpstreamConfig | 'local' | undefined {
  const [, kind, value] = /^(uuid|name|urn):(.+)$/s.exec(whr ?? '') ?? [];
  if (kind === 'uuid') return byId(open, value);
  if (kind === 'name') return only(open.filter(({ name }) => name === value)) ?? (value === 'Local' ? 'local' : undefined);
  if (kind !== 'urn') return undefined;
  return only(open.filter((upstream) => [value, whr].some((urn) => urn === upstream.client_id || urn === issuerOf(upstream))));
}

function byDomain(open: readonly UpstreamConfig[], hint: string | undefined): UpstreamConfig | undefined {
  const domain = emailDomain(hint);
  return domain === undefined ? undefined : only(open.filter(({ domains }) => domains.includes(domain)));
}

/** Two that fit are none: a guess would send somebody to the wrong door. */
function only(found: readonly UpstreamConfig[]): UpstreamConfig | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function issuerOf({ connection }: UpstreamConfig): string | undefined {
  return connection.connector === 'oidc' ? connection.issuer : undefined;
}

/** The domain of an e-mail address, in lower case and ASCII; undefined for what is none. */
export function emailDomain(email: unknown): string | undefined {
  const [, domain] = typeof email === 'string' ? (/^[^@\s]+@([^@\s/?#:\\[\]%]+)$/u.exec(email) ?? []) : [];
  return domain === undefined ? undefined : URL.parse(`https://${domain}`)?.hostname;
}
