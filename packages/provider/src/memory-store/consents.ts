/** Consents in memory. */
import type { Consents } from '../store.ts';
import type { Memory } from './memory.ts';

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
    forget: async (sub, client_id) => {
      const known = find(sub, client_id);
      memory.consents = memory.consents.filter((it) => it !== known);
      return known !== undefined;
    },
    list: async (sub) => {
      const own = memory.consents.filter((it) => it.sub === sub).sort((a, b) => (a.client_id < b.client_id ? -1 : 1));
      return own.map(({ client_id, scopes, at }) => ({ client_id, scopes, at }));
    },
  };
}
