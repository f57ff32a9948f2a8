/** Clients are read at every request and change rarely: a copy in memory, dropped when the store says that something changed. */
import type { Client, Clients } from '@symbolon/provider';

export type CachedClients = Clients & {
  /** Forgets everything: the next look-up reads the store. */
  readonly invalidate: () => void;
};

/**
 * Unknown ids are not remembered: they are free to choose, and would fill the memory. `look` makes the store say what others changed; what
 * this process changes the store says before the change resolves.
 */
export function cacheClients(clients: Clients, look: () => void): CachedClients {
  let cache = new Map<string, Client>();
  return {
    ...clients,
    invalidate: () => {
      cache = new Map();
    },
    find: async (client_id) => {
      look();
      const cached = cache.get(client_id);
      if (cached !== undefined) return cached;
      // Kept in the map that was current when the read began: a change meanwhile has put another one in its place.
      const into = cache;
      const client = await clients.find(client_id);
      if (client !== undefined) into.set(client_id, client);
      return client;
    },
  };
}
