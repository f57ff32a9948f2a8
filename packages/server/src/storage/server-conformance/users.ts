/** Promises of `Users`, and what ends with a person. */
import assert from 'node:assert/strict';
import { sampleAccess, sampleGrant } from '@symbolon/provider/conformance';
import { now, sampleUser, type Test, withEverything } from './frame.ts';

export function usersConformance(test: Test): void {
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
    assert.equal(await users.setPassword('alice', 'new', now), true);
    assert.equal((await users.findForPassword('alice@example.test'))?.passwordHash, 'new');
    assert.equal(await users.setPassword('bob', 'new', now), false);
    assert.equal(await users.setActive('bob', false, now), false);
  });
}

export function endingConformance(test: Test): void {
  for (const how of ['disabled', 'given a new password'] as const) {
    test(`K3: a person who is ${how} loses sessions, grants and codes on every process, and nobody else does`, async (backend) => {
      const store = await withEverything(backend.second);
      const { users } = backend.storage.tenant('main');
      await (how === 'disabled' ? users.setActive('alice', false, now) : users.setPassword('alice', 'new', now));
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

  test('a better hash of the same password ends nothing, and gives way to a new password', async ({ storage }) => {
    const store = await withEverything(storage);
    const { passwordHash = '' } = (await store.users.findForPassword('alice@example.test')) ?? {};
    assert.equal(await store.users.rehash('alice', passwordHash, 'better'), true);
    assert.equal(await store.users.rehash('alice', passwordHash, 'late'), false);
    assert.equal((await store.users.findForPassword('alice@example.test'))?.passwordHash, 'better');
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
