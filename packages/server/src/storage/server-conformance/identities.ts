/** Promises of `Identities`: unique or nothing, byte for byte, and nothing of an account changes hands that the upstream did not give. */
import assert from 'node:assert/strict';
import type { Given, IdentityKey } from '../../store.ts';
import { authentication, now, sampleUser, type Test } from './frame.ts';

const acme: IdentityKey = { upstream: 'acme', issuer: 'https://acme.test', subject: 'Ann' };
const given: Given = { claims: { name: 'Ann', plan: 'gold' }, groups: ['riders'], roles: [] };
const nothing: Given = { claims: {}, groups: [], roles: [] };
const blank = (sub: string) => sampleUser(sub, { claims: {}, groups: [], roles: [] });

/** As provisioning is called: with what is given in the account already. */
const ann = (sub = 'ann') => sampleUser(sub, { claims: given.claims, groups: given.groups, roles: [] });

export function identitiesConformance(test: Test): void {
  test('a person made for an identity is found by it, and has no password', async ({ storage }) => {
    const { identities, users } = storage.tenant('main');
    assert.equal(await identities.find(acme), undefined);
    assert.equal(await identities.provision(ann(), acme, given, now), 'provisioned');
    const identity = { ...acme, sub: 'ann', origin: 'provisioned', given, createdAt: now, seenAt: now };
    assert.deepEqual(await identities.find(acme), { identity, user: ann() });
    assert.deepEqual(await identities.list('ann'), [identity]);
    assert.equal((await users.findForPassword('ann@example.test'))?.passwordHash, undefined);
  });

  test('D9: issuer and subject are compared byte for byte, and two upstreams never share a person', async ({ storage }) => {
    const { identities } = storage.tenant('main');
    await identities.provision(ann(), acme, given, now);
    const others = [{ subject: 'ann' }, { subject: 'Ann ' }, { subject: 'An' }, { issuer: 'https://acme.test/' }, { upstream: 'zeta' }];
    for (const other of others) assert.equal(await identities.find({ ...acme, ...other }), undefined);
    const decomposed = { ...acme, subject: 'A\u0308nn' };
    await identities.provision(ann('second'), decomposed, given, now);
    assert.equal(await identities.find({ ...acme, subject: '\u00c4nn' }), undefined);
    assert.equal((await identities.find(decomposed))?.user.sub, 'second');
  });

  test('L3: an identity of one tenant is nobody in another', async ({ storage }) => {
    const [main, other] = [storage.tenant('main').identities, storage.tenant('other').identities];
    await main.provision(ann(), acme, given, now);
    assert.equal(await other.find(acme), undefined);
    assert.equal(await other.unlink('ann', acme, now), false);
    assert.equal(await other.refresh(acme, nothing, now), undefined);
    assert.deepEqual(await other.list('ann'), []);
  });

  test('of 16 first visits at once one makes the person, and nothing is left of the others', async ({ storage, second }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) => {
        const { identities } = (index % 2 === 0 ? storage : second).tenant('main');
        return identities.provision(ann(`sub-${index}`), acme, given, now);
      }),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'provisioned').length, 1);
    const { identities, users } = storage.tenant('main');
    assert.equal((await identities.find(acme))?.user.sub, `sub-${outcomes.indexOf('provisioned')}`);
    assert.equal((await users.list(undefined, 99)).length, 1);
  });

  test('a taken username leaves neither person nor identity', async ({ storage }) => {
    const { identities, users } = storage.tenant('main');
    await users.add(sampleUser('other', { usernameKey: 'ann@example.test' }), 'hash');
    assert.equal(await identities.provision(ann(), acme, given, now), 'name_taken');
    assert.equal(await identities.find(acme), undefined);
    assert.equal(await users.find('ann'), undefined);
  });

  test('a link goes to an active person, once, and of two at once to one', async ({ storage, second }) => {
    const [{ identities, users }, other] = [storage.tenant('main'), second.tenant('main')];
    for (const sub of ['alice', 'bob', 'carol']) await users.add(blank(sub), 'hash');
    await users.setActive('carol', false, now);
    assert.equal(await identities.link('carol', acme, given, now), false);
    assert.equal(await identities.link('nobody', acme, given, now), false);
    const linked = await Promise.all([identities.link('alice', acme, given, now), other.identities.link('bob', acme, given, now)]);
    assert.equal(linked.filter(Boolean).length, 1);
    assert.equal((await identities.find(acme))?.user.sub, linked[0] ? 'alice' : 'bob');
    assert.equal(await identities.provision(ann(), acme, given, now), 'identity_taken');
  });

  test('E9: a link adds to the profile what it does not have, and changes nothing', async ({ storage }) => {
    const { identities, users } = storage.tenant('main');
    await users.add(sampleUser('alice', { claims: { name: 'Alice' }, groups: ['staff'], roles: ['admin'] }), 'hash');
    await identities.link('alice', acme, given, now);
    const { claims, groups, roles } = (await users.find('alice')) ?? {};
    assert.deepEqual({ claims, groups, roles }, { claims: { name: 'Alice', plan: 'gold' }, groups: ['staff', 'riders'], roles: ['admin'] });
  });

  test('a later sign-in replaces what the upstream gave, takes away what it no longer gives, and leaves the rest', async ({ storage }) => {
    const { identities, users } = storage.tenant('main');
    await identities.provision(ann(), acme, given, now);
    await users.replace({ ...ann(), groups: ['riders', 'local'], claims: { ...given.claims, nickname: 'Annie' } });
    const user = await identities.refresh(acme, { claims: { name: 'Anna' }, groups: ['drivers', 'local'], roles: ['fan'] }, now + 5);
    assert.deepEqual(user, await users.find('ann'));
    assert.deepEqual(user?.claims, { nickname: 'Annie', name: 'Anna' });
    assert.deepEqual([user?.groups, user?.roles, user?.updatedAt], [['local', 'drivers'], ['fan'], now + 5]);
    const after = await identities.refresh(acme, nothing, now + 6);
    assert.deepEqual([after?.claims, after?.groups, after?.roles], [{ nickname: 'Annie' }, ['local'], []]);
    assert.equal((await identities.find(acme))?.identity.seenAt, now + 6);
    assert.equal(await identities.refresh({ ...acme, subject: 'x' }, nothing, now), undefined);
  });

  test('F6: a later sign-in does not make a disabled person active', async ({ storage }) => {
    const { identities, users } = storage.tenant('main');
    await identities.provision(ann(), acme, given, now);
    await users.setActive('ann', false, now);
    assert.equal((await identities.refresh(acme, nothing, now))?.active, false);
    assert.equal((await identities.find(acme))?.user.active, false);
  });

  test('E12: only her own identity is unlinked, with the groups and roles it gave', async ({ storage }) => {
    const { identities, users } = storage.tenant('main');
    await users.add(blank('alice'), 'hash');
    await identities.link('alice', acme, { ...given, roles: ['fan'] }, now);
    assert.equal(await identities.unlink('bob', acme, now), false);
    assert.notEqual(await identities.find(acme), undefined);
    assert.equal(await identities.unlink('alice', acme, now), true);
    assert.equal(await identities.find(acme), undefined);
    const { groups, roles } = (await users.find('alice')) ?? {};
    assert.deepEqual([groups, roles], [[], []]);
    assert.equal(await identities.unlink('alice', acme, now), false);
  });

  test('E12: with the identity the sessions end that rest on it, and their clients are to be told; others go on', async ({
    storage,
    second,
  }) => {
    const { identities, sessions, users, logouts } = storage.tenant('main');
    await users.add(blank('ann'), 'hash');
    const [mine, twin] = [acme, { ...acme, subject: 'Ann too' }];
    for (const key of [mine, twin]) await identities.link('ann', key, nothing, now);
    for (const [sid, key] of Object.entries({ resting: mine, twin, local: undefined })) {
      const there = key && { upstream: key.upstream, upstreamSession: { issuer: key.issuer, subject: key.subject, toldAt: now + 99 } };
      await sessions.authenticate(undefined, sid, { ...authentication, sub: 'ann', sid, ...there }, now);
      await sessions.join(sid, 'web', now);
    }
    assert.equal(await identities.unlink('bob', mine, now), false);
    assert.equal((await sessions.list('ann', 100, now)).length, 3);
    assert.equal(await second.tenant('main').identities.unlink('ann', mine, now), true);
    assert.deepEqual((await sessions.list('ann', 100, now)).map(({ sid }) => sid).sort(), ['local', 'twin']);
    assert.deepEqual(
      (await logouts.due(now)).map(({ sid, client_id }) => [sid, client_id]),
      [['resting', 'web']],
    );
  });

  test('E8: people are found by address whatever its case, width and dots, and only as people with such an address', async ({
    storage,
  }) => {
    const { users } = storage.tenant('main');
    await users.add(sampleUser('alice', { claims: { email: 'Alice.I@Bücher.test' } }), 'hash');
    await users.add(sampleUser('bob', { claims: { name: 'Bob' } }), 'hash');
    const found = async (email: string) => (await users.findByEmail(email)).map(({ sub }) => sub);
    for (const email of ['alice.i@bücher.test', 'ALICE.\u0131@xn--bcher-kva.test', '\uff21lice.i@bu\u0308cher.test'])
      assert.deepEqual(await found(email), ['alice']);
    for (const email of ['', 'alice.i', 'bob@example.test', 'alice.i@b\u200bücher.test', 'x@y@z']) assert.deepEqual(await found(email), []);
    await users.replace(sampleUser('alice', { claims: { email: 'new@example.test' } }));
    assert.deepEqual([await found('alice.i@bücher.test'), await found('new@example.test')], [[], ['alice']]);
    await users.setActive('alice', false, now);
    assert.deepEqual(await found('new@example.test'), ['alice']);
  });
}
