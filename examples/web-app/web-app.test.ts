/** The example by names that are not its own. The whole journey is in test/browser.test.ts. */
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWebApp } from './web-app.ts';

let app: Awaited<ReturnType<typeof startWebApp>>;

beforeAll(async () => {
  app = await startWebApp({ issuer: 'http://127.0.0.1:1', client_id: 'web', client_secret: 'not used here', port: 0 });
});

afterAll(() => app.close());

function send(method: string, path: string, host: string): Promise<IncomingMessage> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const sent = request({ method, hostname, port, path, headers: { host }, agent: false }, (response) => resolve(response.resume()));
    sent.on('error', reject).end();
  });
}

it('leads whoever comes by another name of the host to its own, where the cookie will be', async () => {
  const { port, host } = new URL(app.url);
  const { statusCode, headers } = await send('GET', '/login?a=b', `localhost:${port}`);
  expect([statusCode, headers.location, headers['set-cookie']]).toEqual([303, `${app.url}/login?a=b`, undefined]);
  expect((await send('GET', '/', host)).statusCode).toBe(200);
});

it('leads nowhere else, whatever the path says, and repeats no form', async () => {
  expect((await send('GET', '//evil.example/x', 'localhost')).headers.location).toBe(`${app.url}/x`);
  expect((await send('GET', 'http://evil.example/x', 'evil.example')).headers.location).toBe(`${app.url}/x`);
  expect((await send('POST', '/sign-out', 'localhost')).headers.location).toBe(`${app.url}/`);
});
