/** A fetch that shows a TLS client certificate: RFC 8705, the IDPartner way. Node's own fetch cannot without a further package. */
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { getCACertificates } from 'node:tls';
import type { Fetch, FetchInit } from './settings.ts';

/** In PEM. `ca` is trusted beside the authorities that Node trusts. */
export type ClientCertificate = { readonly cert: string; readonly key: string; readonly ca?: string };

/** For the `fetch` of a provider with `tls_client_auth` or `self_signed_tls_client_auth`. https only; redirects are answers. */
export function certificateFetch({ cert, key, ca }: ClientCertificate): Fetch {
  const tls = { cert, key, ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }) };
  return async (url, init) => {
    const message = await sent(url, init, tls);
    const { statusCode = 500 } = message;
    const empty = [204, 205, 304].includes(statusCode);
    return new Response(empty ? null : chunksOf(message), { status: statusCode, headers: headersOf(message) });
  };
}

function sent(url: string, { method, headers, body, signal }: FetchInit, tls: object): Promise<IncomingMessage> {
  const text = body?.toString() ?? '';
  const length = text === '' ? {} : { 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    // A connection of its own: one that was opened with another certificate must not serve.
    const options = { ...tls, method, headers: { ...headers, ...length }, agent: false, ...(signal === undefined ? {} : { signal }) };
    requestHttps(url, options, resolve).on('error', reject).end(text);
  });
}

/** As they come: whoever reads sets the limit, and stopping to read ends the connection. */
function chunksOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  return Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>;
}

function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers(Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
