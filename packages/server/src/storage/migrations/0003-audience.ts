/** Which of its grant's resources an access token is meant for, or, without a grant, which at all (RFC 8707). */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const audience: Migration = {
  up: async (db) => {
    await db.schema.alterTable('access_tokens').addColumn('audience', sql`text`).execute();
  },
};
