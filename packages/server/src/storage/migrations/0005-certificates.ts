/** Client certificates that tenants issued: what the store says of one decides whether it still authenticates. */
import type { Migration } from 'kysely/migration';
import { createTable } from './table.ts';

export const certificates: Migration = {
  up: async (db) => {
    await createTable(db, {
      name: 'certificates',
      columns: {
        tenant: 'key',
        serial: 'key',
        client_id: 'key',
        pem: 'text',
        issued_at: 'int',
        expires_at: 'int',
        revoked_at: 'int?',
        dies_at: 'int',
      },
      primaryKey: ['tenant', 'serial'],
    });
    await db.schema.createIndex('certificates_dies').on('certificates').column('dies_at').execute();
  },
};
