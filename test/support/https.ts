/** `fetch` for servers whose certificate nobody knows, and for clients that show one: what the built-in one cannot be told. */
import { Agent, request as send } from 'node:https';

export type Identity = { readonly cert: string; readonly key: string };

export type Asking = {
  /** The authority of the server's certificate, PEM. */
  readonly ca: string;
  readonly identity?: Identity | undefined;
};

/** A fetch over connections of its own. Redirects are not followed. */
export function httpsFetch({ ca, identity }: Asking): typeof fetch {
  const agent = new Agent({ ca, keepAlive: false, ...identity });
  return async (input, init = {}) => {
    const asked = new Request(input as string | URL, init);
    const body = Buffer.from(await asked.arrayBuffer());
    return new Promise((resolve, reject) => {
      const headers = { ...Object.fromEntries(asked.headers), ...(asked.body === null ? {} : { 'content-length': String(body.length) }) };
      const request = send(asked.url, { method: asked.method, headers, agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part)).once('error', reject);
        response.once('end', () => {
          const answered = new Headers();
          for (const [name, value] of Object.entries(response.headers)) for (const one of [value ?? []].flat()) answered.append(name, one);
          const status = response.statusCode ?? 0;
          resolve(new Response([204, 304].includes(status) ? null : Buffer.concat(parts), { status, headers: answered }));
        });
      });
      request.once('error', reject).end(body);
    });
  };
}
