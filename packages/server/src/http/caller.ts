/**
 * Who calls: the address and the certificate of whoever stands behind the proxies that are listed. Only these may tell (RFC 7239, RFC 9440);
 * from anybody else what proxies would say is removed before anything sees it, so that nothing can believe it (RFC 9700 section 4.13).
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type ClientCertificate, clientCertificate } from '@symbolon/provider';
import type { ProxiesConfig } from '../config/config.ts';
import { forwardedCertificate } from './forwarded-certificate.ts';

export type Caller = {
  readonly address: string;
  /** By which the tenant is found; nothing else comes from it. */
  readonly host: string | undefined;
  readonly certificate?: ClientCertificate;
};

export type ReadCaller = (request: IncomingMessage) => Caller;

/** What a proxy may say, by the names that are in use, and what is only ever said by proxies. */
const said = /^(?:forwarded|x-forwarded-.*|x-real-ip|.*client-cert.*|.*ssl-cert.*)$/;

/** Reads each request once, before routing. */
export function readingCallers({ trusted, certificateHeader }: ProxiesConfig): ReadCaller {
  const isProxy = memberOf(trusted);
  const header = certificateHeader?.toLowerCase() as 'x-client-cert' | 'client-cert' | undefined;
  return (request) => {
    const { headers, socket } = request;
    const peer = plainAddress(socket.remoteAddress ?? '');
    if (!isProxy(peer)) {
      const certificate = shownCertificate(socket);
      for (const name of Object.keys(headers)) if (said.test(name)) delete headers[name];
      return { address: peer, host: headers.host, ...(certificate && { certificate }) };
    }
    const value = header === undefined ? undefined : headers[header];
    // Never the one of the connection: that is the proxy's own.
    const certificate = header === undefined || typeof value !== 'string' ? undefined : forwardedCertificate(header, value);
    const address = originOf(peer, hops(headers), isProxy);
    const host = lastOf(headers['x-forwarded-host']) ?? headers.host;
    for (const name of Object.keys(headers)) if (said.test(name)) delete headers[name];
    return { address, host, ...(certificate && { certificate }) };
  };
}

/** The address nearest to us that is none of our proxies': whatever stands before it, anybody may have written. */
function originOf(peer: string, before: readonly string[], isProxy: (address: string) => boolean): string {
  let address = peer;
  for (const hop of before.toReversed()) {
    if (!isProxy(address) || isIP(hop) === 0) break;
    address = hop;
  }
  return address;
}

/** The addresses a request came through, the nearest last. X-Forwarded-For, which most proxies write; else RFC 7239. */
function hops(headers: IncomingMessage['headers']): readonly string[] {
  const listed = joined(headers['x-forwarded-for']);
  if (listed !== undefined) return listed.split(',').map((hop) => plainAddress(hop.trim()));
  const forwarded = joined(headers.forwarded)?.split(',') ?? [];
  return forwarded.map((element) => plainAddress(/(?:^|;)\s*for=("?)([^";,\s]*)\1\s*(?:;|$)/i.exec(element)?.[2] ?? ''));
}

function joined(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(',') : value;
}

function lastOf(value: string | readonly string[] | undefined): string | undefined {
  return joined(value)?.split(',').at(-1)?.trim() || undefined;
}

/** Without port and brackets; an IPv4 address in IPv6's clothes as itself. */
function plainAddress(text: string): string {
  const address = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function memberOf(blocks: readonly string[]): (address: string) => boolean {
  if (blocks.length === 0) return () => false;
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** A connection has one certificate as long as it lives: renegotiation is off (tls.ts). */
const shown = new WeakMap<TLSSocket, ClientCertificate>();

function shownCertificate(socket: IncomingMessage['socket']): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const known = shown.get(socket);
  if (known !== undefined) return known;
  const raw = socket.getPeerX509Certificate()?.raw;
  const certificate = raw === undefined ? undefined : clientCertificate(raw);
  if (certificate !== undefined) shown.set(socket, certificate);
  return certificate;
}
