/** The keys an access token is bound to (RFC 7800), and those that using a refresh family takes. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const confirmation: Migration = {
  up: async (db) => {
    await db.schema.alterTable('access_tokens').addColumn('confirmation', sql`text`).execute();
    await db.schema.alterTable('grants').addColumn('jkt', sql`text`).execute();
    await db.schema.alterTable('grants').addColumn('x5t', sql`text`).execute();
  },
};
