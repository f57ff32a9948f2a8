import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sampleAccess, sampleClient, sampleGrant } from '@symbolon/provider/conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { applyConfig } from './apply.ts';
import type { ClientConfig, UserConfig } from './config/config.ts';
import { createVault } from './keys/vault.ts';
import { openStorage } from './storage/open-storage.ts';
import type { Storage } from './store.ts';
import { hashPassword, verifyPassword } from './users/password.ts';

const now = 1_800_000_000;
const vault = createVault(randomBytes(32));
const op = {
  settings: { signing: ['RS256'] as const },
  vault,
  now: () => now,
  random: (bytes: number) => randomBytes(bytes).toString('base64url'),
};
const usernameKey = 'alice';
const alice: UserConfig = { username: 'alice', usernameKey, password: 'first password', groups: [], roles: [], claims: {} };
const web: ClientConfig = { ...withoutSecrets(sampleClient()), secret: 'a secret of the file, long enough' };

function withoutSecrets({ secrets: _, ...metadata }: ReturnType<typeof sampleClient>): ClientConfig {
  return metadata;
}

describe('applying the configuration file', () => {
  let folder = '';
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'symbolon-apply-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** As many processes as are wanted on one new database, and its first tenant in the hands of the first. */
  async function processes(count: number) {
    const url = `sqlite:${join(folder, `${++files}.db`)}`;
    const opened: Storage[] = [];
    for (let index = 0; index < count; index += 1) opened.push(await openStorage(url));
    await opened[0]?.migrate();
    const stores = opened.map((storage) => storage.tenant('main'));
    const [store] = stores;
    if (store === undefined) throw new Error('at least one process');
    const apply = (users: readonly UserConfig[], clients: readonly ClientConfig[] = []) => applyConfig({ op, store }, { users, clients });
    const close = async () => {
      await Promise.all(opened.map((storage) => storage.close()));
    };
    return { store, stores, apply, close, file: url.slice('sqlite:'.length) };
  }

  async function signedIn() {
    const one = await processes(1);
    await one.apply([alice]);
    const { user, passwordHash } = (await one.store.users.findForPassword(usernameKey)) ?? {};
    if (user === undefined || passwordHash === undefined) throw new Error('alice was not applied');
    const { sub } = user;
    const proof = { sid: 'sid', sub, authTime: now, amr: ['pwd'], expiresAt: now + 1000 };
    await one.store.sessions.authenticate(undefined, 'browser', proof, now);
    await one.store.grants.open(sampleGrant('grant', { sub }), sampleAccess('access', { grantId: 'grant' }));
    const alive = async () => {
      const sessions = await one.store.sessions.find('browser', undefined, 100, now);
      return { sessions: sessions.length, grants: (await one.store.grants.list(sub, now)).length };
    };
    const stored = async () => (await one.store.users.findForPassword(usernameKey))?.passwordHash;
    return { ...one, user, passwordHash, alive, stored };
  }

  it('K3: another claim in the file changes the claim; the person stays signed in, with her grants and her password', async () => {
    const { apply, store, user, passwordHash, alive, stored, close } = await signedIn();
    assert.deepEqual(await apply([{ ...alice, claims: { name: 'Alice' }, groups: ['staff'] }]), []);
    const { claims, groups, sub } = (await store.users.find(user.sub)) ?? {};
    assert.deepEqual({ claims, groups, sub }, { claims: { name: 'Alice' }, groups: ['staff'], sub: user.sub });
    assert.deepEqual(await alive(), { sessions: 1, grants: 1 });
    assert.equal(await stored(), passwordHash);
    await close();
  });

  it('K3: another password in the file is hers from then on, and ends her sessions and grants', async () => {
    const { apply, alive, stored, close } = await signedIn();
    assert.deepEqual(await apply([{ ...alice, password: 'second password' }]), []);
    assert.equal(await verifyPassword('second password', await stored()), true);
    assert.deepEqual(await alive(), { sessions: 0, grants: 0 });
    await close();
  });

  it('another claim does not put an imported hash back in the place of the better one made of it', async () => {
    const { apply, store, close } = await processes(1);
    const imported = { ...withoutPassword(alice), passwordHash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' };
    await apply([imported]);
    const found = await store.users.findForPassword(usernameKey);
    assert.equal(found?.passwordHash, imported.passwordHash);
    const better = await hashPassword('U*U');
    assert.equal(await store.users.rehash(found?.user.sub ?? '', imported.passwordHash, better), true);
    assert.deepEqual(await apply([{ ...imported, claims: { name: 'Alice' } }]), []);
    const after = await store.users.findForPassword(usernameKey);
    assert.deepEqual([after?.user.claims, after?.passwordHash], [{ name: 'Alice' }, better]);
    await close();
  });

  it('a file that did not change is applied without hashing a password', async () => {
    const { apply, close } = await processes(1);
    let hashes = 0;
    const hook = createHook({ init: (_, type) => (hashes += /argon2/i.test(type) ? 1 : 0) }).enable();
    await apply([alice], [web]);
    assert.equal(hashes, 1);
    await apply([alice], [web]);
    await apply([{ ...alice, groups: ['staff'] }], [web]);
    hook.disable();
    assert.equal(hashes, 1);
    await close();
  });

  it('what was changed elsewhere is kept and named, at every start', async () => {
    const { apply, store, user, close } = await signedIn();
    await apply([alice], [web]);
    await store.users.setActive(user.sub, false, now);
    await store.clients.remove('web', now);
    const [users, clients] = [[{ ...alice, password: 'second password' }], [{ ...web, client_name: 'New' }]];
    for (let start = 0; start < 2; start += 1)
      assert.deepEqual(await apply(users, clients), [
        { kind: 'client', id: 'web' },
        { kind: 'user', id: 'alice' },
      ]);
    assert.equal((await store.users.find(user.sub))?.active, false);
    assert.equal(await store.clients.find('web'), undefined);
    await close();
  });

  it('a start that ends between writing an entry and remembering it freezes nothing: the next one applies the entry', async () => {
    const { apply, store, file, close } = await processes(1);
    await apply([], [web]);
    const db = new DatabaseSync(file);
    db.exec("create trigger cut before update on applied when new.digest <> old.digest begin select raise(abort, 'cut'); end");
    const changed = { ...web, client_name: 'New' };
    await assert.rejects(apply([], [changed]), /cut/);
    assert.equal((await store.clients.find('web'))?.client_name, web.client_name);
    db.exec('drop trigger cut');
    db.close();
    assert.deepEqual(await apply([], [changed]), []);
    assert.equal((await store.clients.find('web'))?.client_name, 'New');
    await close();
  });

  it('processes that start at once apply a new file, and then a changed one, and nobody keeps anything or is there twice', async () => {
    const { stores, store, close } = await processes(4);
    const changed = { ...alice, password: 'second password' };
    for (const [user, client] of [[alice, web] as const, [changed, { ...web, client_name: 'New' }] as const]) {
      const kept = await Promise.all(stores.map((one) => applyConfig({ op, store: one }, { users: [user], clients: [client] })));
      assert.deepEqual(kept.flat(), []);
    }
    assert.equal((await store.users.list(undefined, 9)).length, 1);
    assert.equal(await verifyPassword('second password', (await store.users.findForPassword(usernameKey))?.passwordHash), true);
    assert.equal((await store.clients.find('web'))?.client_name, 'New');
    await close();
  });
});

function withoutPassword({ password: _, ...user }: UserConfig): UserConfig {
  return user;
}
