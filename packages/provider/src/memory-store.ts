/**
 * The storage port in memory: its readable definition. Plain maps, no waiting inside a verb, so every verb is atomic by itself.
 * For tests, examples and reading; what it holds dies with the process and expired rows are never removed.
 */
import type { Account } from './accounts.ts';
import { memoryClients } from './memory-store/clients.ts';
import { memoryConsents } from './memory-store/consents.ts';
import { memoryGrants } from './memory-store/grants.ts';
import type { Memory } from './memory-store/memory.ts';
import { memoryRequests } from './memory-store/requests.ts';
import { memorySessions } from './memory-store/sessions.ts';
import { memoryTokens } from './memory-store/tokens.ts';
import type { InitialTokens, Replay, Store } from './store.ts';

/** Makes an empty store over a directory of people, which is asked anew at every verb, so that disabling takes effect at once. */
export function createMemoryStore(options: { readonly accounts: (sub: string) => Account | undefined }): Store {
  const memory: Memory = {
    accounts: options.accounts,
    clients: new Map(),
    requests: new Map(),
    grants: new Map(),
    access: new Map(),
    sessions: new Map(),
    consents: [],
  };
  const replay = memoryReplay();
  return {
    clients: memoryClients(memory),
    requests: memoryRequests(memory),
    grants: memoryGrants(memory),
    tokens: memoryTokens(memory),
    sessions: memorySessions(memory, replay),
    consents: memoryConsents(memory),
    replay,
    initialTokens: memoryInitialTokens(),
  };
}

function memoryReplay(): Replay {
  const seen = new Map<string, number>();
  return {
    once: async (kind, key, until, now) => {
      const id = JSON.stringify([kind, key]);
      if (now < (seen.get(id) ?? 0)) return false;
      seen.set(id, until);
      return true;
    },
  };
}

function memoryInitialTokens(): InitialTokens {
  const tokens = new Map<string, { uses: number; readonly expiresAt: number }>();
  const alive = (hash: string, now: number) => {
    const token = tokens.get(hash);
    return token !== undefined && token.uses > 0 && now < token.expiresAt ? token : undefined;
  };
  return {
    add: async (hash, uses, expiresAt) => {
      tokens.set(hash, { uses, expiresAt });
    },
    alive: async (hash, now) => alive(hash, now) !== undefined,
    take: async (hash, now) => {
      const token = alive(hash, now);
      if (token !== undefined) token.uses -= 1;
      return token !== undefined;
    },
  };
}
