/** Requests that `fetch` does not send: any Host, any bytes in the path, any method. Over the loopback socket of a test server. */
import { type IncomingHttpHeaders, request } from 'node:http';

export type RawRequest = {
  readonly method?: string;
  /** As it stands in the request line; not encoded, not normalised. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
};

export type RawResponse = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** Sends one request on a connection of its own. `server` is any URL of the server. */
export function raw(server: string, { method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: headers as Record<string, string>, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
