/**
 * The people of a tenant. Only `setActive` changes whether a person is active: a profile written from an older reading cannot bring back
 * somebody who was disabled meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { User, Users } from '../store.ts';
import { emailKey } from './email-key.ts';
import { endings } from './endings.ts';
import { type Act, type Engine, run } from './engine.ts';
import { insertPerson, newData, readAccount, toPersonRow, toUser, withEmailKey, writePassword, writePerson } from './person-rows.ts';
import { statement } from './prepare.ts';

type Key = { readonly tenant: string; readonly sub: string };

export function users(engine: Engine): (tenant: string) => Users {
  const { kysely } = engine;
  const columns = ['username_key', 'data', 'created_at'] as const;
  const find = statement<Key>('users.find')((p) =>
    kysely.selectFrom('users').select(columns).where('tenant', '=', p.tenant).where('sub', '=', p.sub),
  );
  const findForPassword = statement<{ readonly tenant: string; readonly username_key: string }>('users.findForPassword')((p) =>
    kysely
      .selectFrom('users')
      .select(columns)
      .select('password_hash')
      .where('tenant', '=', p.tenant)
      .where('username_key', '=', p.username_key),
  );
  const list = statement<{ readonly tenant: string; readonly after: string; readonly limit: number }>('users.list')((p) =>
    kysely
      .selectFrom('users')
      .select(columns)
      .where('tenant', '=', p.tenant)
      .where('username_key', '>', p.after)
      .orderBy('username_key')
      .limit(p.limit),
  );
  const findByEmail = statement<{ readonly tenant: string; readonly email_key: string }>('users.findByEmail')((p) =>
    kysely
      .selectFrom('users')
      .select(columns)
      .where('tenant', '=', p.tenant)
      .where('email_key', '=', p.email_key)
      .orderBy('created_at')
      .limit(sql.lit(2)),
  );
  const add = insertPerson(engine);
  const changes = changing(engine);

  const rehash = statement<{ readonly tenant: string; readonly sub: string; readonly previous: string; readonly next: string }>(
    'users.rehash',
  )((p) =>
    kysely
      .updateTable('users')
      .set({ password_hash: p.next })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('password_hash', '=', p.previous)
      .returning('sub'),
  );

  return (tenant) => ({
    find: async (sub) => {
      const [row] = await engine.read(find, { tenant, sub });
      return row && toUser(row);
    },
    findForPassword: async (usernameKey) => {
      const [row] = await engine.read(findForPassword, { tenant, username_key: usernameKey });
      return row && { user: toUser(row), passwordHash: row.password_hash ?? undefined };
    },
    findByEmail: async (email) => {
      const email_key = emailKey(email);
      return email_key === undefined ? [] : (await engine.read(findByEmail, { tenant, email_key })).map(toUser);
    },
    list: async (after, limit) => (await engine.read(list, { tenant, after: after ?? '', limit })).map(toUser),
    add: async (user, passwordHash) => (await engine.write(add, toPersonRow(tenant, user, passwordHash, randomUUID()))).length === 1,
    replace: (user) => engine.act(() => changes.replace(tenant, user)),
    setActive: (sub, active, now) => engine.act(() => changes.setActive(tenant, sub, active, now)),
    setPassword: (sub, passwordHash, now) => engine.act(() => changes.setPassword(tenant, sub, passwordHash, now)),
    rehash: async (sub, previous, next) => (await engine.write(rehash, { tenant, sub, previous, next })).length === 1,
  });
}

function changing(engine: Engine) {
  const { kysely } = engine;
  const lock = statement<Key>('users.lock')((p) =>
    kysely
      .selectFrom('users')
      .select(['sub', 'username_key', 'data'])
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .$if(engine.dialect === 'postgres', (query) => query.forUpdate()),
  );
  const write = writePerson(engine);
  const writeHash = writePassword(engine);
  const { endPerson } = endings(engine);

  return {
    *replace(tenant: string, user: User): Act<boolean> {
      const { sub } = user;
      const [row] = yield* run(lock, { tenant, sub });
      if (row === undefined) return false;
      yield* run(write, { tenant, sub, username_key: user.usernameKey, ...newData(row, user), revision: randomUUID() });
      return true;
    },
    *setActive(tenant: string, sub: string, active: boolean, now: number): Act<boolean> {
      const [row] = yield* run(lock, { tenant, sub });
      if (row === undefined) return false;
      const data = withEmailKey(JSON.stringify({ ...readAccount(row.data), active, updatedAt: now }));
      yield* run(write, { tenant, sub, username_key: row.username_key, ...data, revision: randomUUID() });
      if (!active) yield* endPerson(tenant, sub, now);
      return true;
    },
    *setPassword(tenant: string, sub: string, password_hash: string, now: number): Act<boolean> {
      const changed = yield* run(writeHash, { tenant, sub, password_hash, revision: randomUUID() });
      if (changed.length === 0) return false;
      yield* endPerson(tenant, sub, now);
      return true;
    },
  };
}
