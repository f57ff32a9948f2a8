/** Whether a URL may be asked, and at which addresses: what a request of ours has to pass before a connection is opened, and what `symbolon check` asks. */
import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import type { Judge } from './address.ts';

export type Address = { readonly address: string; readonly family: number };
/** All addresses of a name. Rejects when it has none. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

export type Way = { readonly url: URL; readonly host: string; readonly addresses: readonly Address[] };

export const resolveName: Resolve = (host) => lookup(host, { all: true });

const longest = 2048;

/**
 * The URL with the addresses it may be asked at, or why it may not. https, without credentials, at a public address and a port where web
 * servers are; at an address the operator listed also http and any port. A name with several addresses is asked at those that pass.
 */
export async function wayTo(text: string | URL, judge: Judge, resolve: Resolve): Promise<Way | { readonly refused: string }> {
  const url = parse(text);
  if (url === undefined) return { refused: 'is no URL' };
  const fault = urlFault(url);
  if (fault !== undefined) return { refused: fault };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const all = isIP(host) === 0 ? await resolve(host) : [{ address: host, family: isIPv6(host) ? 6 : 4 }];
  const judged = all.map((each) => ({ ...each, fault: addressFault(url, each.address, judge) }));
  const addresses = judged.filter((each) => each.fault === undefined);
  return addresses.length > 0 ? { url, host, addresses } : { refused: judged[0]?.fault ?? 'the name has no address' };
}

function parse(text: string | URL): URL | undefined {
  const { length } = String(text);
  return length <= longest && URL.canParse(String(text)) ? new URL(String(text)) : undefined;
}

function urlFault(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `the scheme ${url.protocol} is not https:`;
  if (url.username !== '' || url.password !== '') return 'a user name or password stands before the host';
  return undefined;
}

function addressFault(url: URL, address: string, judge: Judge): string | undefined {
  const verdict = judge(address);
  if (typeof verdict === 'object') return `${verdict.refused}, and server.outbound.allow does not list it`;
  if (verdict === 'listed') return undefined;
  if (url.protocol === 'http:') return `http is for addresses in server.outbound.allow, and ${address} is not there`;
  // Below 1024 live mail, name and directory services, which must not hear our voice.
  if (url.port !== '' && Number(url.port) < 1024) return `port ${url.port} is for addresses in server.outbound.allow`;
  return undefined;
}
