/**
 * Who is known by which upstream as whom. The key is the upstream, its issuer and its subject, byte for byte (OpenID Connect Core section
 * 5.7: nothing else identifies a person). A person made for an identity comes with it or not at all.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Given, Identities, Identity, IdentityKey, Provisioned, User } from '../store.ts';
import { endSessions } from './ended-sessions.ts';
import { type Act, type Engine, run } from './engine.ts';
import { merge } from './given.ts';
import { insertPerson, newData, readAccount, toPersonRow, toUser, writePerson } from './person-rows.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Row = Schema['identities'];
type Key = Pick<Row, 'tenant' | 'upstream' | 'issuer' | 'subject'>;
type OfPerson = { readonly tenant: string; readonly sub: string };
type Kept = Pick<Identity, 'origin' | 'given'>;

const nothing: Given = { claims: {}, groups: [], roles: [] };

export function identities(engine: Engine): (tenant: string) => Identities {
  const { kysely } = engine;
  const columns = ['i.upstream', 'i.issuer', 'i.subject', 'i.sub', 'i.data', 'i.created_at', 'i.seen_at'] as const;
  const find = statement<Key>('identities.find')((p) =>
    kysely
      .selectFrom('identities as i')
      .innerJoin('users as u', (join) => join.onRef('u.tenant', '=', 'i.tenant').onRef('u.sub', '=', 'i.sub'))
      .select([...columns, 'u.data as account', 'u.username_key', 'u.created_at as made_at'])
      .where('i.tenant', '=', p.tenant)
      .where('i.upstream', '=', p.upstream)
      .where('i.issuer', '=', p.issuer)
      .where('i.subject', '=', p.subject),
  );
  const list = statement<OfPerson>('identities.list')((p) =>
    kysely
      .selectFrom('identities as i')
      .select(columns)
      .where('i.tenant', '=', p.tenant)
      .where('i.sub', '=', p.sub)
      .orderBy('i.created_at')
      .orderBy('i.upstream'),
  );
  const acts = changing(engine);
  return (tenant) => ({
    find: async (key) => {
      const [row] = await engine.read(find, { tenant, ...keyOf(key) });
      if (row === undefined) return undefined;
      const user = toUser({ username_key: row.username_key, data: row.account, created_at: row.made_at });
      return { identity: toIdentity(row), user };
    },
    list: async (sub) => (await engine.read(list, { tenant, sub })).map(toIdentity),
    provision: (user, key, given, now) => engine.act(() => acts.provision({ tenant, ...keyOf(key) }, user, given, now)),
    link: (sub, key, given, now) => engine.act(() => acts.link({ tenant, ...keyOf(key) }, sub, given, now)),
    refresh: (key, given, now) => engine.act(() => acts.refresh({ tenant, ...keyOf(key) }, given, now)),
    unlink: (sub, key, now) => engine.act(() => acts.unlink({ tenant, ...keyOf(key) }, sub, now)),
  });
}

function changing(engine: Engine) {
  const { insert, remove, hold, write, lockPerson, forget } = statements(engine);
  const end = endSessions(engine);
  const [addPerson, writeRow] = [insertPerson(engine), writePerson(engine)];
  /** Merges what is given into the person's row, which is held, and remembers it with the identity. */
  function* give(key: Key, sub: string, kept: Kept, wanted: Given, now: number): Act<User | undefined> {
    const [row] = yield* run(lockPerson, { tenant: key.tenant, sub });
    if (row === undefined) return undefined;
    const before = readAccount(row.data);
    const { account, given } = merge(before, kept.given, wanted, now);
    const user = { ...toUser(row), ...account };
    if (account !== before) yield* run(writeRow, personOf(key.tenant, row, user));
    yield* run(write, { ...key, data: dataOf({ ...kept, given }), now });
    return user;
  }
  return {
    *provision(key: Key, user: User, given: Given, now: number): Act<Provisioned> {
      const row = { ...key, sub: user.sub, data: dataOf({ origin: 'provisioned', given }), created_at: now, seen_at: now };
      if ((yield* run(insert, row)).length === 0) return 'identity_taken';
      if ((yield* run(addPerson, toPersonRow(key.tenant, user, undefined, randomUUID()))).length === 1) return 'provisioned';
      yield* run(remove, { ...key, sub: user.sub });
      return 'name_taken';
    },
    *link(key: Key, sub: string, given: Given, now: number): Act<boolean> {
      const [person] = yield* run(lockPerson, { tenant: key.tenant, sub });
      if (person === undefined || !readAccount(person.data).active) return false;
      const kept: Kept = { origin: 'linked', given: nothing };
      const added = yield* run(insert, { ...key, sub, data: dataOf(kept), created_at: now, seen_at: now });
      if (added.length === 0) return false;
      return (yield* give(key, sub, kept, given, now)) !== undefined;
    },
    *refresh(key: Key, given: Given, now: number): Act<User | undefined> {
      const [row] = yield* run(hold, key);
      return row && (yield* give(key, row.sub, JSON.parse(row.data) as Kept, given, now));
    },
    *unlink(key: Key, sub: string, now: number): Act<boolean> {
      const [row] = yield* run(hold, key);
      yield* run(forget, key);
      if (row?.sub !== sub) return false;
      // Groups and roles the upstream gave go with it; a profile made of its claims stays the person's.
      const kept = JSON.parse(row.data) as Kept;
      yield* give(key, sub, kept, { claims: kept.given.claims, groups: [], roles: [] }, now);
      const { upstream, issuer, subject } = key;
      yield* end({ tenant: key.tenant, over: { upstream, issuer, subject, toldUntil: Number.MAX_SAFE_INTEGER } }, now);
      return (yield* run(remove, { ...key, sub })).length === 1;
    },
  };
}

function statements({ kysely, dialect }: Engine) {
  const ofKey = (p: Key) =>
    sql<boolean>`tenant = ${p.tenant} and upstream = ${p.upstream} and issuer = ${p.issuer} and subject = ${p.subject}`;
  return {
    insert: statement<Row>('identities.add')((p) =>
      kysely
        .insertInto('identities')
        .values({
          tenant: p.tenant,
          upstream: p.upstream,
          issuer: p.issuer,
          subject: p.subject,
          sub: p.sub,
          data: p.data,
          created_at: p.created_at,
          seen_at: p.seen_at,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('sub'),
    ),
    remove: statement<Key & OfPerson>('identities.remove')((p) =>
      kysely.deleteFrom('identities').where(ofKey(p)).where('sub', '=', p.sub).returning('sub'),
    ),
    hold: statement<Key>('identities.hold')((p) =>
      kysely
        .selectFrom('identities')
        .select(['sub', 'data'])
        .where(ofKey(p))
        .$if(dialect === 'postgres', (query) => query.forUpdate()),
    ),
    write: statement<Key & { readonly data: string; readonly now: number }>('identities.write')((p) =>
      kysely.updateTable('identities').set({ data: p.data, seen_at: p.now }).where(ofKey(p)),
    ),
    lockPerson: statement<OfPerson>('identities.person')((p) =>
      kysely
        .selectFrom('users')
        .select(['sub', 'username_key', 'data', 'created_at'])
        .where('tenant', '=', p.tenant)
        .where('sub', '=', p.sub)
        .$if(dialect === 'postgres', (query) => query.forUpdate()),
    ),
    forget: statement<Key>('identities.forget')((p) => kysely.deleteFrom('waits').where(ofKey(p))),
  };
}

function personOf(tenant: string, row: Pick<Schema['users'], 'sub' | 'username_key' | 'data'>, user: User) {
  return { tenant, sub: row.sub, username_key: row.username_key, ...newData(row, user), revision: randomUUID() };
}

function keyOf({ upstream, issuer, subject }: IdentityKey): Omit<Key, 'tenant'> {
  return { upstream, issuer, subject };
}

function dataOf(kept: Kept): string {
  return JSON.stringify({ origin: kept.origin, given: kept.given });
}

function toIdentity(row: Omit<Row, 'tenant'>): Identity {
  const { origin, given } = JSON.parse(row.data) as Kept;
  const { upstream, issuer, subject, sub, created_at, seen_at } = row;
  return { upstream, issuer, subject, sub, origin, given, createdAt: created_at, seenAt: seen_at };
}
