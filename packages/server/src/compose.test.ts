/** A server's end: nobody may hold it up, and everything is put away. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Server, start } from './compose.ts';
import { parse } from './config/load.ts';
import { createLogger } from './logger.ts';

const yaml = `
server: { listen: "127.0.0.1:0" }
database: sqlite:./symbolon.db
tenants: [{ id: main, issuer: http://127.0.0.1:4000, signing: [ES256] }]
`;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'symbolon-test-'));
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true });
});

async function started(): Promise<Server> {
  const loaded = parse(yaml, { baseDirectory: directory, env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  return start(loaded.config, createLogger('silent'));
}

/** A client that sends half of its request and then nothing. */
async function slowClient({ url }: Server): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST /token HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\ngrant',
  );
  // Answered by the same connection handler, behind it: what was sent before has arrived.
  await fetch(`${url}/health/live`);
  return socket;
}

it('closing waits ten seconds for a slow client, cuts it off and puts everything away', async () => {
  const server = await started();
  const socket = await slowClient(server);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const cut = once(socket, 'close');
  let ended = false;
  const end = server.close().then(() => (ended = true));
  await vi.advanceTimersByTimeAsync(9_900);
  await new Promise((resolve) => setImmediate(resolve));
  expect([ended, socket.closed]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(200);
  await Promise.all([end, cut]);
  expect(await readdir(directory), 'the write-ahead log went with the last connection').toEqual(['symbolon.db', 'symbolon.db.key']);
});

it('a server that nobody holds up ends at once, however often it is told to', async () => {
  const server = await started();
  await Promise.all([server.close(), server.close()]);
  await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
});
