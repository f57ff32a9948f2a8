/**
 * Grants. `open` is one statement on PostgreSQL. It reads the mark of a replayed code, or of an ended session, from the authorization request under a row lock,
 * so that the grant and a second use of its code never miss each other (see `requests.ts`).
 */

import type { Grant, Grants, NewRefreshToken } from '@symbolon/provider';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type AccessParams, accessParams, accessValues, insertAccess } from './access-tokens.ts';
import { revokeGrant } from './endings.ts';
import { type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import { grantData, toGrant } from './rows.ts';
import type { Schema } from './schema.ts';

type GrantParams = {
  readonly tenant: string;
  readonly id: string;
  /** Whose stage says whether the grant may live. */
  readonly request_id: string;
  readonly client_id: string;
  readonly sub: string;
  readonly sid: string | null;
  readonly data: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly family_hash: string | null;
  readonly refresh_expires_at: number | null;
  readonly jkt: string | null;
  readonly x5t: string | null;
};

export function grants(engine: Engine): (tenant: string) => Grants {
  const { kysely } = engine;
  const list = statement<{ readonly tenant: string; readonly sub: string; readonly now: number }>('grants.list')((p) =>
    kysely
      .selectFrom('grants')
      .select(['id', 'client_id', 'sub', 'data', 'expires_at'])
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now),
  );
  const revoke = revokeGrant(engine);
  const open = engine.dialect === 'postgres' ? openAtOnce(engine) : openInTurn(engine);

  return (tenant) => ({
    open: (grant, access, refresh) => open(grantParams(tenant, grant, refresh), accessParams(tenant, access, access.grantId)),
    list: async (sub, now) => {
      const rows = await engine.read(list, { tenant, sub, now });
      return rows.map(toGrant).sort((a, b) => b.createdAt - a.createdAt);
    },
    revoke: async (id, now) => (await engine.write(revoke, { tenant, id, now })).length === 1,
  });
}

type Open = (grant: GrantParams, access: AccessParams) => Promise<void>;

/** PostgreSQL: grant and access token in one statement; the mark is read under FOR SHARE before the grant's row is made. */
function openAtOnce(engine: Engine): Open {
  const once = statement<GrantParams & AccessParams>('grants.open')((p) =>
    engine.kysely
      .with('mark', (db) =>
        db.selectFrom('requests').select('stage').where('tenant', '=', p.tenant).where('id', '=', p.request_id).forShare(),
      )
      .with('opened', (db) =>
        insertGrant(db, p, sql`(select case when stage in ('replayed', 'denied') then cast(${p.created_at} as bigint) end from mark)`),
      )
      .insertInto('access_tokens')
      .values(accessValues(p)),
  );
  return async (grant, access) => {
    await engine.write(once, { ...grant, ...access });
  };
}

/** SQLite: nobody else writes during a transaction, so two statements are as good as one. */
function openInTurn(engine: Engine): Open {
  const grantRow = statement<GrantParams>('grants.open')((p) =>
    insertGrant(
      engine.kysely,
      p,
      sql`(select case when stage in ('replayed', 'denied') then cast(${p.created_at} as bigint) end from requests where tenant = ${p.tenant} and id = ${p.request_id})`,
    ),
  );
  const accessRow = insertAccess(engine);
  return (grant, access) =>
    engine.act(function* () {
      yield* run(grantRow, grant);
      yield* run(accessRow, access);
    });
}

function insertGrant(kysely: Pick<Kysely<Schema>, 'insertInto'>, p: GrantParams, revoked_at: RawBuilder<number | null>) {
  return kysely.insertInto('grants').values({
    tenant: p.tenant,
    id: p.id,
    client_id: p.client_id,
    sub: p.sub,
    sid: p.sid,
    data: p.data,
    expires_at: p.expires_at,
    revoked_at,
    family_hash: p.family_hash,
    generation: 0,
    rotated_at: null,
    refresh_expires_at: p.refresh_expires_at,
    jkt: p.jkt,
    x5t: p.x5t,
  });
}

function grantParams(tenant: string, grant: Grant, refresh: NewRefreshToken | undefined): GrantParams {
  return {
    tenant,
    id: grant.id,
    request_id: grant.request ?? grant.id,
    client_id: grant.client_id,
    sub: grant.sub,
    sid: grant.sid ?? null,
    data: grantData(grant),
    created_at: grant.createdAt,
    expires_at: grant.expiresAt,
    family_hash: refresh?.familyHash ?? null,
    refresh_expires_at: refresh?.expiresAt ?? null,
    jkt: grant.confirmation?.jkt ?? null,
    x5t: grant.confirmation?.['x5t#S256'] ?? null,
  };
}
