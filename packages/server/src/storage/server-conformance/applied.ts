/** Promises of `Applied`: what the configuration file wrote, and what it leaves alone. */
import assert from 'node:assert/strict';
import { sampleClient } from '@symbolon/provider/conformance';
import { now, sampleUser, type Test, withEverything } from './frame.ts';

const named = (client_name: string) => sampleClient('web', { client_name });

export function appliedClientConformance(test: Test): void {
  test('a client of the file is written when it is new and when it changed, also over one that was there before', async ({ storage }) => {
    const { applied, clients } = storage.tenant('main');
    assert.equal(await applied.find('client', 'web'), undefined);
    assert.equal(await applied.client(named('first'), 'one', now), 'written');
    assert.deepEqual(await clients.find('web'), named('first'));
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'one', changedSince: false });
    assert.equal(await applied.client(named('second'), 'two', now), 'written');
    assert.deepEqual(await clients.find('web'), named('second'));
    await clients.register(sampleClient('older'), now);
    assert.equal(await applied.client(sampleClient('older', { client_name: 'file' }), 'one', now), 'written');
    assert.equal((await clients.find('older'))?.client_name, 'file');
  });

  test('a client that was replaced or removed since is kept as it is, from then on', async ({ storage }) => {
    const { applied, clients } = storage.tenant('main');
    await applied.client(named('file'), 'one', now);
    await clients.replace(named('console'), now);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'one', changedSince: true });
    assert.equal(await applied.client(named('later file'), 'two', now), 'kept');
    assert.deepEqual(await clients.find('web'), named('console'));
    await clients.remove('web', now);
    assert.equal(await applied.client(named('later file'), 'two', now), 'kept');
    assert.equal(await clients.find('web'), undefined);
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'one', changedSince: true });
  });

  test('what is written at the same moment by somebody else is never overwritten', async ({ storage, second }) => {
    const [file, console] = [storage.tenant('main'), second.tenant('main')];
    for (let round = 0; round < 20; round += 1) {
      const id = `client-${round}`;
      await file.applied.client(sampleClient(id), 'one', now);
      await Promise.all([
        file.applied.client(sampleClient(id, { client_name: 'file' }), 'two', now),
        console.clients.replace(sampleClient(id, { client_name: 'console' }), now),
      ]);
      assert.equal((await file.clients.find(id))?.client_name, 'console');
      assert.equal((await file.applied.find('client', id))?.changedSince, true);
    }
  });

  test('of 16 processes that apply a new entry at once one writes, and the others find it written', async ({ storage, second }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) => {
        const { applied } = (index % 2 === 0 ? storage : second).tenant('main');
        return applied.client(named(`process ${index}`), 'same', now);
      }),
    );
    assert.deepEqual([...new Set(outcomes)], ['written']);
    const { clients, applied } = storage.tenant('main');
    const written = (await clients.find('web'))?.client_name;
    assert.equal(await applied.client(named('again'), 'same', now), 'written');
    assert.equal((await clients.find('web'))?.client_name, written);
    assert.equal((await clients.list()).length, 1);
  });

  test('an act that ends before its digest is remembered has written nothing, and the next one does', async ({ storage, refuse }) => {
    const { applied, clients } = storage.tenant('main');
    await applied.client(named('first'), 'one', now);
    const allow = await refuse('applied', 'digest', 'two');
    await assert.rejects(applied.client(named('second'), 'two', now)).finally(allow);
    assert.deepEqual(await clients.find('web'), named('first'));
    assert.deepEqual(await applied.find('client', 'web'), { digest: 'one', changedSince: false });
    assert.equal(await applied.client(named('second'), 'two', now), 'written');
    assert.deepEqual(await clients.find('web'), named('second'));
  });

  test('processes are told of a client the file changed, this one before the verb answers', async ({ storage }) => {
    const told: (string | undefined)[] = [];
    const stop = storage.watch((tenant) => told.push(tenant));
    await storage.tenant('main').applied.client(sampleClient(), 'one', now);
    assert.equal(told.includes('main'), true);
    stop();
  });
}

export function appliedUserConformance(test: Test): void {
  const id = 'alice@example.test';

  test('a person of the file is added, and replaced later; she keeps sub, age, activity and password', async ({ storage }) => {
    const { applied, users } = storage.tenant('main');
    assert.equal(await applied.user(sampleUser(), { hash: 'hash' }, 'one', now), 'written');
    assert.deepEqual(await users.findForPassword(id), { user: sampleUser(), passwordHash: 'hash' });
    assert.deepEqual(await applied.find('user', id), { digest: 'one', changedSince: false });
    const changes = { claims: { name: 'New' }, groups: ['new'], updatedAt: now + 5 };
    const again = sampleUser('other-sub', { usernameKey: id, createdAt: now + 5, ...changes });
    assert.equal(await applied.user(again, undefined, 'two', now), 'written');
    const user = { ...again, sub: 'alice', createdAt: now };
    assert.deepEqual(await users.findForPassword(id), { user, passwordHash: 'hash' });
    assert.equal(await users.find('other-sub'), undefined);
  });

  test('a person who was there before the file stays disabled, with the password of the file', async ({ storage }) => {
    const { applied, users } = storage.tenant('main');
    await users.add(sampleUser(), 'old');
    await users.setActive('alice', false, now);
    assert.equal(await applied.user(sampleUser('fresh', { usernameKey: id, groups: ['file'] }), { hash: 'new' }, 'one', now), 'written');
    const found = await users.findForPassword(id);
    const { sub, active, groups } = found?.user ?? {};
    assert.deepEqual({ sub, active, groups, hash: found?.passwordHash }, { sub: 'alice', active: false, groups: ['file'], hash: 'new' });
  });

  test('K3: a new password of the file ends sessions and grants; a new profile ends nothing', async ({ storage }) => {
    const store = await withEverything(storage);
    const alive = async () => {
      const sessions = await store.sessions.find('browser2', undefined, 100, now);
      return [sessions.some(({ sub }) => sub === 'alice'), (await store.tokens.findAccess('a', now)) !== undefined];
    };
    await store.applied.user(sampleUser('alice', { groups: ['file'] }), undefined, 'one', now);
    assert.deepEqual(await alive(), [true, true]);
    await store.applied.user(sampleUser(), { hash: 'new' }, 'two', now);
    assert.deepEqual(await alive(), [false, false]);
    assert.equal((await store.sessions.find('browser2', undefined, 100, now))[0]?.sub, 'bob');
  });

  test('a person is changed by a new profile, password, disabling or name, and then kept; not by a better hash', async ({ storage }) => {
    const { applied, users } = storage.tenant('main');
    const acts = {
      profile: (sub: string) => users.replace(sampleUser(sub, { groups: ['console'] })),
      password: (sub: string) => users.setPassword(sub, 'console', now),
      disabling: (sub: string) => users.setActive(sub, false, now),
      name: (sub: string) => users.replace(sampleUser(sub, { usernameKey: `${sub} renamed` })),
    };
    for (const [sub, act] of Object.entries(acts)) {
      const user = sampleUser(sub);
      await applied.user(user, { hash: 'hash' }, 'one', now);
      assert.equal(await users.rehash(sub, 'hash', 'better'), true);
      assert.equal(await applied.user(user, undefined, 'two', now), 'written');
      await act(sub);
      const changed = await users.find(sub);
      assert.equal((await applied.find('user', user.usernameKey))?.changedSince, true);
      assert.equal(await applied.user({ ...user, sub: 'fresh' }, { hash: 'file' }, 'three', now), 'kept');
      assert.deepEqual([await users.find(sub), await users.find('fresh')], [changed, undefined]);
    }
  });

  test('of 16 processes that apply a new person at once one adds her, and the others find her', async ({ storage, second }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) => {
        const { applied } = (index % 2 === 0 ? storage : second).tenant('main');
        return applied.user(sampleUser(`sub-${index}`, { usernameKey: 'same' }), { hash: `hash-sub-${index}` }, 'same', now);
      }),
    );
    assert.deepEqual([...new Set(outcomes)], ['written']);
    const { users } = storage.tenant('main');
    assert.equal((await users.list(undefined, 99)).length, 1);
    const found = await users.findForPassword('same');
    assert.equal(found?.passwordHash, `hash-${found?.user.sub}`);
  });

  test('a person the command line adds at the same moment is replaced, not doubled', async ({ storage, second }) => {
    for (let round = 0; round < 20; round += 1) {
      const usernameKey = `key-${round}`;
      const [outcome] = await Promise.all([
        storage.tenant('main').applied.user(sampleUser(`file-${round}`, { usernameKey, groups: ['file'] }), { hash: 'file' }, 'one', now),
        second.tenant('main').users.add(sampleUser(`line-${round}`, { usernameKey }), 'line'),
      ]);
      const found = await storage.tenant('main').users.findForPassword(usernameKey);
      assert.deepEqual([outcome, found?.user.groups, found?.passwordHash], ['written', ['file'], 'file']);
    }
  });
}
