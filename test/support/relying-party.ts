/** The server of an application, as far as sign-outs concern it: a listener on loopback that keeps what it is told, and can be down, slow or of another opinion. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { freePort } from './process.ts';

export type Told = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Milliseconds, of the monotonic clock. */
  readonly at: number;
};

export type RelyingParty = {
  readonly origin: string;
  /** Everything that arrived, in order. */
  readonly told: readonly Told[];
  /** The logout tokens among it. */
  readonly tokens: () => readonly string[];
  /** The status it answers with from now on. */
  readonly answer: (status: number) => void;
  /** Milliseconds it takes from now on. */
  readonly slow: (milliseconds: number) => void;
  /** Nothing listens any more, until `up`. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function startRelyingParty(): Promise<RelyingParty> {
  const port = await freePort();
  const told: Told[] = [];
  let [status, pause] = [200, 0];
  let server: Server | undefined;
  const up = async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = '', url: path = '', headers } = request;
      told.push({ method, path, headers, body: Buffer.concat(chunks).toString(), at: performance.now() });
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      response.writeHead(status, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end();
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const down = async () => {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    closing.closeAllConnections();
    await new Promise((resolve) => closing.close(resolve));
  };
  await up();
  return {
    origin: `http://127.0.0.1:${port}`,
    told,
    tokens: () => told.flatMap(({ body }) => new URLSearchParams(body).get('logout_token') ?? []),
    answer: (next) => {
      status = next;
    },
    slow: (milliseconds) => {
      pause = milliseconds;
    },
    down,
    up,
    close: down,
  };
}

/** The entry of a confidential client without consent that is told of sign-outs, for a configuration's list of clients. */
export function clientEntry(client_id: string, origin: string, members: Readonly<Record<string, unknown>> = {}): string {
  const entry = {
    client_id,
    client_name: `Application ${client_id}`,
    client_secret: secretOf(client_id),
    redirect_uris: [`${origin}/callback`],
    post_logout_redirect_uris: [`${origin}/bye`],
    backchannel_logout_uri: `${origin}/backchannel`,
    scope: 'openid profile email offline_access',
    policy: { consent: 'implicit' },
    ...members,
  };
  return `      - ${JSON.stringify(entry)}\n`;
}

export function secretOf(client_id: string): string {
  return `${client_id}-secret-0123456789abcdef0123456789`;
}

/** That client, as a test uses it. */
export function clientAt(client_id: string, origin: string) {
  return { client_id, client_secret: secretOf(client_id), redirect_uri: `${origin}/callback` };
}
