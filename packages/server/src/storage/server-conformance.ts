/** Promises of the server's own storage port (`../store.ts`), for both engines; the provider's suite covers the rest. */
import assert from 'node:assert/strict';
import type { Account, Store } from '@symbolon/provider';
import {
  sampleAccess,
  sampleAccount,
  sampleApproval,
  sampleClient,
  sampleGrant,
  sampleRefresh,
  sampleRequest,
} from '@symbolon/provider/conformance';
import type { Storage, StoredKey, User } from '../store.ts';

const now = 1_800_000_000;

export type StorageBackend = {
  /** Two handles on the same migrated, empty database. */
  readonly storage: Storage;
  readonly second: Storage;
  /** A third handle, to be closed by the test. */
  readonly reopen: () => Promise<Storage>;
  readonly close: () => Promise<void>;
};

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

type Runner = {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
};

type Test = (name: string, body: (backend: StorageBackend) => Promise<void>) => void;

function sampleUser(sub = 'alice', changes: Partial<User> = {}): User {
  return { ...sampleAccount(sub), usernameKey: `${sub}@example.test`, createdAt: now, ...changes };
}

function sampleKey(kid: string, changes: Partial<StoredKey> = {}): StoredKey {
  return { use: 'signing', alg: 'ES256', kid, sealed: `sealed ${kid}`, createdAt: now, ...changes };
}

const authentication = { sid: 'sid', sub: 'alice', authTime: now, amr: ['pwd'], expiresAt: now + 1000 };

export function serverConformance({ describe, it, open }: Runner & { readonly open: () => Promise<StorageBackend> }): void {
  const test: Test = (name, body) =>
    it(name, async () => {
      const backend = await open();
      try {
        await body(backend);
      } finally {
        await backend.close();
      }
    });
  describe('Users', () => usersConformance(test));
  describe('Users who are disabled', () => endingConformance(test));
  describe('Keys', () => keysConformance(test));
  describe('Applied', () => appliedConformance(test));
  describe('Tenants', () => tenantConformance(test));
  describe('Storage', () => storageConformance(test));
}

function usersConformance(test: Test): void {
  test('a person is found whole by sub, and by username with her password hash', async ({ storage }) => {
    const { users } = storage.tenant('main');
    assert.equal(await users.add(sampleUser(), '$argon2id$hash'), true);
    assert.equal(await users.add(sampleUser('bob'), undefined), true);
    assert.deepEqual(await users.find('alice'), sampleUser());
    assert.deepEqual(await users.findForPassword('alice@example.test'), { user: sampleUser(), passwordHash: '$argon2id$hash' });
    assert.deepEqual(await users.findForPassword('bob@example.test'), { user: sampleUser('bob'), passwordHash: undefined });
    assert.equal(await users.find('carol'), undefined);
    assert.equal(await users.findForPassword('Alice@example.test'), undefined);
  });

  test('sub and username are unique, also when 16 are added at once', async ({ storage, second }) => {
    const added = await Promise.all(
      Array.from({ length: 16 }, (_, index) => {
        const { users } = (index % 2 === 0 ? storage : second).tenant('main');
        return users.add(sampleUser(`sub-${index}`, { usernameKey: 'same' }), undefined);
      }),
    );
    assert.equal(added.filter(Boolean).length, 1);
    const { users } = storage.tenant('main');
    assert.equal((await users.findForPassword('same'))?.user.sub, `sub-${added.indexOf(true)}`);
    await users.add(sampleUser(), undefined);
    assert.equal(await users.add(sampleUser('alice', { usernameKey: 'other' }), undefined), false);
    assert.equal(await users.findForPassword('other'), undefined);
  });

  test('list answers pages in the order of usernames', async ({ storage }) => {
    const { users } = storage.tenant('main');
    for (const sub of ['bob', 'ängel', 'Zoe', 'alice']) await users.add(sampleUser(sub, { usernameKey: sub }), undefined);
    const keys = async (after: string | undefined, limit: number) => (await users.list(after, limit)).map((user) => user.usernameKey);
    assert.deepEqual(await keys(undefined, 3), ['Zoe', 'alice', 'bob']);
    assert.deepEqual(await keys('bob', 3), ['ängel']);
  });

  test('replace changes the profile of a known person and never whether she is active', async ({ storage }) => {
    const { users } = storage.tenant('main');
    assert.equal(await users.replace(sampleUser()), false);
    await users.add(sampleUser(), 'hash');
    await users.setActive('alice', false, now);
    const changed = sampleUser('alice', { claims: { name: 'New' }, groups: [], usernameKey: 'new', active: true });
    assert.equal(await users.replace(changed), true);
    assert.deepEqual(await users.findForPassword('new'), { user: { ...changed, active: false }, passwordHash: 'hash' });
  });

  test('setPassword replaces the hash, and is false for an unknown person', async ({ storage }) => {
    const { users } = storage.tenant('main');
    await users.add(sampleUser(), undefined);
    assert.equal(await users.setPassword('alice', 'new', false, now), true);
    assert.equal((await users.findForPassword('alice@example.test'))?.passwordHash, 'new');
    assert.equal(await users.setPassword('bob', 'new', false, now), false);
    assert.equal(await users.setActive('bob', false, now), false);
  });
}

async function withEverything(storage: Storage) {
  const store = storage.tenant('main');
  await store.users.add(sampleUser(), 'hash');
  await store.users.add(sampleUser('bob'), 'hash');
  await store.sessions.authenticate(undefined, 'browser', authentication, now);
  await store.sessions.authenticate('browser', 'browser2', { ...authentication, sub: 'bob', sid: 'bobs' }, now);
  await store.grants.open(sampleGrant('g'), sampleAccess('a', { grantId: 'g' }), sampleRefresh('f'));
  await store.grants.open(sampleGrant('b', { sub: 'bob' }), sampleAccess('ab', { grantId: 'b' }));
  await store.requests.push(sampleRequest('approved'), sampleApproval({ codeHash: 'approved' }));
  await store.requests.push(sampleRequest('redeemed'), sampleApproval({ codeHash: 'redeemed' }));
  await store.requests.redeem('redeemed', 600, now);
  return store;
}

function endingConformance(test: Test): void {
  for (const how of ['disabled', 'given a new password'] as const) {
    test(`K3: a person who is ${how} loses sessions, grants and codes on every process, and nobody else does`, async (backend) => {
      const store = await withEverything(backend.second);
      const { users } = backend.storage.tenant('main');
      await (how === 'disabled' ? users.setActive('alice', false, now) : users.setPassword('alice', 'new', true, now));
      await users.setActive('alice', true, now + 1);
      const sessions = await store.sessions.find('browser2', undefined, 100, now);
      assert.deepEqual(
        sessions.map((session) => session.sid),
        ['bobs'],
      );
      assert.equal(await store.tokens.findAccess('a', now), undefined);
      assert.equal(await store.tokens.findRefresh('f', 0, 60, now), undefined);
      assert.deepEqual(await store.grants.list('alice', now), []);
      assert.equal((await store.requests.redeem('approved', 600, now)).outcome, 'unknown');
      await store.grants.open(sampleGrant('redeemed'), sampleAccess('late', { grantId: 'redeemed' }));
      assert.equal(await store.tokens.findAccess('late', now), undefined);
      assert.equal((await store.tokens.findAccess('ab', now))?.account?.sub, 'bob');
    });
  }

  test('a new password without an end leaves the person signed in', async ({ storage }) => {
    const store = await withEverything(storage);
    await store.users.setPassword('alice', 'new', false, now);
    assert.equal((await store.sessions.find('browser2', undefined, 100, now)).length, 2);
    assert.notEqual(await store.tokens.findAccess('a', now), undefined);
  });

  test('updated_at tells when a person was disabled', async ({ storage }) => {
    const store = await withEverything(storage);
    await store.users.setActive('alice', false, now + 7);
    const { active, updatedAt } = (await store.users.find('alice')) ?? {};
    assert.deepEqual({ active, updatedAt }, { active: false, updatedAt: now + 7 });
  });
}

function keysConformance(test: Test): void {
  test('of the first keys that several processes make at once one of each kind stays', async ({ storage, second }) => {
    const kinds = [{ alg: 'ES256' }, { alg: 'RS256' }, { use: 'secret', alg: 'HS256' }] as const;
    const added = await Promise.all(
      Array.from({ length: 24 }, (_, index) => {
        const { keys } = (index % 2 === 0 ? storage : second).tenant('main');
        return keys.addFirst(sampleKey(`kid-${index}`, kinds[index % 3]));
      }),
    );
    assert.equal(added.filter(Boolean).length, 3);
    const listed = await second.tenant('main').keys.list();
    assert.deepEqual(listed.map((key) => key.alg).sort(), ['ES256', 'HS256', 'RS256']);
    for (const key of listed) assert.equal(added[Number(key.kid.slice(4))], true);
  });

  test('a key is listed as it was added, oldest first', async ({ storage }) => {
    const { keys } = storage.tenant('main');
    await keys.addFirst(sampleKey('later', { alg: 'EdDSA', createdAt: now + 1 }));
    await keys.addFirst(sampleKey('earlier'));
    assert.equal(await keys.addFirst(sampleKey('second')), false);
    assert.deepEqual(await keys.list(), [sampleKey('earlier'), sampleKey('later', { alg: 'EdDSA', createdAt: now + 1 })]);
  });
}

function appliedConformance(test: Test): void {
  test('a client is changed since the file was applied when it was replaced or removed, and not before', async ({ storage }) => {
    const { applied, clients } = storage.tenant('main');
    assert.equal(await applied.find('client', 'web'), undefined);
    await clients.register(sampleClient(), now);
    await applied.remember('client', 'web', 'digest', now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'digest', changedSince: false });
    await clients.replace(sampleClient(), now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'digest', changedSince: true });
    await applied.remember('client', 'web', 'second', now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'second', changedSince: false });
    await clients.remove('web', now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'second', changedSince: true });
    await clients.register(sampleClient(), now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'second', changedSince: true });
  });

  test('a person, named by sub or username, is changed by a new profile, password or disabling', async ({ storage }) => {
    const { applied, users } = storage.tenant('main');
    await users.add(sampleUser(), 'hash');
    const acts = [
      () => users.replace(sampleUser()),
      () => users.setPassword('alice', 'new', false, now),
      () => users.setActive('alice', true, now),
    ];
    for (const id of ['alice', 'alice@example.test']) {
      for (const act of acts) {
        await applied.remember('user', id, 'digest', now);
        assert.equal((await applied.find('user', id))?.changedSince, false);
        await act();
        assert.equal((await applied.find('user', id))?.changedSince, true);
      }
    }
    assert.equal(await applied.find('client', 'alice'), undefined);
  });
}

function tenantConformance(test: Test): void {
  test('L3: nothing of one tenant is seen, used or ended in another', async ({ storage }) => {
    const a = await withEverything(storage);
    const b = storage.tenant('other');
    await a.clients.register(sampleClient(), now);
    await a.consents.remember('alice', 'web', ['openid'], now);
    await a.keys.addFirst(sampleKey('kid'));
    await a.requests.push(sampleRequest('pending'));
    assert.equal(await b.clients.find('web'), undefined);
    assert.deepEqual([await b.clients.list(), await b.keys.list(), await b.users.list(undefined, 9)], [[], [], []]);
    assert.equal(await b.clients.remove('web', now), false);
    assert.equal(await b.requests.find('pending', now), undefined);
    assert.equal(await b.requests.deny('pending', 'browser', now), false);
    assert.equal((await b.requests.redeem('approved', 600, now)).outcome, 'unknown');
    assert.equal((await b.requests.redeem('redeemed', 600, now)).outcome, 'unknown');
    assert.equal(await b.tokens.findAccess('a', now), undefined);
    assert.equal(await b.tokens.findRefresh('f', 0, 60, now), undefined);
    assert.equal(await b.tokens.revokeAccess('a', 'web', now), false);
    assert.equal(await b.grants.revoke('g', now), false);
    assert.deepEqual([await b.grants.list('alice', now), await b.consents.list('alice')], [[], []]);
    assert.deepEqual(await b.sessions.find('browser2', 'web', 100, now), []);
    await b.sessions.authenticate('browser2', 'stolen', { ...authentication, sid: 'fresh' }, now);
    assert.deepEqual([await b.sessions.end('browser2', undefined, now), await b.sessions.find('stolen', 'web', 100, now)], [[], []]);
    assert.equal(await b.users.setActive('alice', false, now), false);
    assert.equal((await b.sessions.endAll('bob', now)).length, 0);
    assert.equal((await a.sessions.find('browser2', 'web', 100, now)).length, 2);
    assert.notEqual(await a.tokens.findAccess('a', now), undefined);
    assert.notEqual(await a.requests.find('pending', now), undefined);
  });

  test('L3: the same ids live side by side in two tenants', async ({ storage }) => {
    for (const id of ['main', 'other']) {
      const store = await withEverything({ ...storage, tenant: () => storage.tenant(id) });
      assert.equal(await store.replay.once('jti', 'x', now + 60, now), true);
      assert.equal(await store.keys.addFirst(sampleKey('kid')), true);
      assert.equal(await store.clients.register(sampleClient(), now), true);
    }
    await storage.tenant('other').users.setActive('alice', false, now);
    assert.equal((await storage.tenant('main').tokens.findAccess('a', now))?.account?.active, true);
    assert.equal(await storage.tenant('other').tokens.findAccess('a', now), undefined);
  });
}

function storageConformance(test: Test): void {
  test('sweep takes the dead only, at most so many of a kind at a time', async ({ storage }) => {
    const store = storage.tenant('main');
    for (let index = 0; index < 5; index += 1) {
      const id = `r${index}`;
      await store.requests.push(sampleRequest(id, { expiresAt: now + index }));
      await store.grants.open(sampleGrant(id, { expiresAt: now + index }), sampleAccess(id, { grantId: id, expiresAt: now + index }));
      await store.sessions.authenticate(undefined, id, { ...authentication, sid: id, expiresAt: now + index }, now);
      await store.replay.once('jti', id, now + index, now);
    }
    assert.equal(await storage.sweep(now - 1, 100), 0);
    assert.equal(await storage.sweep(now + 2, 2), 10);
    assert.equal(await storage.sweep(now + 2, 2), 5);
    assert.equal(await storage.sweep(now + 2, 2), 0);
    assert.notEqual(await store.requests.find('r3', now), undefined);
    assert.notEqual(await store.tokens.findAccess('r3', now), undefined);
    assert.equal(await store.replay.once('jti', 'r3', now + 9, now), false);
  });

  test('two sweepers at once take every dead row once', async ({ storage, second }) => {
    const store = storage.tenant('main');
    for (let index = 0; index < 40; index += 1) await store.replay.once('jti', `${index}`, now, now);
    const gone = await Promise.all([storage.sweep(now, 30), second.sweep(now, 30), storage.sweep(now, 30), second.sweep(now, 30)]);
    assert.equal(gone.reduce((sum, some) => sum + some) + (await storage.sweep(now, 30)), 40);
  });

  test('a change of clients or keys is told to this process at once and to the other soon, with its tenant', async (backend) => {
    const { storage, second } = backend;
    const own: (string | undefined)[] = [];
    const other: (string | undefined)[] = [];
    const stops = [storage.watch((tenant) => own.push(tenant)), second.watch((tenant) => other.push(tenant))];
    assert.equal(await storage.tenant('main').clients.register(sampleClient(), now), true);
    assert.equal(own.includes('main'), true);
    // Repeated, because the other one may not have begun to listen when the first change is made.
    await repeatUntil(
      () => storage.tenant('again').clients.register(sampleClient(`client-${other.length}-${own.length}`), now),
      () => other.includes('again'),
    );
    await second.tenant('two').keys.addFirst(sampleKey('kid'));
    await repeatUntil(
      () => second.tenant('back').clients.register(sampleClient(`client-${other.length}-${own.length}`), now),
      () => own.includes('back'),
    );
    assert.equal(other.includes('two'), true);
    await second.tenant('three').clients.replace(sampleClient(), now);
    for (const stop of stops) stop();
    await second.tenant('four').clients.register(sampleClient(), now);
    assert.deepEqual([own.includes('three'), other.includes('three'), other.includes('four')], [false, false, false]);
  });

  test('migrating again does nothing, also from two processes at once', async ({ storage, second }) => {
    await storage.tenant('main').clients.register(sampleClient(), now);
    assert.deepEqual(await Promise.all([storage.migrate(), second.migrate(), storage.migrate()]), [[], [], []]);
    assert.deepEqual(await second.tenant('main').clients.find('web'), sampleClient());
  });

  test('what was answered is there after closing and opening, and close waits for what was begun', async ({ storage, reopen }) => {
    const opened = await reopen();
    const store = opened.tenant('main');
    await store.grants.open(sampleGrant(), sampleAccess(), sampleRefresh());
    const begun = [store.tokens.add(sampleAccess('begun')), store.clients.register(sampleClient(), now)];
    await opened.close();
    await Promise.all(begun);
    const { tokens, clients } = storage.tenant('main');
    assert.notEqual(await tokens.findAccess('access', now), undefined);
    assert.notEqual(await tokens.findAccess('begun', now), undefined);
    assert.notEqual(await clients.find('web'), undefined);
  });

  test('ready is silent while the database answers and throws after closing', async ({ reopen }) => {
    const opened = await reopen();
    await opened.ready();
    await opened.close();
    await assert.rejects(opened.ready());
  });

  test('a verb that fails in a batch fails alone', async ({ storage }) => {
    const { tokens, grants } = storage.tenant('main');
    await grants.open(sampleGrant('taken'), sampleAccess('first', { grantId: 'taken' }));
    const results = await Promise.allSettled([
      tokens.add(sampleAccess('one', { grantId: undefined, scopes: [] })),
      grants.open(sampleGrant('taken'), sampleAccess('half', { grantId: 'taken' })),
      tokens.add(sampleAccess('first')),
      tokens.add(sampleAccess('two', { grantId: undefined, scopes: [] })),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    for (const hash of ['one', 'two', 'first']) assert.notEqual(await tokens.findAccess(hash, now), undefined);
    assert.equal(await tokens.findAccess('half', now), undefined);
  });
}

async function repeatUntil(act: () => Promise<unknown>, condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error('it did not happen within five seconds');
    await act();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
