/** The row of a person: what is in its columns, and the statements that write it. */
import type { Account } from '@symbolon/provider';
import type { User } from '../store.ts';
import { emailKeyOf } from './email-key.ts';
import type { Engine } from './engine.ts';
import { type Statement, statement } from './prepare.ts';
import type { Schema } from './schema.ts';

export type PersonRow = Schema['users'];
type Key = Pick<PersonRow, 'tenant' | 'sub'>;

/** Answers a row if neither sub nor username was taken. */
export function insertPerson({ kysely }: Engine): Statement<PersonRow, Pick<PersonRow, 'sub'>> {
  return statement<PersonRow>('users.add')((p) =>
    kysely
      .insertInto('users')
      .values({
        tenant: p.tenant,
        sub: p.sub,
        username_key: p.username_key,
        data: p.data,
        password_hash: p.password_hash,
        email_key: p.email_key,
        created_at: p.created_at,
        revision: p.revision,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('sub'),
  );
}

type Written = Key & Pick<PersonRow, 'username_key' | 'data' | 'email_key' | 'revision'>;

export function writePerson({ kysely }: Engine): Statement<Written, unknown> {
  return statement<Written>('users.write')((p) =>
    kysely
      .updateTable('users')
      .set({ username_key: p.username_key, data: p.data, email_key: p.email_key, revision: p.revision })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub),
  );
}

/** Answers a row if there is such a person. */
export function writePassword({ kysely }: Engine): Statement<Key & Pick<PersonRow, 'password_hash' | 'revision'>, Pick<PersonRow, 'sub'>> {
  return statement<Key & Pick<PersonRow, 'password_hash' | 'revision'>>('users.setPassword')((p) =>
    kysely
      .updateTable('users')
      .set({ password_hash: p.password_hash, revision: p.revision })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .returning('sub'),
  );
}

export function readAccount(data: string): Account {
  return JSON.parse(data) as Account;
}

/** A new profile for the person of a row, who stays who she is and as active as she is; with what she is found by. */
export function newData({ sub, data }: Pick<PersonRow, 'sub' | 'data'>, user: User): Pick<PersonRow, 'data' | 'email_key'> {
  return withEmailKey(JSON.stringify({ ...toAccount(user), sub, active: readAccount(data).active }));
}

export function withEmailKey(data: string): Pick<PersonRow, 'data' | 'email_key'> {
  return { data, email_key: emailKeyOf(data) };
}

/** What the core sees of a person; the rest has columns of its own. */
function toAccount({ usernameKey: _key, createdAt: _created, ...account }: User): Account {
  return account;
}

export function toUser(row: Pick<PersonRow, 'username_key' | 'data' | 'created_at'>): User {
  return { ...readAccount(row.data), usernameKey: row.username_key, createdAt: row.created_at };
}

export function toPersonRow(tenant: string, user: User, passwordHash: string | undefined, revision: string): PersonRow {
  return {
    tenant,
    sub: user.sub,
    username_key: user.usernameKey,
    ...withEmailKey(JSON.stringify(toAccount(user))),
    password_hash: passwordHash ?? null,
    created_at: user.createdAt,
    revision,
  };
}
