/** Addresses that may stand in href, src and action. Everything else (`javascript:`, `data:`, user names in URLs) is left out. */
import { isLoopbackHost } from '@symbolon/provider';

function parse(value: string): URL | undefined {
  const url = URL.parse(value);
  return url === null || url.username !== '' || url.password !== '' ? undefined : url;
}

/** The normalized address when it is https, or http to this very machine; otherwise undefined, and nothing is linked. */
export function safeUrl(value: string | undefined): string | undefined {
  const url = value === undefined ? undefined : parse(value);
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  return safe ? url?.href : undefined;
}

/** An address of our own: a path from the root, or what `safeUrl` lets through. Throws on anything else, which is our mistake. */
export function ownAddress(value: string): string {
  const url = /^\/(?![/\\])/.test(value) ? value : safeUrl(value);
  if (url === undefined) throw new TypeError(`not an address of ours: ${JSON.stringify(value)}`);
  return url;
}

/**
 * Where a form_post answer goes: a registered redirect URI, so http is the registration's business, but never another scheme
 * (OAuth 2.0 Form Post Response Mode). Throws when it is not a web address.
 */
export function formTarget(value: string): string {
  const url = parse(value);
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new TypeError(`no form can be posted to ${JSON.stringify(value)}`);
  return url.href;
}

/** Where a browser goes on to by itself: a web address, or an application's own scheme, which has a dot (RFC 8252 section 7.1). Throws otherwise. */
export function onwardAddress(value: string): string {
  if (/^[a-z][a-z0-9+-]*\.[a-z0-9+.-]*:/i.test(value)) return value;
  return formTarget(value);
}

/** What a redirect URI says about who receives the answer: its host, in ASCII so that no letter passes for another; for an app, its scheme. */
export function redirectIdentity(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  if (url === null) return '';
  return url.host === '' ? url.protocol.replace(/:$/, '') : url.host;
}
