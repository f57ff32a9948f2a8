/** Keys that follow one another: when each begins to be used, and after which it comes. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const keyRotation: Migration = {
  up: async (db) => {
    await db.schema
      .alterTable('keys')
      .addColumn('used_from', sql`bigint`, (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update keys set used_from = created_at`.execute(db);
    await db.schema.alterTable('keys').addColumn('follows', sql`text`).execute();
    // A key is followed by one: of processes that rotate at the same time one gets its way.
    await db.schema
      .createIndex('keys_follows')
      .unique()
      .on('keys')
      .columns(['tenant', 'follows'])
      .where('follows', 'is not', null)
      .execute();
  },
};
