/** Rows to the values of the port and back. */
import type { Account, Grant } from '@symbolon/provider';
import { type ExpressionBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';

type GrantRow = Pick<Schema['grants'], 'id' | 'client_id' | 'sub' | 'data' | 'expires_at'>;

/** What a grant keeps in no column of its own. */
export function grantData({ id: _id, client_id: _client, sub: _sub, expiresAt: _expires, ...data }: Grant): string {
  return JSON.stringify(data);
}

export function toGrant({ id, client_id, sub, data, expires_at }: GrantRow): Grant {
  const kept: Omit<Grant, 'id' | 'client_id' | 'sub' | 'expiresAt'> = JSON.parse(data);
  return { ...kept, id, client_id, sub, expiresAt: expires_at };
}

export function toAccount(data: string | null): Account | undefined {
  return data === null ? undefined : (JSON.parse(data) as Account);
}

/** The account of the person a row of `table` is about, as a column of what a statement over it answers. */
export function accountOf(eb: Pick<ExpressionBuilder<Schema, never>, 'selectFrom'>, table: 'requests' | 'grants') {
  return eb
    .selectFrom('users')
    .select('users.data')
    .where('users.tenant', '=', sql.ref<string>(`${table}.tenant`))
    .where('users.sub', '=', sql.ref<string>(`${table}.sub`))
    .as('account');
}
