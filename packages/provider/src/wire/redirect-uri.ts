/**
 * The one judge of redirect URIs: which may be registered, and whether one that was sent is a registered one. Every entry point
 * (configuration, registration, authorize, pushed requests, logout) asks here, so that no way around it exists.
 * RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8, RFC 9700 section 4.1, OpenID Connect Registration section 2.
 */

export type ApplicationType = 'web' | 'native';

const maxLength = 2048;
const scripting = new Set(['javascript', 'data', 'vbscript', 'blob', 'file', 'filesystem', 'about', 'view-source']);
/** RFC 3986 section 2: whatever is not one of these cannot be in a URI; backslash, blanks, controls and full-width letters among them. */
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const dotSegment = /^(?:\.|%2e){1,2}$/i;

/**
 * Why this URI may not stand in any metadata a browser is sent to or shown (logo, policy, logout, origin), or undefined when it may:
 * absolute https, or http on a loopback host, as RFC 3986 spells it.
 */
export function webUriFault(uri: string): string | undefined {
  const scheme = schemeOf(uri);
  return textFault(uri) ?? schemeFault(scheme) ?? (isWeb(scheme) ? authorityFault(uri) : 'the scheme must be https');
}

/**
 * Why this redirect URI may not be registered, or undefined when it may. The reason is fit to be shown to whoever registers;
 * it never repeats the URI. OpenID Connect Registration section 2 (`application_type`), RFC 8252 section 7.1 for custom schemes.
 */
export function registrationFault(uri: string, options: { readonly application_type: ApplicationType }): string | undefined {
  const scheme = schemeOf(uri);
  return (
    textFault(uri) ??
    schemeFault(scheme) ??
    (uri.includes('#') ? 'must not have a fragment (#)' : undefined) ??
    (uri.includes('*') ? 'must not have a wildcard (*): redirect URIs are compared exactly' : undefined) ??
    (isWeb(scheme) ? authorityFault(uri) : customSchemeFault(uri, scheme, options.application_type)) ??
    pathFault(uri)
  );
}

/**
 * Whether the redirect URI of a request is one of those registered: the same string, byte for byte (RFC 9700 section 4.1.3). Only a
 * native client's registered loopback literal (http://127.0.0.1, http://[::1]) lets the port differ (RFC 8252 section 7.3);
 * `localhost` is a name, not a literal. A URI that could not be registered matches nothing, however it came into the list.
 */
export function matchesRegistered(sent: string, registered: readonly string[], application_type: ApplicationType): boolean {
  const listed = registered.includes(sent) || (application_type === 'native' && matchesLoopback(sent, registered));
  return listed && registrationFault(sent, { application_type }) === undefined;
}

/** Whether plain http to this host, without port and IPv6 in brackets, stays on the machine. RFC 8252 section 8.3. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host);
}

function matchesLoopback(sent: string, registered: readonly string[]): boolean {
  const wanted = withoutPort(sent);
  return wanted !== undefined && registered.some((uri) => withoutPort(uri) === wanted);
}

function withoutPort(uri: string): string | undefined {
  const parts = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/.exec(uri);
  if (!parts || Number(parts[2] ?? 80) > 65535) return undefined;
  return `${parts[1]}${parts[3]}`;
}

function schemeOf(uri: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
}

function isWeb(scheme: string | undefined): boolean {
  return scheme === 'https' || scheme === 'http';
}

function textFault(uri: string): string | undefined {
  if (uri.length > maxLength) return `must not be longer than ${maxLength} characters`;
  if (uri.includes('\\')) return 'must not have a backslash';
  if (!uriText.test(uri)) return 'has a character that no URI has (blank, control character, non-ASCII letter, bad % escape ...)';
  return undefined;
}

function schemeFault(scheme: string | undefined): string | undefined {
  if (scheme === undefined) return 'must be absolute, with its scheme';
  if (scripting.has(scheme)) return `must never have the scheme ${scheme}:, which browsers run or read locally`;
  return undefined;
}

/** Names, addresses and a port. A parser lets more pass, and a host also stands in a Content-Security-Policy. */
const hostText = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

function authorityFault(uri: string): string | undefined {
  const authority = /^https?:\/\/([^/?#]+)/i.exec(uri)?.[1];
  if (authority === undefined) return 'must name a host after "//"';
  if (authority.includes('@')) return 'must not have a user name or password before the host';
  if (!URL.canParse(uri) || !hostText.test(authority)) return 'has a host or port that cannot be';
  // Read from the text, not from a parsed URL: a parser turns `0x7f.1` or `127.1` into a loopback address.
  if (/^http:/i.test(uri) && !isLoopbackHost(authority.replace(/:\d{1,5}$/, '')))
    return 'must be https; http is for loopback hosts (127.0.0.1, [::1], localhost)';
  return undefined;
}

function customSchemeFault(uri: string, scheme: string | undefined, application_type: ApplicationType): string | undefined {
  if (application_type !== 'native') return 'must be https: custom schemes are for application_type native';
  if (!scheme?.includes('.')) return 'must have a scheme with a dot, a domain name of yours reversed, such as com.example.app:/callback';
  if (/^[^:]+:\/\/[^/?]*@/.test(uri)) return 'must not have a user name or password before the host';
  return undefined;
}

/** A path that browsers (or, with `..;`, application servers) rewrite is not the path that was registered. */
function pathFault(uri: string): string | undefined {
  const path = uri.replace(/^[^:]+:(?:\/\/[^/?]*)?/, '').replace(/\?.*$/, '');
  if (path.split('/').some((segment) => dotSegment.test(segment.replace(/;.*$/, '')))) return 'must not have the path segments "." or ".."';
  return undefined;
}
