/** The cache over real stores: what is in memory must never be older than what a caller was told. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, withDefaults } from '@symbolon/provider';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cacheClients } from './cached-clients.ts';
import { openStorage } from './storage/open-storage.ts';
import type { Storage } from './store.ts';

const client: Client = {
  ...withDefaults({ signing: ['RS256'], scopes: [] }, { client_id: 'web', redirect_uris: ['https://rp.example/cb'] }),
  secrets: [],
};

let directory: string;
let storages: Storage[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'symbolon-test-'));
  storages = [];
});

afterEach(async () => {
  for (const storage of storages) await storage.close();
  await rm(directory, { recursive: true });
});

/** As runTenant puts it together, on a connection of its own; `reads` counts how often the store was asked. */
async function cached() {
  const storage = await openStorage(`sqlite:${join(directory, 'clients.db')}`);
  storages.push(storage);
  await storage.migrate();
  const stored = storage.tenant('main').clients;
  let reads = 0;
  const find = (client_id: string) => {
    reads++;
    return stored.find(client_id);
  };
  const clients = cacheClients({ ...stored, find }, storage.look);
  storage.watch(clients.invalidate);
  return { clients, reads: () => reads };
}

it('a client is read once', async () => {
  const { clients, reads } = await cached();
  await clients.register(client, 1);
  for (let time = 0; time < 3; time++) expect(await clients.find('web')).toEqual(client);
  expect(reads()).toBe(1);
});

it('own changes are seen by the first look after they resolved', async () => {
  const { clients } = await cached();
  expect(await clients.find('web')).toBeUndefined();
  await clients.register(client, 1);
  expect(await clients.find('web')).toEqual(client);
  await clients.replace({ ...client, disabled: true }, 2);
  expect((await clients.find('web'))?.disabled).toBe(true);
  await clients.remove('web', 3);
  expect(await clients.find('web')).toBeUndefined();
});

it('changes through another connection are seen by the first look after they resolved', async () => {
  const { clients } = await cached();
  const other = await cached();
  await other.clients.register(client, 1);
  expect(await clients.find('web')).toEqual(client);
  await other.clients.remove('web', 2);
  expect(await clients.find('web')).toBeUndefined();
});
