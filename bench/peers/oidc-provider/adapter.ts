/**
 * What oidc-provider asks of a store: seven verbs over models, each a statement of its own. One table holds all models; the
 * columns beside the payload are those it searches by.
 */

export type Payload = Readonly<Record<string, unknown>> & { readonly grantId?: string; readonly userCode?: string; readonly uid?: string };

export type Adapter = {
  upsert: (id: string, payload: Payload, expiresIn: number | undefined) => Promise<void>;
  find: (id: string) => Promise<Payload | undefined>;
  findByUserCode: (userCode: string) => Promise<Payload | undefined>;
  findByUid: (uid: string) => Promise<Payload | undefined>;
  consume: (id: string) => Promise<void>;
  destroy: (id: string) => Promise<void>;
  revokeByGrantId: (grantId: string) => Promise<void>;
};

export type AdapterFactory = (model: string) => Adapter;

/** The same on both databases but for the parameter marks. */
export const schema = `
create table if not exists artifacts (
  model text not null, id text not null, payload text not null, expires_at bigint, consumed_at bigint,
  grant_id text, user_code text, uid text, primary key (model, id));
create index if not exists artifacts_grant on artifacts (grant_id) where grant_id is not null;
create index if not exists artifacts_user_code on artifacts (user_code) where user_code is not null;
create index if not exists artifacts_uid on artifacts (uid) where uid is not null;`;

export const sql = {
  upsert: `insert into artifacts (model, id, payload, expires_at, grant_id, user_code, uid) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at,
    grant_id = excluded.grant_id, user_code = excluded.user_code, uid = excluded.uid`,
  find: 'select payload, expires_at, consumed_at from artifacts where model = $1 and id = $2',
  findByUserCode: 'select payload, expires_at, consumed_at from artifacts where user_code = $2 and model = $1',
  findByUid: 'select payload, expires_at, consumed_at from artifacts where uid = $2 and model = $1',
  consume: 'update artifacts set consumed_at = $3 where model = $1 and id = $2',
  destroy: 'delete from artifacts where model = $1 and id = $2',
  revokeByGrantId: 'delete from artifacts where grant_id = $1',
};

export type Row = { readonly payload: string; readonly expires_at: number | string | null; readonly consumed_at: number | string | null };

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** A row as oidc-provider wants it back; nothing when its time is over. */
export function readRow(row: Row | undefined): Payload | undefined {
  if (!row || (row.expires_at !== null && Number(row.expires_at) <= now())) return undefined;
  const payload = JSON.parse(row.payload) as Payload;
  return row.consumed_at === null ? payload : { ...payload, consumed: Number(row.consumed_at) };
}

export function writeRow(model: string, id: string, payload: Payload, expiresIn: number | undefined): readonly (string | number | null)[] {
  const expiresAt = expiresIn ? now() + expiresIn : null;
  return [model, id, JSON.stringify(payload), expiresAt, payload.grantId ?? null, payload.userCode ?? null, payload.uid ?? null];
}
