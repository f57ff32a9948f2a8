/** Security headers of pages (RFC 9700 sections 4.2 and 4.16) and of everything. */
import type { Tenant } from '../tenant.ts';

/**
 * Headers of a page. `formTargets`: origins or schemes beside our own that a form's answer may redirect to, since Chromium applies
 * `form-action` to the redirect after a form too.
 */
export function pageHeaders(tenant: Tenant, formTargets: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' https:",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
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

export const nosniff = { 'x-content-type-options': 'nosniff' };

/** Headers of every answer of a tenant. */
export function everywhere(tenant: Tenant): Record<string, string> {
  const headers = { ...nosniff, 'referrer-policy': 'no-referrer' };
  return tenant.secure ? { ...headers, 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : headers;
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
