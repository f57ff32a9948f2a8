/** Consents in memory. */
import type { Consents } from '../store.ts';
import { endCode, grantAlive, type Memory } from './memory.ts';

export function memoryConsents(memory: Memory): Consents {
  const find = (sub: string, client_id: string) => memory.consents.find((it) => it.sub === sub && it.client_id === client_id);
  return {
    remember: async (sub, client_id, scopes, now) => {
      const known = find(sub, client_id);
      if (known === undefined) {
        memory.consents.push({ sub, client_id, scopes: [...new Set(scopes)], at: now });
        return;
      }
      known.scopes = [...new Set([...known.scopes, ...scopes])];
      known.at = now;
    },
    forget: async (sub, client_id, now) => {
      const known = find(sub, client_id);
      memory.consents = memory.consents.filter((it) => it !== known);
      for (const stored of memory.requests.values())
        if (stored.approval?.sub === sub && stored.request.client_id === client_id) endCode(stored);
      const held = [...memory.grants.values()].filter(({ grant }) => grant.sub === sub && grant.client_id === client_id);
      const alive = held.filter((stored) => grantAlive(stored, now));
      for (const stored of held) stored.revoked = true;
      return known !== undefined || alive.length > 0;
    },
    list: async (sub) => {
      const own = memory.consents.filter((it) => it.sub === sub).sort((a, b) => (a.client_id < b.client_id ? -1 : 1));
      return own.map(({ client_id, scopes, at }) => ({ client_id, scopes, at }));
    },
  };
}
