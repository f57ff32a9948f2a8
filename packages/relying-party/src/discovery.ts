/**
 * What a provider says about itself: OpenID Connect Discovery 1.0 sections 4 and 4.3, RFC 8414 section 2. Read strictly, because everything
 * later trusts it: the issuer is compared byte for byte, and no endpoint may be reached with less protection than the issuer itself.
 */
import type { ServerMetadata } from 'openid-client';
import { RelyingPartyError } from './error.ts';
import type { Fetch, ProviderSettings } from './settings.ts';

export type ProviderMetadata = ServerMetadata & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
};

const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
const offered = ['userinfo_endpoint', 'pushed_authorization_request_endpoint', 'end_session_endpoint', 'revocation_endpoint'] as const;

/** Where the discovery document of these settings is. */
export function discoveryAddress({ issuer, discovery }: ProviderSettings): string {
  return discovery ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Reads the document. Throws `provider_unavailable`, `discovery_invalid`, or `settings_invalid` for an address that must not be used. */
export async function discover(provider: string, settings: ProviderSettings, fetch: Fetch): Promise<ProviderMetadata> {
  const address = discoveryAddress(settings);
  for (const url of [settings.issuer, address])
    if (!isProtected(url, settings.issuer))
      throw new RelyingPartyError('settings_invalid', 'issuer and discovery must be https addresses; http only on loopback', { provider });
  const response = await fetch(address, { method: 'GET', headers: { accept: 'application/json' }, redirect: 'manual' });
  const invalid = (why: string) => new RelyingPartyError('discovery_invalid', `the discovery document ${why}`, { provider });
  if (response.status !== 200) throw invalid(`is answered with ${response.status}; redirects are not followed`);
  const document = objectOf(await response.text());
  if (document === undefined) throw invalid('is not a JSON object');
  const fault = faultOf(document, settings.issuer);
  if (fault !== undefined) throw invalid(fault);
  return document as ProviderMetadata;
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function faultOf(document: Record<string, unknown>, issuer: string): string | undefined {
  if (document.issuer !== issuer) return `names the issuer ${JSON.stringify(document.issuer)} instead of ${issuer}`;
  const missing = needed.find((name) => typeof document[name] !== 'string');
  if (missing !== undefined) return `lacks ${missing}`;
  const aliases = typeof document.mtls_endpoint_aliases === 'object' ? Object.values(document.mtls_endpoint_aliases ?? {}) : [];
  const endpoints = [...[...needed, ...offered].map((name) => document[name]), ...aliases].filter((url) => url !== undefined);
  const exposed = endpoints.find((url) => !isProtected(url, issuer));
  if (exposed !== undefined) return `has an endpoint that is no https address: ${String(exposed)}`;
  const list = Object.entries(document).find(([name, value]) => name.endsWith('_supported') && !isListOrFlag(value));
  return list === undefined ? undefined : `has a ${list[0]} that is neither a list of strings nor true or false`;
}

function isListOrFlag(value: unknown): boolean {
  return typeof value === 'boolean' || (Array.isArray(value) && value.every((each) => typeof each === 'string'));
}

/** https; or http where the issuer itself is on a loopback address, for development and tests. */
function isProtected(value: unknown, issuer: string): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url) && isLoopback(URL.parse(issuer)));
}

function isLoopback(url: URL | null): boolean {
  return url !== null && (/^127(\.\d{1,3}){3}$/.test(url.hostname) || ['localhost', '[::1]'].includes(url.hostname));
}
