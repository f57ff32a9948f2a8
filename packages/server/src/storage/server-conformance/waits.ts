/** Promises of `Waits`: once, in time, in the browser they were made in. */
import assert from 'node:assert/strict';
import type { Wait } from '../../store.ts';
import { authentication, now, sampleUser, type Test } from './frame.ts';

const login: Wait = { kind: 'login', hash: 'h', browser: 'browser', data: 'data', expiresAt: now + 10 };
const identity = { upstream: 'acme', issuer: 'https://acme.test', subject: 'Ann' };

export function waitsConformance(test: Test): void {
  test('D8: of 16 that take it at once one gets it, and nobody after', async ({ storage, second }) => {
    await storage.tenant('main').waits.add(login);
    const taken = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 === 0 ? storage : second).tenant('main').waits.take('login', 'h', 'browser', now),
      ),
    );
    assert.deepEqual(
      taken.filter((data) => data !== undefined),
      ['data'],
    );
    assert.equal(await storage.tenant('main').waits.find('login', 'h', 'browser', now), undefined);
  });

  test('another browser, another kind and another tenant neither get it nor end it', async ({ storage }) => {
    const { waits } = storage.tenant('main');
    await waits.add(login);
    assert.equal(await waits.take('login', 'h', 'other', now), undefined);
    assert.equal(await waits.take('proof', 'h', 'browser', now), undefined);
    assert.equal(await waits.take('login', 'x', 'browser', now), undefined);
    assert.equal(await storage.tenant('other').waits.take('login', 'h', 'browser', now), undefined);
    assert.equal(await waits.find('login', 'h', 'browser', now), 'data');
    assert.equal(await waits.take('login', 'h', 'browser', now), 'data');
  });

  test('it is dead at its time, and swept', async ({ storage }) => {
    const { waits } = storage.tenant('main');
    await waits.add(login);
    assert.equal(await waits.find('login', 'h', 'browser', now + 10), undefined);
    assert.equal(await waits.take('login', 'h', 'browser', now + 10), undefined);
    assert.equal(await storage.sweep(now + 9, 10), 0);
    assert.equal(await storage.sweep(now + 10, 10), 1);
  });

  test('it follows its browser when somebody signs in in it', async ({ storage }) => {
    const { waits, users, sessions } = storage.tenant('main');
    await users.add(sampleUser(), 'hash');
    await waits.add(login);
    await sessions.authenticate('browser', 'next', authentication, now);
    assert.equal(await waits.take('login', 'h', 'browser', now), undefined);
    assert.equal(await waits.take('login', 'h', 'next', now), 'data');
  });

  test('no more than 50 follow, the newest', async ({ storage }) => {
    const { waits, users, sessions } = storage.tenant('main');
    await users.add(sampleUser(), 'hash');
    for (let index = 0; index < 52; index += 1) await waits.add({ ...login, hash: `h${index}`, expiresAt: now + 10 + index });
    await sessions.authenticate('browser', 'next', authentication, now);
    const moved = await Promise.all(Array.from({ length: 52 }, (_, index) => waits.find('login', `h${index}`, 'next', now)));
    assert.deepEqual(
      moved.map((data) => data !== undefined),
      Array.from({ length: 52 }, (_, index) => index > 1),
    );
  });

  test('E5: what waits for a proof of an identity ends when it is unlinked, and nothing else does', async ({ storage }) => {
    const { waits, users, identities } = storage.tenant('main');
    await users.add(sampleUser(), 'hash');
    await identities.link('alice', identity, { claims: {}, groups: [], roles: [] }, now);
    await waits.add({ ...login, kind: 'proof', identity });
    await waits.add({ ...login, kind: 'proof', hash: 'other', identity: { ...identity, subject: 'Bob' } });
    await identities.unlink('alice', identity, now);
    assert.equal(await waits.take('proof', 'h', 'browser', now), undefined);
    assert.equal(await waits.take('proof', 'other', 'browser', now), 'data');
  });
}
