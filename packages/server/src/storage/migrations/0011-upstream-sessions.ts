/** The sessions that upstreams keep for people who came from them, beside ours that rest on them: found by what an upstream calls them. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const texts = ['upstream', 'upstream_issuer', 'upstream_subject', 'upstream_sid', 'upstream_hint'] as const;

export const upstreamSessions: Migration = {
  up: async (db) => {
    for (const column of texts) await db.schema.alterTable('sessions').addColumn(column, sql`text`).execute();
    await db.schema.alterTable('sessions').addColumn('upstream_told_at', sql`bigint`).execute();
    for (const column of ['upstream_sid', 'upstream_subject'] as const)
      await db.schema
        .createIndex(`sessions_${column}`)
        .on('sessions')
        .columns(['tenant', 'upstream', column])
        // Most people come from nowhere else.
        .where(sql.ref(column), 'is not', null)
        .execute();
  },
};
