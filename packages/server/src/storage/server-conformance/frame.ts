/** The frame of the server's storage suite: what an engine hands over, and values to fill it with. */
import type { Account, Store } from '@symbolon/provider';
import { sampleAccess, sampleAccount, sampleApproval, sampleGrant, sampleRefresh, sampleRequest } from '@symbolon/provider/conformance';
import type { Storage, StoredKey, User } from '../../store.ts';

export const now = 1_800_000_000;

export type StorageBackend = {
  /** Two handles on the same migrated, empty database. */
  readonly storage: Storage;
  readonly second: Storage;
  /** A third handle, to be closed by the test. */
  readonly reopen: () => Promise<Storage>;
  /** Makes the database refuse rows of the table that have this value; answers how to allow them again. */
  readonly refuse: (table: string, column: string, value: string) => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
};

export type Test = (name: string, body: (backend: StorageBackend) => Promise<void>) => void;

/** One tenant of two handles, as the provider's suite wants it. */
export function withTenant(storage: Storage, second: Storage, tenant: string) {
  const { users, ...store } = storage.tenant(tenant);
  return {
    store: store as Store,
    second: second.tenant(tenant) as Store,
    addAccount: async (account: Account) => {
      await users.add({ ...account, usernameKey: account.username, createdAt: account.updatedAt }, undefined);
    },
    setActive: async (sub: string, active: boolean) => {
      await users.setActive(sub, active, now);
    },
  };
}

export function sampleUser(sub = 'alice', changes: Partial<User> = {}): User {
  return { ...sampleAccount(sub), usernameKey: `${sub}@example.test`, createdAt: now, ...changes };
}

export function sampleKey(kid: string, changes: Partial<StoredKey> = {}): StoredKey {
  return { use: 'signing', alg: 'ES256', kid, sealed: `sealed ${kid}`, createdAt: now, usedFrom: now, ...changes };
}

export const authentication = { sid: 'sid', sub: 'alice', authTime: now, amr: ['pwd'], expiresAt: now + 1000 };

/** Two people signed in in one browser, with grants and codes. */
export async function withEverything(storage: Storage) {
  const store = storage.tenant('main');
  await store.users.add(sampleUser(), 'hash');
  await store.users.add(sampleUser('bob'), 'hash');
  await store.sessions.authenticate(undefined, 'browser', authentication, now);
  await store.sessions.authenticate('browser', 'browser2', { ...authentication, sub: 'bob', sid: 'bobs' }, now);
  await store.grants.open(sampleGrant('g'), sampleAccess('a', { grantId: 'g' }), sampleRefresh('f'));
  await store.grants.open(sampleGrant('b', { sub: 'bob' }), sampleAccess('ab', { grantId: 'b' }));
  await store.requests.push(sampleRequest('approved'), sampleApproval({ sid: 'sid', codeHash: 'approved' }));
  await store.requests.push(sampleRequest('redeemed'), sampleApproval({ sid: 'sid', codeHash: 'redeemed' }));
  await store.requests.redeem('redeemed', 600, now);
  return store;
}
