/** The memory store keeps every promise of the port. */
import { describe, it } from 'vitest';
import type { Account } from './accounts.ts';
import { storeConformance } from './conformance.ts';
import { createMemoryStore } from './memory-store.ts';

describe('memory store', () => {
  storeConformance({
    describe,
    it,
    open: async () => {
      const accounts = new Map<string, Account>();
      return {
        store: createMemoryStore({ accounts: (sub) => accounts.get(sub) }),
        addAccount: async (account) => {
          accounts.set(account.sub, account);
        },
        setActive: async (sub, active) => {
          const account = accounts.get(sub);
          if (account !== undefined) accounts.set(sub, { ...account, active });
        },
        close: async () => {},
      };
    },
  });
});
