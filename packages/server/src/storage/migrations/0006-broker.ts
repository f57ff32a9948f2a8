/**
 * Signing in through upstreams: who is known by which upstream as whom, what a browser is to come back with, and a column to find people
 * by e-mail address. People who are there already get theirs here, with the rule of `email-key.ts` as it is when this runs.
 */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { emailKeyOf } from '../email-key.ts';
import { createTable, type Table } from './table.ts';

export const broker: Migration = {
  up: async (db) => {
    for (const table of tables) await createTable(db, table);
    await db.schema.createIndex('identities_sub').on('identities').columns(['tenant', 'sub']).execute();
    await db.schema.createIndex('waits_browser').on('waits').columns(['tenant', 'browser']).execute();
    await db.schema.createIndex('waits_expires').on('waits').column('expires_at').execute();
    await db.schema.alterTable('users').addColumn('email_key', sql`text`).execute();
    await db.schema
      .createIndex('users_email')
      .on('users')
      .columns(['tenant', 'email_key'])
      .where(sql.ref('email_key'), 'is not', null)
      .execute();
    await fillEmailKeys(db);
  },
};

const tables: readonly Table[] = [
  {
    name: 'identities',
    columns: {
      tenant: 'key',
      upstream: 'key',
      issuer: 'key',
      subject: 'key',
      sub: 'key',
      data: 'text',
      created_at: 'int',
      seen_at: 'int',
    },
    primaryKey: ['tenant', 'upstream', 'issuer', 'subject'],
  },
  {
    name: 'waits',
    columns: {
      tenant: 'key',
      kind: 'key',
      hash: 'key',
      browser: 'key',
      upstream: 'key?',
      issuer: 'key?',
      subject: 'key?',
      data: 'text',
      expires_at: 'int',
    },
    primaryKey: ['tenant', 'kind', 'hash'],
  },
];

type People = { users: { tenant: string; sub: string; data: string; email_key: string | null } };

async function fillEmailKeys(db: Kysely<unknown>): Promise<void> {
  const people = db as Kysely<People>;
  for (const { tenant, sub, data } of await people.selectFrom('users').select(['tenant', 'sub', 'data']).execute()) {
    const email_key = emailKeyOf(data);
    if (email_key !== null)
      await people.updateTable('users').set({ email_key }).where('tenant', '=', tenant).where('sub', '=', sub).execute();
  }
}
