/** Clients in memory. */
import type { Clients } from '../store.ts';
import type { Memory } from './memory.ts';

export function memoryClients(memory: Memory): Clients {
  const { clients } = memory;
  return {
    find: async (client_id) => clients.get(client_id),
    list: async () => [...clients.values()].sort((a, b) => (a.client_id < b.client_id ? -1 : 1)),
    register: async (client) => {
      if (clients.has(client.client_id)) return false;
      clients.set(client.client_id, client);
      return true;
    },
    replace: async (client) => {
      if (!clients.has(client.client_id)) return false;
      clients.set(client.client_id, client);
      return true;
    },
    revise: async (before, after) => {
      if (JSON.stringify(clients.get(after.client_id)) !== JSON.stringify(before)) return false;
      clients.set(after.client_id, after);
      return true;
    },
    remove: async (client_id) => {
      if (!clients.delete(client_id)) return false;
      removeWhatHangsOnIt(memory, client_id);
      return true;
    },
  };
}

function removeWhatHangsOnIt(memory: Memory, client_id: string): void {
  for (const stored of memory.requests.values()) {
    // Not deleted: a grant that is being opened from it just now finds the mark and is born revoked.
    if (stored.request.client_id === client_id) stored.stage = stored.stage === 'redeemed' ? 'replayed' : 'denied';
  }
  for (const [id, { grant }] of memory.grants) if (grant.client_id === client_id) memory.grants.delete(id);
  for (const [hash, access] of memory.access) if (access.client_id === client_id) memory.access.delete(hash);
  memory.consents = memory.consents.filter((consent) => consent.client_id !== client_id);
}
