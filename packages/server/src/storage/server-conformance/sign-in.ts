/** Promises about a sign-in, or an approval, at the moment the person gets a new password or is disabled: whoever comes later sees the other. */
import assert from 'node:assert/strict';
import { sampleApproval, sampleRequest } from '@symbolon/provider/conformance';
import type { TenantStore } from '../../store.ts';
import { authentication, now, sampleUser, type Test, withEverything } from './frame.ts';

const proof = { ...authentication, credential: 'hash' };

export const changes = {
  'a new password': (store: TenantStore) => store.users.setPassword('alice', 'new', now),
  disabling: (store: TenantStore) => store.users.setActive('alice', false, now),
};

/** Whose session it is does not show while the person is disabled. */
export async function liveSessions(store: TenantStore, browser: string): Promise<readonly string[]> {
  await store.users.setActive('alice', true, now);
  return (await store.sessions.find(browser, undefined, 100, now)).map((session) => session.sid);
}

export function signInConformance(test: Test): void {
  test('K3: a sign-in holds only while the password hash that was checked is in force, and nothing moves otherwise', async (backend) => {
    const { users, sessions } = await withEverything(backend.storage);
    await users.setPassword('alice', 'new', now);
    assert.equal(await sessions.authenticate('browser2', 'late', { ...proof, sid: 'late' }, now), undefined);
    assert.deepEqual(await sessions.find('late', undefined, 100, now), []);
    assert.equal((await sessions.find('browser2', undefined, 100, now)).length, 1);
    assert.equal(await sessions.authenticate('browser2', 'next', { ...proof, sid: 'fresh', credential: 'new' }, now), 'fresh');
    assert.equal(await users.rehash('alice', 'new', 'better'), true);
    assert.equal(await sessions.authenticate('next', 'last', { ...proof, credential: 'new' }, now), undefined);
    assert.equal(await sessions.authenticate('next', 'last', { ...proof, credential: 'better' }, now), 'fresh');
  });

  test('K3: a person who has no password proves nothing with one', async ({ storage }) => {
    const { users, sessions } = storage.tenant('main');
    await users.add(sampleUser(), undefined);
    assert.equal(await sessions.authenticate(undefined, 'browser', { ...proof, credential: '' }, now), undefined);
    assert.equal(await sessions.authenticate(undefined, 'browser', authentication, now), 'sid');
  });

  test('F19: the credential of a sign-in is not kept with the session', async ({ storage }) => {
    const { users, sessions } = storage.tenant('main');
    await users.add(sampleUser(), 'hash');
    await sessions.authenticate(undefined, 'browser', proof, now);
    const [session] = await sessions.find('browser', undefined, 100, now);
    assert.equal(session?.sid, 'sid');
    assert.equal(JSON.stringify(session).includes('hash'), false);
  });

  for (const [how, change] of Object.entries(changes)) {
    test(`K3: ${how} while a sign-in is in flight never leaves a live session`, async ({ storage, second }) => {
      const [store, other] = [storage.tenant('main'), second.tenant('main')];
      await store.users.add(sampleUser(), 'hash');
      for (let round = 0; round < 12; round += 1) {
        const browser = `browser-${round}`;
        await store.users.setPassword('alice', 'hash', now);
        const acts = [() => store.sessions.authenticate(undefined, browser, proof, now), () => change(other)];
        await Promise.all((round % 2 === 0 ? acts : acts.reverse()).map((act) => act()));
        assert.deepEqual(await liveSessions(store, browser), []);
      }
    });

    test(`F6: ${how} while a code is being approved never leaves a code that is worth anything`, async ({ storage, second }) => {
      const [store, other] = [storage.tenant('main'), second.tenant('main')];
      await store.users.add(sampleUser(), 'hash');
      for (let round = 0; round < 12; round += 1) {
        const id = `round-${round}`;
        await store.users.setActive('alice', true, now);
        await store.sessions.authenticate(undefined, id, authentication, now);
        await store.requests.push(sampleRequest(id, { browser: id }));
        const [pushed, approved] = [`pushed-${round}`, `approved-${round}`];
        const acts = [
          () => store.requests.push(sampleRequest(pushed), sampleApproval({ sid: 'sid', codeHash: pushed })),
          () => change(other),
          () => store.requests.approve(id, id, sampleApproval({ sid: 'sid', codeHash: approved }), now),
        ];
        await Promise.all((round % 2 === 0 ? acts : acts.reverse()).map((act) => act()));
        for (const code of [pushed, approved]) assert.equal((await other.requests.redeem(code, 600, now)).outcome, 'unknown');
      }
    });
  }
}
