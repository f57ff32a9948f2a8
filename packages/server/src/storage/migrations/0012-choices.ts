/** Which upstream a visitor chose last, by the hint that pages of applications hand over. */
import type { Migration } from 'kysely/migration';
import { createTable } from './table.ts';

export const choices: Migration = {
  up: async (db) => {
    await createTable(db, {
      name: 'choices',
      columns: { tenant: 'key', visitor: 'key', upstream: 'key', expires_at: 'int' },
      primaryKey: ['tenant', 'visitor'],
      narrow: true,
    });
    await db.schema.createIndex('choices_expires').on('choices').column('expires_at').execute();
  },
};
