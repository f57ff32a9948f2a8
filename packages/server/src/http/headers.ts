/** Security headers of pages (RFC 9700 sections 4.2 and 4.16) and of everything. */
import type { Tenant } from '../tenant.ts';

/** Besides our own: origins or schemes that a form's answer may redirect to, since Chromium applies `form-action` to it too; pages framed. */
export type Beside = { readonly formTargets?: readonly string[]; readonly frames?: readonly string[] };

/** Headers of a page. */
export function pageHeaders(tenant: Tenant, { formTargets = [], frames = [] }: Beside = {}): Record<string, string | string[]> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' https:",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    ...(frames.length === 0 ? [] : [`frame-src ${frames.join(' ')}`]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
    ...everywhere(tenant),
  };
}

/** Headers of the session page: any application may frame it, and it does nothing but run our script. */
export function framedHeaders(tenant: Tenant): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; script-src 'self'; base-uri 'none'",
    'cache-control': 'no-cache',
    ...everywhere(tenant),
  };
}

export const nosniff = { 'x-content-type-options': 'nosniff' };

/** Headers of every answer of a tenant. */
export function everywhere(tenant: Tenant): Record<string, string> {
  const headers = { ...nosniff, 'referrer-policy': 'no-referrer' };
  return tenant.secure ? { ...headers, 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : headers;
}

/** Longer headers do not pass a usual proxy. */
const longestSources = 2000;

/** What a Content-Security-Policy calls these pages, each once; their hosts where that would be too long: the addresses are clients' to choose. */
export function pageSources(uris: readonly string[]): readonly string[] {
  const pages = [...new Set(uris.map(pageSource))];
  return pages.join(' ').length <= longestSources ? pages : [...new Set(uris.map((uri) => new URL(uri).origin))];
}

/** What a Content-Security-Policy calls one page: without its query, and without what would end the source or the directive. */
function pageSource(uri: string): string {
  const { origin, pathname } = new URL(uri);
  return origin + pathname.replace(/[;,]/g, (separator) => (separator === ';' ? '%3B' : '%2C'));
}

/** FAPI's name for one call: whoever sends one finds it in the answer, and in both logs. */
export function interactionId(sent: string | readonly string[] | undefined): Record<string, string> {
  return typeof sent === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(sent) ? { 'x-fapi-interaction-id': sent } : {};
}

/** What a Content-Security-Policy calls the place a redirect URI points at: its origin, or its scheme for an application's own. */
export function sourceOf(uri: string): string {
  const { protocol, origin } = new URL(uri);
  return origin === 'null' ? protocol : origin;
}
