/** The load's own HTTP client: node:http with keep-alive connections, no redirects, nothing clever. */
import { Agent, request } from 'node:http';

export type Reply = { readonly status: number; readonly location: string | undefined; readonly body: string };
export type Send = (method: 'GET' | 'POST', url: string, headers?: Readonly<Record<string, string>>, body?: string) => Promise<Reply>;

export type Connections = { readonly send: Send; readonly close: () => void };

/** At most `connections` sockets, kept open. */
export function openConnections(connections: number): Connections {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  const send: Send = (method, url, headers = {}, body = '') =>
    new Promise((resolve, reject) => {
      const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const outgoing = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location, body: text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { send, close: () => agent.destroy() };
}

type Client = { readonly client_id: string; readonly client_secret: string };

/** Headers of a form request with client_secret_basic. The bench's ids and secrets need no encoding. */
export function clientHeaders({ client_id, client_secret }: Client): Readonly<Record<string, string>> {
  const credentials = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
  return { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' };
}
