/** Counters of failed sign-ins: they outlive a restart, and every process counts in the same place. */
import type { Migration } from 'kysely/migration';
import { createTable } from './table.ts';

export const attempts: Migration = {
  up: async (db) => {
    await createTable(db, {
      name: 'attempts',
      columns: { tenant: 'key', bucket: 'key', failures: 'int', started_at: 'int', expires_at: 'int' },
      primaryKey: ['tenant', 'bucket'],
      narrow: true,
    });
    await db.schema.createIndex('attempts_expires').on('attempts').column('expires_at').execute();
  },
};
