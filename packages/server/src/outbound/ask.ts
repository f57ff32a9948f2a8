/** One request over one connection of its own, to addresses that were checked, and its answer read whole. RFC 9110. */
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { type RequestOptions as HttpsOptions, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { FetchInit } from '@symbolon/provider';
import type { Way } from './way.ts';

/** Of one caller's partner, in PEM: a certificate to show it, and authorities to trust besides the usual ones. */
export type Partner = { readonly cert?: string; readonly key?: string; readonly ca?: readonly string[] };

type Tls = Pick<HttpsOptions, 'cert' | 'key' | 'ca'>;

/** `size` in bytes, of the answer's body. */
type Bounds = { readonly tls: Tls; readonly size: number; readonly signal: AbortSignal };

export function tlsFor({ cert, key, ca }: Partner = {}): Tls {
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ...ca] }),
  };
}

/** Throws whatever went wrong on the way, and when the answer is encoded or larger than `size`. */
export async function ask(way: Way, init: FetchInit, { tls, size, signal }: Bounds): Promise<Response> {
  const answer = await send(way, init, { ...tls, signal });
  try {
    const { statusCode = 0 } = answer;
    const body = await read(answer, size);
    const empty = statusCode === 204 || statusCode === 205 || statusCode === 304;
    return new Response(empty ? null : body, { status: statusCode, headers: headersOf(answer) });
  } finally {
    answer.destroy();
  }
}

async function send({ url, host, addresses }: Way, { method = 'GET', headers, body }: FetchInit, options: Tls & { signal: AbortSignal }) {
  const bytes = bytesOf(body);
  // Node asks for one or for all, and connects to nothing else; a host that is an address is never looked up.
  const lookup: LookupFunction = (_, { all }, done) => {
    const [first] = addresses;
    if (all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
  const how: RequestOptions & HttpsOptions = {
    ...options,
    method,
    host,
    port: url.port,
    path: url.pathname + url.search,
    headers: { ...contentTypeOf(body), ...headers, 'accept-encoding': 'identity', 'content-length': bytes?.length ?? 0 },
    lookup,
    // A connection of its own: none that another tenant, or another certificate, opened.
    agent: false,
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(how, resolve);
    request.on('error', reject);
    // An answer that changes the protocol (101) ends without an error.
    request.on('close', () => reject(new Error('the connection was closed without an answer')));
    request.end(bytes);
  });
}

function bytesOf(body: FetchInit['body']): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof ReadableStream) throw new TypeError('a stream cannot be sent');
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  return body instanceof Uint8Array ? body : Buffer.from(String(body));
}

function contentTypeOf(body: FetchInit['body']): Record<string, string> {
  return body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {};
}

async function read(answer: IncomingMessage, size: number): Promise<Uint8Array<ArrayBuffer>> {
  // We asked for identity; to decode what comes otherwise would be to let a few bytes become a thousand times as many.
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw new Error('the answer is compressed');
  if (Number(answer.headers['content-length'] ?? 0) > size) throw new Error(`the answer is larger than ${size} bytes`);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > size) throw new Error(`the answer is larger than ${size} bytes`);
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}
