/** Access tokens. That one lives is a join: its own time, its grant, its person; nothing is copied, so nothing has to be chased. */
import type { AccessToken, Confirmation, Tokens } from '@symbolon/provider';
import { accessParams, insertAccess } from './access-tokens.ts';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';
import { refreshes } from './refreshes.ts';
import { toAccount, toGrant } from './rows.ts';

type Key = { readonly tenant: string; readonly hash: string; readonly now: number };

export function tokens(engine: Engine): (tenant: string) => Tokens {
  const { kysely } = engine;
  const add = insertAccess(engine);
  const findAccess = find(engine);
  const revokeAccess = statement<Key & { readonly client_id: string }>('tokens.revokeAccess')((p) =>
    kysely
      .deleteFrom('access_tokens')
      .where('access_tokens.tenant', '=', p.tenant)
      .where('access_tokens.hash', '=', p.hash)
      .where('access_tokens.client_id', '=', p.client_id)
      .where('access_tokens.expires_at', '>', p.now)
      .where((eb) => {
        const grant = eb
          .selectFrom('grants as g')
          .select('g.id')
          .whereRef('g.tenant', '=', 'access_tokens.tenant')
          .whereRef('g.id', '=', 'access_tokens.grant_id')
          .where('g.revoked_at', 'is', null)
          .where('g.expires_at', '>', p.now);
        return eb.or([eb('access_tokens.grant_id', 'is', null), eb.exists(grant)]);
      })
      .returning('access_tokens.hash'),
  );
  const refresh = refreshes(engine);

  return (tenant) => ({
    add: async (access) => {
      await engine.write(add, accessParams(tenant, access, access.grantId));
    },
    findAccess: async (hash, now) => {
      const [row] = await engine.read(findAccess, { tenant, hash, now });
      return row && toAccess(hash, row);
    },
    revokeAccess: async (hash, client_id, now) => (await engine.write(revokeAccess, { tenant, hash, client_id, now })).length === 1,
    ...refresh(tenant),
  });
}

function find({ kysely }: Engine) {
  return statement<Key>('tokens.findAccess')((p) =>
    kysely
      .selectFrom('access_tokens as t')
      .leftJoin('grants as g', (join) => join.onRef('g.tenant', '=', 't.tenant').onRef('g.id', '=', 't.grant_id'))
      .leftJoin('users as u', (join) => join.onRef('u.tenant', '=', 'g.tenant').onRef('u.sub', '=', 'g.sub'))
      .select(['t.grant_id', 't.client_id', 't.scopes', 't.audience', 't.confirmation', 't.issued_at', 't.expires_at'])
      .select(['g.client_id as grant_client', 'g.sub', 'g.data', 'g.expires_at as grant_expires', 'u.data as account'])
      .where('t.tenant', '=', p.tenant)
      .where('t.hash', '=', p.hash)
      .where('t.expires_at', '>', p.now)
      .where((eb) => eb.or([eb('t.grant_id', 'is', null), eb.and([eb('g.revoked_at', 'is', null), eb('g.expires_at', '>', p.now)])])),
  );
}

type AccessRow = {
  readonly grant_id: string | null;
  readonly client_id: string;
  readonly scopes: string | null;
  readonly audience: string | null;
  readonly confirmation: string | null;
  readonly issued_at: number;
  readonly expires_at: number;
  readonly grant_client: string | null;
  readonly sub: string | null;
  readonly data: string | null;
  readonly grant_expires: number | null;
  readonly account: string | null;
};

function toAccess(hash: string, row: AccessRow): AccessToken {
  const token = {
    hash,
    grantId: row.grant_id ?? undefined,
    client_id: row.client_id,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    grant: grantOf(row),
    account: toAccount(row.account),
  };
  const scopes = row.scopes === null ? undefined : { scopes: JSON.parse(row.scopes) as readonly string[] };
  const audience = row.audience === null ? undefined : { audience: JSON.parse(row.audience) as readonly string[] };
  const confirmation = row.confirmation === null ? undefined : { confirmation: JSON.parse(row.confirmation) as Confirmation };
  return { ...token, ...scopes, ...audience, ...confirmation };
}

function grantOf({ grant_id, grant_client, sub, data, grant_expires }: AccessRow) {
  if (grant_id === null || grant_client === null || sub === null || data === null || grant_expires === null) return undefined;
  return toGrant({ id: grant_id, client_id: grant_client, sub, data, expires_at: grant_expires });
}
