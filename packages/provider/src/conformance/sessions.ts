/** Promises of `Sessions`: a new secret at every sign-in, nobody dead or disabled, and who must be told at the end. */
import assert from 'node:assert/strict';
import { now, sampleAccess, sampleAccount, sampleApproval, sampleAuthentication, sampleGrant, sampleRequest } from './samples.ts';
import { race, signedIn, type Test } from './suite.ts';

const idle = 100;
const carol = sampleAuthentication('carol');

const sids = (sessions: readonly { sid: string }[]) => sessions.map((session) => session.sid).sort();

export function sessionsConformance(test: Test): void {
  test('a session is found by its browser, with account and nothing consented', async (backend) => {
    await signedIn(backend);
    assert.deepEqual(await backend.store.sessions.find('browser', 'web', idle, now), [
      { ...sampleAuthentication(), clients: {}, createdAt: now, seenAt: now, account: sampleAccount(), consented: [] },
    ]);
    assert.deepEqual(await backend.store.sessions.find('other', 'web', idle, now), []);
  });

  test('find tells what the account consented to for the client asked about, and only that', async (backend) => {
    await signedIn(backend);
    await backend.store.consents.remember('alice', 'web', ['openid', 'profile'], now);
    const [forWeb] = await backend.store.sessions.find('browser', 'web', idle, now);
    assert.deepEqual([...(forWeb?.consented ?? [])].sort(), ['openid', 'profile']);
    for (const client of ['app', undefined]) {
      const [other] = await backend.store.sessions.find('browser', client, idle, now);
      assert.deepEqual(other?.consented, []);
    }
  });

  const there = { issuer: 'https://up.example', subject: 'ann', sid: 'there-1', toldAt: now };
  const over = { upstream: 'acme', issuer: there.issuer, toldUntil: now };
  const from = (sid: string, changes: object = {}) =>
    sampleAuthentication('alice', { sid, upstream: 'acme', upstreamSession: { ...there, ...changes } });

  const ends: readonly (readonly [string, object, readonly string[]])[] = [
    ['its sid there', { sid: 'there-1' }, ['one']],
    ['its subject there', { subject: 'ann' }, ['nameless', 'one', 'two']],
    ['both, and so does one without a sid there', { subject: 'ann', sid: 'there-1' }, ['nameless', 'one']],
    ['another subject beside its sid', { subject: 'bob', sid: 'there-1' }, []],
    ['neither', {}, []],
    ['its sid at another upstream', { sid: 'there-1', upstream: 'zeta' }, []],
    ['its sid by another issuer', { sid: 'there-1', issuer: 'https://other.example' }, []],
    ['its sid before it was begun', { sid: 'there-1', toldUntil: now - 1 }, []],
  ];
  for (const [by, changes, expected] of ends)
    test(`K16: what an upstream ended, named by ${by}, ends what rests on it and nothing else`, async (backend) => {
      await backend.addAccount(sampleAccount());
      const { sessions } = backend.store;
      const { sid: _, ...nameless } = there;
      const begun = { one: from('one'), two: from('two', { sid: 'there-2' }), local: sampleAuthentication('alice', { sid: 'local' }) };
      for (const [browser, authentication] of Object.entries(begun)) await sessions.authenticate(undefined, browser, authentication, now);
      const unnamed = { ...from('nameless'), upstreamSession: nameless };
      await sessions.authenticate(undefined, 'nameless', unnamed, now);
      const ended = await sessions.endUpstream({ ...over, ...changes }, now);
      assert.deepEqual(ended && sids(ended), expected);
      const left = ['local', 'nameless', 'one', 'two'].filter((sid) => !expected.includes(sid));
      assert.deepEqual(sids(await sessions.list('alice', idle, now)), left);
    });

  test('K16: a message counts once, on every process, and what it is about is told with the sealed hint', async (backend) => {
    await backend.addAccount(sampleAccount());
    const { sessions } = backend.store;
    await sessions.authenticate(undefined, 'browser', from('one', { hint: 'sealed' }), now);
    const message = { ...over, sid: 'there-1', once: { key: 'jti', until: now + 60 } };
    const outcomes = await race(backend, 8, (store) => store.sessions.endUpstream(message, now));
    const heard = outcomes.filter((outcome) => outcome !== undefined);
    assert.deepEqual(heard, [[{ sid: 'one', sub: 'alice', clients: [], upstream: { id: 'acme', hint: 'sealed' } }]]);
    await sessions.authenticate(undefined, 'again', from('two'), now);
    assert.equal(await sessions.endUpstream(message, now), undefined);
    assert.deepEqual(sids(await sessions.list('alice', idle, now)), ['two']);
  });

  test('a sign-in of another kind in the same session lets go of the upstream', async (backend) => {
    await backend.addAccount(sampleAccount());
    const { sessions } = backend.store;
    await sessions.authenticate(undefined, 'browser', from('one'), now);
    await sessions.authenticate('browser', 'next', sampleAuthentication('alice', { sid: 'new' }), now);
    assert.deepEqual(await sessions.endUpstream({ ...over, subject: 'ann' }, now), []);
    assert.deepEqual(await sessions.end('next', undefined, now), [{ sid: 'one', sub: 'alice', clients: [] }]);
  });

  test('a session is dead from the second its idle time or its life ends; touch moves the first only', async (backend) => {
    await signedIn(backend);
    const alive = async (at: number) => (await backend.store.sessions.find('browser', undefined, idle, at)).length === 1;
    assert.equal(await alive(now + 99), true);
    assert.equal(await alive(now + 100), false);
    for (let at = now + 90; at <= now + 990; at += 90) await backend.store.sessions.touch('sid-alice', at);
    assert.equal((await backend.store.sessions.find('browser', undefined, idle, now + 999))[0]?.seenAt, now + 990);
    assert.equal(await alive(now + 1000), false);
  });

  test('K3: a session of a disabled account is not found', async (backend) => {
    await signedIn(backend);
    await backend.addAccount(sampleAccount('bob'));
    await backend.store.sessions.authenticate('browser', 'next', sampleAuthentication('bob'), now);
    await backend.setActive('bob', false);
    assert.deepEqual(sids(await backend.store.sessions.find('next', undefined, idle, now)), ['sid-alice']);
  });

  test('F6: who is disabled or unknown is not signed in, and nothing has moved', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest());
    await backend.addAccount(sampleAccount('bob'));
    await backend.setActive('bob', false);
    for (const sub of ['bob', 'ghost'])
      assert.equal(await store.sessions.authenticate('browser', 'next', sampleAuthentication(sub), now), undefined);
    assert.deepEqual(await store.sessions.find('next', undefined, idle, now), []);
    await backend.setActive('bob', true);
    assert.deepEqual(sids(await store.sessions.find('browser', undefined, idle, now)), ['sid-alice']);
    assert.equal((await store.requests.find('request', now))?.browser, 'browser');
  });

  test('several people in one browser, most recently seen first', async (backend) => {
    await signedIn(backend);
    await backend.addAccount(sampleAccount('carol'));
    await backend.store.sessions.authenticate('browser', 'next', carol, now + 1);
    const order = async () => (await backend.store.sessions.find('next', undefined, idle, now + 9)).map((session) => session.sid);
    assert.deepEqual(await order(), ['sid-carol', 'sid-alice']);
    await backend.store.sessions.touch('sid-alice', now + 5);
    assert.deepEqual(await order(), ['sid-alice', 'sid-carol']);
  });

  test('K1: at a sign-in the sessions move to the new secret and the old one has nothing', async (backend) => {
    await signedIn(backend);
    await backend.addAccount(sampleAccount('carol'));
    await backend.store.sessions.authenticate('browser', 'next', carol, now);
    assert.deepEqual(await backend.store.sessions.find('browser', undefined, idle, now), []);
    assert.deepEqual(sids(await backend.store.sessions.find('next', undefined, idle, now)), ['sid-alice', 'sid-carol']);
  });

  test('K1: an attacker who planted his secret has nothing after the victim signs in', async (backend) => {
    await signedIn(backend);
    await backend.addAccount(sampleAccount('carol'));
    await backend.store.sessions.authenticate('planted', 'fresh', carol, now);
    assert.deepEqual(await backend.store.sessions.find('planted', undefined, idle, now), []);
    assert.deepEqual(await backend.store.sessions.end('planted', undefined, now), []);
    assert.deepEqual(sids(await backend.store.sessions.find('fresh', undefined, idle, now)), ['sid-carol']);
  });

  test('the same person again in this browser keeps the sid and renews the rest', async (backend) => {
    await signedIn(backend);
    const again = sampleAuthentication('alice', { sid: 'unused', authTime: now + 50, amr: ['pwd', 'otp'], expiresAt: now + 5000 });
    assert.equal(await backend.store.sessions.authenticate('browser', 'next', again, now + 50), 'sid-alice');
    assert.deepEqual(await backend.store.sessions.find('next', undefined, idle, now + 50), [
      { ...again, sid: 'sid-alice', clients: {}, createdAt: now, seenAt: now + 50, account: sampleAccount(), consented: [] },
    ]);
  });

  test('a session past its life is not revived: the person gets a new sid', async (backend) => {
    await signedIn(backend);
    const later = sampleAuthentication('alice', { sid: 'second', expiresAt: now + 3000 });
    assert.equal(await backend.store.sessions.authenticate('browser', 'next', later, now + 1000), 'second');
    const [session, ...others] = await backend.store.sessions.find('next', undefined, idle, now + 1000);
    assert.deepEqual([session?.sid, session?.createdAt, others.length], ['second', now + 1000, 0]);
  });

  test('the same person in another browser has a session of her own', async (backend) => {
    await signedIn(backend);
    const elsewhere = sampleAuthentication('alice', { sid: 'phone' });
    assert.equal(await backend.store.sessions.authenticate(undefined, 'phone-browser', elsewhere, now), 'phone');
    assert.deepEqual(sids(await backend.store.sessions.find('browser', undefined, idle, now)), ['sid-alice']);
  });

  test('concurrent sign-ins from one browser leave one session for the person in one place', async (backend) => {
    await signedIn(backend);
    const answers = await race(backend, 8, (store, index) =>
      store.sessions.authenticate('browser', `next-${index}`, sampleAuthentication('alice', { sid: `sid-${index}` }), now),
    );
    assert.equal(answers.filter((sid) => sid === 'sid-alice').length, 1);
    assert.deepEqual(await backend.store.sessions.find('browser', undefined, idle, now), []);
  });

  test('end answers the session with the clients that hold live grants from it', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    const grants = [
      ['g1', { client_id: 'web' }],
      ['g2', { client_id: 'web' }],
      ['g3', { client_id: 'app' }],
      ['g4', { client_id: 'elsewhere', sid: 'other' }],
      ['g5', { client_id: 'expired', expiresAt: now }],
      ['g6', { client_id: 'revoked' }],
    ] as const;
    for (const [id, changes] of grants) await store.grants.open(sampleGrant(id, changes), sampleAccess(id, { grantId: id }));
    await store.grants.revoke('g6', now);
    const [ended, ...others] = await store.sessions.end('browser', 'sid-alice', now);
    assert.deepEqual(
      { ...ended, clients: [...(ended?.clients ?? [])].sort() },
      { sid: 'sid-alice', sub: 'alice', clients: ['app', 'web'] },
    );
    assert.deepEqual(others, []);
    assert.notEqual(await store.tokens.findAccess('g1', now), undefined);
  });

  test('K2: an ended session is gone, and ends once', async (backend) => {
    await signedIn(backend);
    assert.deepEqual(sids(await backend.store.sessions.end('browser', 'sid-alice', now)), ['sid-alice']);
    assert.deepEqual(await backend.store.sessions.end('browser', 'sid-alice', now), []);
    assert.deepEqual(await backend.store.sessions.find('browser', undefined, idle, now), []);
    await backend.store.sessions.touch('sid-alice', now);
    assert.deepEqual(await backend.store.sessions.find('browser', undefined, idle, now), []);
  });

  test('end with a sid ends that one, without ends all of this browser, and never one of another browser', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await backend.addAccount(sampleAccount('carol'));
    await store.sessions.authenticate('browser', 'next', carol, now);
    await store.sessions.authenticate(undefined, 'phone', sampleAuthentication('alice', { sid: 'phone' }), now);
    assert.deepEqual(await store.sessions.end('next', 'phone', now), []);
    assert.deepEqual(sids(await store.sessions.end('next', 'sid-carol', now)), ['sid-carol']);
    assert.deepEqual(sids(await store.sessions.end('next', undefined, now)), ['sid-alice']);
    assert.deepEqual(sids(await store.sessions.find('phone', undefined, idle, now)), ['phone']);
  });

  test('endAll ends the sessions of one person in every browser', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await backend.addAccount(sampleAccount('carol'));
    await store.sessions.authenticate('browser', 'next', carol, now);
    await store.sessions.authenticate(undefined, 'phone', sampleAuthentication('alice', { sid: 'phone' }), now);
    assert.deepEqual(sids(await store.sessions.endAll('alice', now)), ['phone', 'sid-alice']);
    assert.deepEqual(await store.sessions.find('phone', undefined, idle, now), []);
    assert.deepEqual(sids(await store.sessions.find('next', undefined, idle, now)), ['sid-carol']);
    assert.deepEqual(await store.sessions.endAll('alice', now), []);
  });

  test('endOne ends one session of a person wherever it is, and never one of somebody else', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await backend.addAccount(sampleAccount('carol'));
    await store.sessions.authenticate(undefined, 'phone', sampleAuthentication('alice', { sid: 'phone' }), now);
    assert.deepEqual(await store.sessions.endOne('carol', 'phone', now), []);
    assert.deepEqual(await store.sessions.endOne('alice', 'phone', now), [{ sid: 'phone', sub: 'alice', clients: [] }]);
    assert.deepEqual(await store.sessions.endOne('alice', 'phone', now), []);
    assert.deepEqual(sids(await store.sessions.find('browser', undefined, idle, now)), ['sid-alice']);
  });

  test('list tells the live sessions of a person in every browser, with device and clients', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.sessions.join('sid-alice', 'web', now + 1);
    const phone = sampleAuthentication('alice', { sid: 'phone', device: 'Firefox on Android', expiresAt: now + 50 });
    await store.sessions.authenticate(undefined, 'phone', phone, now + 2);
    assert.deepEqual(await store.sessions.list('alice', idle, now + 2), [
      { ...phone, clients: {}, createdAt: now + 2, seenAt: now + 2 },
      { ...sampleAuthentication(), clients: { web: now + 1 }, createdAt: now, seenAt: now },
    ]);
    assert.deepEqual(sids(await store.sessions.list('alice', idle, now + 50)), ['sid-alice']);
    assert.deepEqual(await store.sessions.list('alice', idle, now + 100), []);
    assert.deepEqual(await store.sessions.list('bob', idle, now), []);
    await backend.setActive('alice', false);
    assert.deepEqual(await store.sessions.list('alice', idle, now), []);
  });

  test('a client that joined is told of at the end, with or without a grant, each once; when it was first stays', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    for (const [client, at] of [
      ['web', now],
      ['__proto__', now + 1],
      ['web', now + 5],
    ] as const)
      await store.sessions.join('sid-alice', client, at);
    await store.grants.open(sampleGrant('g', { client_id: 'app' }), sampleAccess('g', { grantId: 'g' }));
    const [session] = await store.sessions.find('browser', undefined, idle, now + 9);
    assert.deepEqual(Object.entries(session?.clients ?? {}).sort(), [
      ['__proto__', now + 1],
      ['web', now],
    ]);
    const [ended] = await store.sessions.end('browser', undefined, now + 9);
    assert.deepEqual(ended?.clients, ['__proto__', 'app', 'web']);
    await store.sessions.join('sid-alice', 'late', now + 9);
    assert.deepEqual(await store.sessions.list('alice', idle, now + 9), []);
  });

  test('clients that join at once are all noted', async (backend) => {
    await signedIn(backend);
    await race(backend, 16, (store, index) => store.sessions.join('sid-alice', `client-${index}`, now));
    const [ended] = await backend.store.sessions.end('browser', undefined, now);
    assert.equal(ended?.clients.length, 16);
  });

  test('clients of a session past its life are not those of the one that takes its place', async (backend) => {
    await signedIn(backend);
    await backend.store.sessions.join('sid-alice', 'web', now);
    await backend.store.sessions.authenticate('browser', 'next', sampleAuthentication('alice', { sid: 'again' }), now + 10);
    assert.deepEqual(Object.keys((await backend.store.sessions.list('alice', idle, now + 10))[0]?.clients ?? {}), ['web']);
    await backend.store.sessions.authenticate(
      'next',
      'last',
      sampleAuthentication('alice', { sid: 'new', expiresAt: now + 3000 }),
      now + 1000,
    );
    assert.deepEqual((await backend.store.sessions.list('alice', idle, now + 1000))[0]?.clients, {});
  });

  for (const how of ['end', 'endOne', 'endAll'] as const) {
    test(`${how} revokes the grants that end with the session, and no other`, async (backend) => {
      const { store } = backend;
      await signedIn(backend);
      const grants = [
        ['ends', { endsWithSession: true }],
        ['stays', {}],
        ['of another', { endsWithSession: true, sid: 'other' }],
      ] as const;
      for (const [id, changes] of grants) await store.grants.open(sampleGrant(id, changes), sampleAccess(id, { grantId: id }));
      if (how === 'end') await store.sessions.end('browser', 'sid-alice', now);
      else if (how === 'endOne') await store.sessions.endOne('alice', 'sid-alice', now);
      else await store.sessions.endAll('alice', now);
      const alive = await Promise.all(grants.map(async ([id]) => (await store.tokens.findAccess(id, now)) !== undefined));
      assert.deepEqual(alive, [false, true, true]);
    });
  }

  test('a grant that is opened from a code redeemed before the session ended is born revoked', async (backend) => {
    const { store } = backend;
    await signedIn(backend);
    await store.requests.push(sampleRequest(), sampleApproval());
    assert.equal((await store.requests.redeem('code', 600, now)).outcome, 'redeemed');
    await store.sessions.end('browser', undefined, now);
    await store.grants.open(sampleGrant(), sampleAccess());
    assert.equal(await store.tokens.findAccess('access', now), undefined);
  });
}
