/** oidc-provider on PostgreSQL: a pool as large as ours, statements prepared by name. */
import pg from 'pg';
import { type AdapterFactory, now, type Row, readRow, schema, sql, writeRow } from './adapter.ts';

const connections = 10;

export async function postgresAdapters(connectionString: string): Promise<AdapterFactory> {
  const pool = new pg.Pool({ connectionString, max: connections, keepAlive: true });
  await pool.query(schema);
  const run = async (name: keyof typeof sql, values: readonly unknown[]): Promise<Row | undefined> =>
    (await pool.query<Row>({ name, text: sql[name], values: [...values] })).rows[0];

  return (model) => ({
    upsert: async (id, payload, expiresIn) => void (await run('upsert', writeRow(model, id, payload, expiresIn))),
    find: async (id) => readRow(await run('find', [model, id])),
    findByUserCode: async (userCode) => readRow(await run('findByUserCode', [model, userCode])),
    findByUid: async (uid) => readRow(await run('findByUid', [model, uid])),
    consume: async (id) => void (await run('consume', [model, id, now()])),
    destroy: async (id) => void (await run('destroy', [model, id])),
    revokeByGrantId: async (grantId) => void (await run('revokeByGrantId', [grantId])),
  });
}
