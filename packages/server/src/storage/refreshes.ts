/**
 * Refresh tokens: a family is columns of its grant's row, a token a number in it. The gate advances the number if the caller named the
 * present one; of many only one passes, and on PostgreSQL the same statement writes the access token. Whoever does not pass is looked
 * at in a transaction: a lost answer is given again, a stolen token ends the grant (RFC 9700 section 4.14.2).
 */

import { isProven, type RefreshUse, type Rotation, type Tokens } from '@symbolon/provider';
import { type Kysely, sql } from 'kysely';
import { type AccessParams, accessParams, accessValues, insertAccess } from './access-tokens.ts';
import { revokeGrant } from './endings.ts';
import { type Act, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import { accountOf, toAccount, toGrant } from './rows.ts';
import type { Schema } from './schema.ts';

type FamilyKey = { readonly tenant: string; readonly family_hash: string; readonly now: number };
/** `until` is the family's new expiry; `grant_until` the grant's, which is never before that of a token on it. */
type Use = FamilyKey & {
  readonly generation: number;
  readonly use_client: string;
  readonly until: number;
  readonly grant_until: number;
} & {
  readonly use_jkt: string | null;
  readonly use_x5t: string | null;
};

export function refreshes(engine: Engine): (tenant: string) => Pick<Tokens, 'findRefresh' | 'rotate'> {
  const { kysely } = engine;
  const find = statement<FamilyKey>('tokens.findRefresh')((p) =>
    liveFamily(kysely, p).select(['id', 'client_id', 'sub', 'data', 'expires_at', 'generation', 'rotated_at']),
  );
  const rotated = engine.dialect === 'postgres' ? rotateAtOnce(engine) : rotateInTurn(engine);
  const refused = notRotated(engine);

  return (tenant) => ({
    findRefresh: async (familyHash, generation, grace, now) => {
      const [row] = await engine.read(find, { tenant, family_hash: familyHash, now });
      if (row === undefined) return undefined;
      const usable = generation === row.generation || inGrace(row, generation, grace, now);
      return usable ? toGrant(row) : undefined;
    },
    rotate: async (use, now) => {
      const params = toParams(tenant, use, now);
      const access = accessParams(tenant, use.access, undefined);
      return (await rotated(params, access)) ?? engine.act(() => refused(params, access, use));
    },
  });
}

type Rotate = (use: Use, access: AccessParams) => Promise<Rotation | undefined>;

function rotateAtOnce(engine: Engine): Rotate {
  const once = statement<Use & AccessParams>('tokens.rotate')((p) =>
    engine.kysely
      .with('gate', (db) => gate(db, p))
      .with('written', (db) =>
        db
          .insertInto('access_tokens')
          .columns(['tenant', 'hash', 'grant_id', 'client_id', 'scopes', 'audience', 'confirmation', 'issued_at', 'expires_at'])
          .expression((eb) => {
            const { tenant, hash, client_id, scopes, audience, confirmation, issued_at, expires_at } = accessValues(p);
            return eb
              .selectFrom('gate')
              .select([
                sql<string>`${tenant}`.as('tenant'),
                sql<string>`${hash}`.as('hash'),
                'gate.id',
                sql<string>`${client_id}`.as('token_client'),
                sql<string | null>`${scopes}`.as('scopes'),
                sql<string | null>`${audience}`.as('audience'),
                sql<string | null>`${confirmation}`.as('confirmation'),
                sql<number>`cast(${issued_at} as bigint)`.as('issued_at'),
                sql<number>`cast(${expires_at} as bigint)`.as('token_expires'),
              ]);
          }),
      )
      .selectFrom('gate')
      .selectAll(),
  );
  return async (use, access) => {
    const [row] = await engine.write(once, { ...use, ...access });
    return row && { outcome: 'rotated', grant: toGrant(row), account: toAccount(row.account) };
  };
}

function rotateInTurn(engine: Engine): Rotate {
  const advance = statement<Use>('tokens.rotate')((p) => gate(engine.kysely, p));
  const write = insertAccess(engine);
  return (use, access) =>
    engine.act(function* (): Act<Rotation | undefined> {
      const [row] = yield* run(advance, use);
      if (row === undefined) return undefined;
      yield* run(write, { ...access, grant_id: row.id });
      return { outcome: 'rotated', grant: toGrant(row), account: toAccount(row.account) };
    });
}

function gate(kysely: Pick<Kysely<Schema>, 'updateTable'>, p: Use) {
  return renewed(kysely, p).set({ generation: sql`generation + 1`, rotated_at: p.now }).where('grants.generation', '=', p.generation);
}

function renewed(kysely: Pick<Kysely<Schema>, 'updateTable'>, p: Use) {
  return kysely
    .updateTable('grants')
    .set({
      refresh_expires_at: p.until,
      expires_at: sql`case when grants.expires_at > ${p.grant_until} then grants.expires_at else cast(${p.grant_until} as bigint) end`,
    })
    .where('grants.tenant', '=', p.tenant)
    .where('grants.family_hash', '=', p.family_hash)
    .where('grants.client_id', '=', p.use_client)
    .where('grants.revoked_at', 'is', null)
    .where('grants.expires_at', '>', p.now)
    .where('grants.refresh_expires_at', '>', p.now)
    .where((eb) => eb.or([eb('grants.jkt', 'is', null), eb('grants.jkt', '=', p.use_jkt)]))
    .where((eb) => eb.or([eb('grants.x5t', 'is', null), eb('grants.x5t', '=', p.use_x5t)]))
    .returning(['grants.id', 'grants.client_id', 'grants.sub', 'grants.data', 'grants.expires_at'])
    .returning((eb) => accountOf(eb, 'grants'));
}

function notRotated(engine: Engine) {
  const { kysely } = engine;
  const look = statement<Use>('tokens.rotate.look')((p) =>
    liveFamily(kysely, p)
      .where('client_id', '=', p.use_client)
      .select(['id', 'client_id', 'sub', 'data', 'expires_at', 'generation', 'rotated_at'])
      .$if(engine.dialect === 'postgres', (query) => query.forUpdate()),
  );
  const renew = statement<Use>('tokens.rotate.again')((p) => renewed(kysely, p));
  const write = insertAccess(engine);
  const revoke = revokeGrant(engine);
  return function* (use: Use, access: AccessParams, { proven, grace }: RefreshUse): Act<Rotation> {
    const [row] = yield* run(look, use);
    if (row === undefined) return { outcome: 'unknown' };
    if (!isProven(toGrant(row).confirmation, proven)) return { outcome: 'otherKey', grant: toGrant(row) };
    // A generation that was never given out cannot have been stolen from anybody.
    if (use.generation >= row.generation) return { outcome: 'unknown' };
    if (!inGrace(row, use.generation, grace, use.now)) {
      yield* run(revoke, { tenant: use.tenant, id: row.id, now: use.now });
      return { outcome: 'reused', grant: toGrant(row) };
    }
    const [again] = yield* run(renew, use);
    yield* run(write, { ...access, grant_id: row.id });
    return { outcome: 'again', grant: toGrant(again ?? row), account: toAccount(again?.account ?? null) };
  };
}

function liveFamily(kysely: Kysely<Schema>, p: FamilyKey) {
  return kysely
    .selectFrom('grants')
    .where('tenant', '=', p.tenant)
    .where('family_hash', '=', p.family_hash)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', p.now)
    .where('refresh_expires_at', '>', p.now);
}

function inGrace(row: { generation: number; rotated_at: number | null }, generation: number, grace: number, now: number): boolean {
  return generation === row.generation - 1 && row.rotated_at !== null && now < row.rotated_at + grace;
}

function toParams(tenant: string, use: RefreshUse, now: number): Use {
  const { familyHash, generation, client_id, proven, expiresAt, access } = use;
  const grant_until = Math.max(expiresAt, access.expiresAt);
  const keys = { use_jkt: proven.jkt ?? null, use_x5t: proven['x5t#S256'] ?? null };
  return { tenant, family_hash: familyHash, generation, use_client: client_id, until: expiresAt, grant_until, now, ...keys };
}
