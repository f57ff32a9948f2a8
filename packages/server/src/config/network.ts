/** Addresses as the configuration writes them: `host:port` and CIDR blocks (RFC 4632, RFC 4291 section 2.3). */
import { isIP } from 'node:net';

export type Endpoint = { readonly host: string; readonly port: number };

/** `127.0.0.1:4000`, `localhost:4000` or `[::1]:4000`; port 0 is any free one. Undefined when it is none of these. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (host === undefined || port > 65535) return undefined;
  return parts?.[1] !== undefined && isIP(host) !== 6 ? undefined : { host, port };
}

/** Whether this is an address block such as 10.0.0.0/8 or ::1/128, or a single address. */
export function isBlock(text: string): boolean {
  const parts = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text);
  const family = isIP(parts?.[1] ?? '');
  return family !== 0 && Number(parts?.[2] ?? 0) <= (family === 4 ? 32 : 128);
}
