/**
 * The first tables. Keys lead with the tenant. Indexes are what verbs search by and what `sweep` needs, no more: each one is paid at every
 * sign-in.
 */
import { type SchemaModule, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTable, type Table } from './table.ts';

export const firstTables: Migration = {
  up: async (db) => {
    for (const table of tables) await createTable(db, table);
    for (const index of indexes) await index(db.schema).execute();
  },
};

const tables: readonly Table[] = [
  { name: 'clients', columns: { tenant: 'key', client_id: 'key', data: 'text', revision: 'key' }, primaryKey: ['tenant', 'client_id'] },
  {
    name: 'requests',
    columns: {
      tenant: 'key',
      id: 'key',
      client_id: 'key',
      stage: 'key',
      browser: 'key?',
      parameters: 'text',
      facts: 'text',
      opened_at: 'int',
      expires_at: 'int',
      dies_at: 'int',
      code_hash: 'key?',
      sub: 'key?',
      approval: 'text?',
    },
    primaryKey: ['tenant', 'id'],
  },
  {
    name: 'grants',
    columns: {
      tenant: 'key',
      id: 'key',
      client_id: 'key',
      sub: 'key',
      sid: 'key?',
      data: 'text',
      expires_at: 'int',
      revoked_at: 'int?',
      family_hash: 'key?',
      generation: 'int',
      rotated_at: 'int?',
      refresh_expires_at: 'int?',
    },
    primaryKey: ['tenant', 'id'],
  },
  {
    name: 'access_tokens',
    columns: { tenant: 'key', hash: 'key', grant_id: 'key?', client_id: 'key', scopes: 'text?', issued_at: 'int', expires_at: 'int' },
    primaryKey: ['tenant', 'hash'],
    narrow: true,
  },
  {
    name: 'sessions',
    columns: { tenant: 'key', sid: 'key', browser: 'key', sub: 'key', data: 'text', created_at: 'int', seen_at: 'int', expires_at: 'int' },
    primaryKey: ['tenant', 'sid'],
  },
  {
    name: 'consents',
    columns: { tenant: 'key', sub: 'key', client_id: 'key', scopes: 'text', at: 'int' },
    primaryKey: ['tenant', 'sub', 'client_id'],
    narrow: true,
  },
  {
    name: 'replay',
    columns: { tenant: 'key', kind: 'key', key: 'key', until: 'int' },
    primaryKey: ['tenant', 'kind', 'key'],
    narrow: true,
  },
  {
    name: 'users',
    columns: {
      tenant: 'key',
      sub: 'key',
      username_key: 'key',
      data: 'text',
      password_hash: 'text?',
      created_at: 'int',
      revision: 'key',
    },
    primaryKey: ['tenant', 'sub'],
  },
  {
    name: 'keys',
    columns: { tenant: 'key', kid: 'key', use: 'key', alg: 'key', first: 'int', sealed: 'text', created_at: 'int' },
    primaryKey: ['tenant', 'kid'],
  },
  {
    name: 'applied',
    columns: { tenant: 'key', kind: 'key', id: 'key', digest: 'key', revision: 'key', at: 'int' },
    primaryKey: ['tenant', 'kind', 'id'],
    narrow: true,
  },
  { name: 'announcements', columns: { tenant: 'key', revision: 'int' }, primaryKey: ['tenant'], narrow: true },
];

const indexes: readonly ((schema: SchemaModule) => { execute(): Promise<void> })[] = [
  (schema) =>
    schema.createIndex('requests_code').unique().on('requests').columns(['tenant', 'code_hash']).where('code_hash', 'is not', null),
  (schema) => schema.createIndex('requests_browser').on('requests').columns(['tenant', 'browser']).where('browser', 'is not', null),
  (schema) => schema.createIndex('requests_sub').on('requests').columns(['tenant', 'sub']).where('sub', 'is not', null),
  (schema) => schema.createIndex('requests_dies').on('requests').column('dies_at'),
  (schema) =>
    schema.createIndex('grants_family').unique().on('grants').columns(['tenant', 'family_hash']).where('family_hash', 'is not', null),
  (schema) => schema.createIndex('grants_sub').on('grants').columns(['tenant', 'sub', 'sid']),
  (schema) => schema.createIndex('grants_expires').on('grants').column('expires_at'),
  (schema) => schema.createIndex('access_tokens_expires').on('access_tokens').column('expires_at'),
  (schema) => schema.createIndex('sessions_browser').unique().on('sessions').columns(['tenant', 'browser', 'sub']),
  (schema) => schema.createIndex('sessions_sub').on('sessions').columns(['tenant', 'sub']),
  (schema) => schema.createIndex('sessions_expires').on('sessions').column('expires_at'),
  (schema) => schema.createIndex('replay_until').on('replay').column('until'),
  (schema) => schema.createIndex('users_username').unique().on('users').columns(['tenant', 'username_key']),
  (schema) => schema.createIndex('keys_first').unique().on('keys').columns(['tenant', 'use', 'alg']).where(sql<boolean>`first = 1`),
];
