/**
 * Which addresses our own requests may go to: the public ones (IANA special-purpose registries, RFC 6890), and the private ones that
 * `server.outbound.allow` lists. One IPv6 spelling of an IPv4 address is judged as what it leads to.
 */
import { BlockList, isIPv4 } from 'node:net';

/** `listed` by the operator, or `public` for everybody; else why not. */
export type Verdict = 'listed' | 'public' | { readonly refused: string };

export type Judge = (address: string) => Verdict;

/** IPv4: what is not somebody's on the Internet. 168.63.129.16 is Azure's inside every virtual machine there, though its block is public. */
const special: readonly (readonly [block: string, name: string])[] = [
  ['0.0.0.0/8', 'this host'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['168.63.129.16/32', 'the platform of a cloud'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'for benchmarks'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  // IPv6 has one block that is public, 2000::/3, and these inside it are not. 2001::/23 has Teredo, 2002::/16 is 6to4: IPv4 in disguise.
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'for documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'for documentation'],
  // Only for a better reason than "not global": everything outside 2000::/3 is refused.
  ['::/128', 'this host'],
  ['::1/128', 'loopback'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

const blocks = special.map(([block, name]) => ({ list: blockList([block]), name }));
const global = blockList(['2000::/3']);

/** The judge of one list of blocks (`10.0.0.0/8`, `::1/128`, `192.0.2.1`), which the configuration has checked. */
export function createJudge(allow: readonly string[]): Judge {
  const listed = blockList(allow);
  return (text) => {
    const address = canonical(text);
    if (address === undefined) return { refused: `${text} is no address` };
    if (has(listed, address)) return 'listed';
    const found = blocks.find(({ list }) => has(list, address));
    if (found !== undefined) return { refused: `${address} is ${found.name}` };
    return isIPv4(address) || has(global, address) ? 'public' : { refused: `${address} is not global` };
  };
}

function blockList(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/', 2);
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

/** IPv4-mapped (RFC 4291 section 2.5.5.2) and NAT64 (RFC 6052 section 2.1), as WHATWG's URL spells them. */
const wrapped = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/;

/** The one spelling of an address; of an IPv4 address in an IPv6 one, the former. Undefined for text that is none, or has a zone. */
function canonical(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!text.includes(':') || !URL.canParse(`http://[${text}]/`)) return undefined;
  const address = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const parts = wrapped.exec(address);
  if (parts === null) return address;
  const [high, low] = [Number.parseInt(parts[1] ?? '0', 16), Number.parseInt(parts[2] ?? '0', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
