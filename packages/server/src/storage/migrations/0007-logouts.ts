/** Which clients were answered in a session, and what became of telling them that it ended. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTable } from './table.ts';

export const logouts: Migration = {
  up: async (db) => {
    await db.schema
      .alterTable('sessions')
      .addColumn('clients', sql`text`, (it) => it.notNull().defaultTo('{}'))
      .execute();
    await createTable(db, {
      name: 'logouts',
      columns: {
        tenant: 'key',
        sid: 'key',
        client_id: 'key',
        sub: 'key',
        state: 'key',
        ended_at: 'int',
        attempts: 'int',
        next_at: 'int',
        last_at: 'int?',
        last_status: 'int?',
        settled_at: 'int?',
        expires_at: 'int',
      },
      primaryKey: ['tenant', 'sid', 'client_id'],
      narrow: true,
    });
    // Only what waits: most rows are settled, and looking for those that wait must not depend on how many there were.
    await db.schema
      .createIndex('logouts_waiting')
      .on('logouts')
      .columns(['tenant', 'client_id', 'ended_at', 'sid'])
      .where(sql<boolean>`state = 'waiting'`)
      .execute();
    await db.schema.createIndex('logouts_expires').on('logouts').column('expires_at').execute();
  },
};
