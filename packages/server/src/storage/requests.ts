/**
 * Authorization requests: pending -> approved -> redeemed -> replayed, or pending -> denied. Every arrow is one update that names the
 * stage it expects, so of many only one happens. An approval holds only while its session lives, and looks in the same statement.
 * `redeem` is one statement, and a transaction only when something is wrong.
 */

import type {
  Approval,
  ApprovedRequest,
  AuthorizationParameters,
  AuthorizationRequests,
  Facts,
  PendingRequest,
  Redemption,
} from '@symbolon/provider';
import { type Kysely, sql } from 'kysely';
import { revokeGrant } from './endings.ts';
import { type Act, type Engine, run } from './engine.ts';
import { type Held, heldSession } from './held-session.ts';
import { type Statement, statement } from './prepare.ts';
import { accountOf, toAccount } from './rows.ts';
import type { Schema } from './schema.ts';

type Key = { readonly tenant: string; readonly id: string; readonly now: number };
type Own = Key & { readonly browser: string };
type Approving = {
  readonly approval: string | null;
  readonly sub: string | null;
  readonly code_hash: string | null;
  readonly dies_at: number;
};
type Row = Omit<Schema['requests'], 'stage'> & { readonly stage: 'pending' | 'approved' };
type Code = { readonly tenant: string; readonly code_hash: string; readonly now: number };

export function requests(engine: Engine): (tenant: string) => AuthorizationRequests {
  const { kysely } = engine;
  const push = statement<Row>('requests.push')((p) =>
    kysely.insertInto('requests').values(Object.fromEntries(columns.map((column) => [column, p[column]])) as Row),
  );
  const pushApproved = statement<Row & Held>('requests.pushApproved')((p) =>
    kysely
      .insertInto('requests')
      .columns(columns)
      .expression(heldSession(engine, p).select(columns.map((column) => sql`${p[column]}`.as(column))))
      .returning('id'),
  );
  const find = statement<Key>('requests.find')((p) =>
    kysely
      .selectFrom('requests')
      .select(['id', 'client_id', 'browser', 'parameters', 'facts', 'opened_at', 'expires_at'])
      .where('tenant', '=', p.tenant)
      .where('id', '=', p.id)
      .where('stage', '=', 'pending')
      .where('dies_at', '>', p.now),
  );
  const pending = (p: Key) =>
    kysely
      .updateTable('requests')
      .where('tenant', '=', p.tenant)
      .where('id', '=', p.id)
      .where('stage', '=', 'pending')
      .where('dies_at', '>', p.now)
      .returning('id');
  const claim = statement<Own & { readonly expires_at: number }>('requests.claim')((p) =>
    pending(p).set({ browser: p.browser, expires_at: p.expires_at, dies_at: p.expires_at }).where('browser', 'is', null),
  );
  const opened = (p: Own) => pending(p).where((eb) => eb.or([eb('browser', '=', p.browser), eb('browser', 'is', null)]));
  const merged = (added: string) =>
    engine.dialect === 'postgres' ? sql<string>`(facts::jsonb || cast(${added} as jsonb))::text` : sql<string>`json_patch(facts, ${added})`;
  const record = statement<Own & { readonly facts: string }>('requests.record')((p) =>
    pending(p)
      .set({ facts: merged(p.facts) })
      .where('browser', '=', p.browser),
  );
  const approve = statement<Own & Approving & Held>('requests.approve')((p) =>
    opened(p)
      .set({ stage: 'approved', browser: null, approval: p.approval, sub: p.sub, code_hash: p.code_hash, dies_at: p.dies_at })
      .where((eb) => eb.exists(heldSession(engine, p).select('sid'))),
  );
  const deny = statement<Own>('requests.deny')((p) => opened(p).set({ stage: 'denied', browser: null, dies_at: p.now }));
  const once = async <P>(wanted: Statement<P, unknown>, p: P) => (await engine.write(wanted, p)).length === 1;
  const redeem = redemption(engine);

  return (tenant) => ({
    push: async (request, approval) => {
      if (approval !== undefined) return (await engine.write(pushApproved, approvedRow(tenant, request, approval))).length === 1;
      await engine.write(push, pendingRow(tenant, request));
      return true;
    },
    find: async (id, now) => {
      const [row] = await engine.read(find, { tenant, id, now });
      return row && { ...readRequest(row), browser: row.browser ?? undefined, facts: JSON.parse(row.facts) as Facts };
    },
    claim: (id, browser, expiresAt, now) => once(claim, { tenant, id, browser, expires_at: expiresAt, now }),
    record: async (id, browser, facts, now) => {
      const written = await engine.write(record, { tenant, id, browser, now, facts: JSON.stringify(facts) });
      return written.length === 1;
    },
    approve: async (id, browser, approval, now) => {
      const written = await engine.write(approve, { tenant, id, browser, now, sid: approval.sid, ...approving(approval) });
      return written.length === 1;
    },
    deny: (id, browser, now) => once(deny, { tenant, id, browser, now }),
    redeem: (codeHash, replayWindow, now) => redeem({ tenant, code_hash: codeHash, now }, now + replayWindow),
  });
}

const approvedColumns = ['id', 'client_id', 'parameters', 'opened_at', 'expires_at', 'approval'] as const;

function redemption(engine: Engine) {
  const { kysely } = engine;
  const take = statement<Code & { readonly until: number }>('requests.redeem')((p) =>
    byCode(kysely, p)
      .set({ stage: 'redeemed', dies_at: p.until })
      .where('stage', '=', 'approved')
      .returning(approvedColumns)
      .returning((eb) => accountOf(eb, 'requests')),
  );
  const mark = statement<Code>('requests.replay')((p) =>
    byCode(kysely, p).set({ stage: 'replayed' }).where('stage', 'in', ['redeemed', 'replayed']).returning(approvedColumns),
  );
  const revoke = revokeGrant(engine);
  /**
   * Two statements, and in this order: the mark waits for a grant that is being opened (it holds the request's row), and the second
   * statement, which sees what was committed until then, finds it. A grant opened after the mark reads the mark.
   */
  function* replay(code: Code): Act<Redemption> {
    const [row] = yield* run(mark, code);
    if (row === undefined) return { outcome: 'unknown' };
    yield* run(revoke, { tenant: code.tenant, id: row.id, now: code.now });
    return { outcome: 'replayed', request: readApproved(row) };
  }
  return async (code: Code, until: number): Promise<Redemption> => {
    const [row] = await engine.gate(take, { ...code, until });
    if (row === undefined) return engine.act(() => replay(code));
    return { outcome: 'redeemed', request: readApproved(row), account: toAccount(row.account) };
  };
}

function byCode(kysely: Kysely<Schema>, p: Code) {
  return kysely
    .updateTable('requests')
    .where('requests.tenant', '=', p.tenant)
    .where('requests.code_hash', '=', p.code_hash)
    .where('requests.dies_at', '>', p.now);
}

type RequestColumns = Pick<Schema['requests'], 'id' | 'client_id' | 'parameters' | 'opened_at' | 'expires_at'>;

function readRequest(row: RequestColumns): Omit<PendingRequest, 'browser' | 'facts'> {
  const parameters = JSON.parse(row.parameters) as AuthorizationParameters;
  return { id: row.id, client_id: row.client_id, parameters, openedAt: row.opened_at, expiresAt: row.expires_at };
}

function readApproved(row: RequestColumns & Pick<Schema['requests'], 'approval'>): ApprovedRequest {
  return { ...readRequest(row), approval: JSON.parse(row.approval ?? 'null') as Approval };
}

function approving(approval: Approval): Approving {
  return { approval: JSON.stringify(approval), sub: approval.sub, code_hash: approval.codeHash, dies_at: approval.codeExpiresAt };
}

const columns = [
  'tenant',
  'id',
  'client_id',
  'stage',
  'browser',
  'parameters',
  'facts',
  'opened_at',
  'expires_at',
  'dies_at',
  'code_hash',
  'sub',
  'approval',
] as const;

function pendingRow(tenant: string, request: PendingRequest): Row {
  const none = { approval: null, sub: null, code_hash: null, dies_at: request.expiresAt };
  return { ...common(tenant, request), stage: 'pending', browser: request.browser ?? null, facts: JSON.stringify(request.facts), ...none };
}

function approvedRow(tenant: string, request: PendingRequest, approval: Approval): Row & Held {
  const session = { sid: approval.sid, now: request.openedAt };
  return { ...common(tenant, request), stage: 'approved', browser: null, facts: '{}', ...approving(approval), ...session };
}

function common(tenant: string, { id, client_id, parameters, openedAt, expiresAt }: PendingRequest) {
  return { tenant, id, client_id, parameters: JSON.stringify(parameters), opened_at: openedAt, expires_at: expiresAt };
}
