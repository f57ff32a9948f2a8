/** Tokens by which clients register themselves (RFC 7591 section 3.1): how often each may still be used. */
import type { Migration } from 'kysely/migration';
import { createTable } from './table.ts';

export const initialTokens: Migration = {
  up: async (db) => {
    await createTable(db, {
      name: 'initial_tokens',
      columns: { tenant: 'key', hash: 'key', uses: 'int', expires_at: 'int' },
      primaryKey: ['tenant', 'hash'],
      narrow: true,
    });
    await db.schema.createIndex('initial_tokens_expires').on('initial_tokens').column('expires_at').execute();
  },
};
