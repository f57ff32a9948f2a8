import { createHook } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../store.ts';
import { hashingQueue } from './hashing-queue.ts';
import { newUser } from './new-user.ts';
import { hashPassword, needsRehash, verifyPassword } from './password.ts';
import { type SignInDeps, signInWithPassword } from './sign-in.ts';

const now = () => 1_700_000_000;
const random = (bytes: number) => randomBytes(bytes).toString('base64url');
const bcryptOfUU = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

type Row = { user: User; passwordHash: string | undefined };
type Write = { readonly sub: string; readonly done: boolean };

/** The two verbs that sign-in uses, over a map, counting. */
function directory() {
  const rows = new Map<string, Row>();
  const counted = { reads: 0, writes: [] as Write[] };
  const users: SignInDeps['users'] = {
    findForPassword: async (key) => {
      counted.reads++;
      const row = rows.get(key);
      return row && { ...row };
    },
    rehash: async (sub, previous, next) => {
      const row = [...rows.values()].find(({ user, passwordHash }) => user.sub === sub && passwordHash === previous);
      if (row) row.passwordHash = next;
      counted.writes.push({ sub, done: row !== undefined });
      return row !== undefined;
    },
  };
  return { rows, counted, users };
}

function person(username: string, active = true): User {
  const made = newUser({ username, claims: {}, groups: [], roles: [], now, random });
  if ('problem' in made) throw new Error(made.problem);
  return { ...made.user, active };
}

const unlimited = { take: async () => true, forgive: async () => {}, retryAfter: 0 };

let store: ReturnType<typeof directory>;
let deps: SignInDeps;

beforeEach(async () => {
  store = directory();
  deps = { users: store.users, hashing: hashingQueue({ concurrency: 1, waiting: 4 }), limit: unlimited };
  const add = (user: User, passwordHash?: string) => store.rows.set(user.usernameKey, { user, passwordHash });
  add(person('Alice'), await hashPassword('right'));
  add(person('disabled', false), await hashPassword('right'));
  add(person('no-password'));
  add(person('imported'), bcryptOfUU);
});

/** What one try costs: store reads and argon2 computations. */
async function cost(username: string, password: string) {
  const before = store.counted.reads;
  let hashes = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'ARGON2REQUEST') hashes++;
    },
  }).enable();
  const result = await signInWithPassword(deps, username, password).finally(() => hook.disable());
  return { result, reads: store.counted.reads - before, hashes };
}

describe('signInWithPassword', () => {
  it('J9: the right password signs in under every spelling of the name', async () => {
    for (const username of ['Alice', 'aLICE', 'alice ', 'ＡＬＩＣＥ', 'alıce']) {
      const { result } = await cost(username, 'right');
      expect(result).toMatchObject({ outcome: 'signed-in', user: { username: 'Alice', usernameKey: 'alice' } });
    }
  });

  it('J13 J14: unknown, disabled, without a password and wrong password: the same answer after the same read and the same hash', async () => {
    const tries = [
      ['alice', 'wrong'],
      ['nobody', 'right'],
      ['disabled', 'right'],
      ['disabled', 'wrong'],
      ['no-password', 'right'],
    ] as const;
    for (const [username, password] of tries) {
      expect(await cost(username, password), username).toEqual({ result: { outcome: 'refused' }, reads: 1, hashes: 1 });
    }
    expect(await cost('alice', 'right')).toMatchObject({ result: { outcome: 'signed-in' }, reads: 1, hashes: 1 });
  });

  it('J14: a name that cannot exist costs a hash too', async () => {
    expect(await cost('al\u200bice', 'right')).toEqual({ result: { outcome: 'refused' }, reads: 0, hashes: 1 });
  });

  it('J16: a password over the limit is refused before store and hash, whoever it is for', async () => {
    for (const username of ['alice', 'nobody']) {
      for (const password of ['x'.repeat(1_000_000), 'right\0', '']) {
        expect(await cost(username, password)).toEqual({ result: { outcome: 'refused' }, reads: 0, hashes: 0 });
      }
    }
  });

  it('J17: what does not fit into the queue is told when to come back, known or unknown', async () => {
    deps = { ...deps, hashing: hashingQueue({ concurrency: 1, waiting: 0 }) };
    const tries = ['alice', 'alice', 'nobody'].map((username) => signInWithPassword(deps, username, 'right'));
    const [first, ...others] = await Promise.all(tries);
    expect(first?.outcome).toBe('signed-in');
    expect(others).toEqual([
      { outcome: 'busy', retryAfter: 1 },
      { outcome: 'busy', retryAfter: 1 },
    ]);
  });

  it('an imported hash is replaced at the first sign-in, without ending sessions, and only by the right password', async () => {
    expect((await signInWithPassword(deps, 'imported', 'wrong')).outcome).toBe('refused');
    expect(store.counted.writes).toEqual([]);
    expect((await signInWithPassword(deps, 'imported', 'U*U')).outcome).toBe('signed-in');
    const row = store.rows.get('imported');
    expect(store.counted.writes).toEqual([{ sub: row?.user.sub, done: true }]);
    expect(needsRehash(row?.passwordHash ?? '')).toBe(false);
    expect(await verifyPassword('U*U', row?.passwordHash)).toBe(true);
    expect((await signInWithPassword(deps, 'imported', 'U*U')).outcome).toBe('signed-in');
    expect(store.counted.writes).toHaveLength(1);
  });

  it('a password changed while the old one signs in is not undone by the new hash of the old one', async () => {
    const changed = await hashPassword('changed meanwhile');
    const users: SignInDeps['users'] = {
      ...store.users,
      findForPassword: async (key) => {
        const found = await store.users.findForPassword(key);
        const row = store.rows.get('imported');
        if (row) row.passwordHash = changed;
        return found;
      },
    };
    expect((await signInWithPassword({ ...deps, users }, 'imported', 'U*U')).outcome).toBe('signed-in');
    expect(store.rows.get('imported')?.passwordHash).toBe(changed);
  });
});
