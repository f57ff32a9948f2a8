/** oidc-provider on node:sqlite: WAL, statements prepared once, every commit flushed as ours are. */
import { DatabaseSync } from 'node:sqlite';
import { type AdapterFactory, now, type Row, readRow, schema, sql, writeRow } from './adapter.ts';

export function sqliteAdapters(path: string): AdapterFactory {
  const database = new DatabaseSync(path);
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory; ${schema}`);
  const prepare = (text: string) => database.prepare(text.replace(/\$(\d)/g, '?$1'));
  const upsert = prepare(sql.upsert);
  const find = prepare(sql.find);
  const findByUserCode = prepare(sql.findByUserCode);
  const findByUid = prepare(sql.findByUid);
  const consume = prepare(sql.consume);
  const destroy = prepare(sql.destroy);
  const revokeByGrantId = prepare(sql.revokeByGrantId);

  return (model) => ({
    upsert: async (id, payload, expiresIn) => void upsert.run(...writeRow(model, id, payload, expiresIn)),
    find: async (id) => readRow(find.get(model, id) as Row | undefined),
    findByUserCode: async (userCode) => readRow(findByUserCode.get(model, userCode) as Row | undefined),
    findByUid: async (uid) => readRow(findByUid.get(model, uid) as Row | undefined),
    consume: async (id) => void consume.run(model, id, now()),
    destroy: async (id) => void destroy.run(model, id),
    revokeByGrantId: async (grantId) => void revokeByGrantId.run(grantId),
  });
}
