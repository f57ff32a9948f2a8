/**
 * The end of sessions, whatever ends them: the person herself, an administrator, a new password. What came from them and was not redeemed yet
 * ends too, and so do the grants that end with their session, in statements after the one that removed the session (see `held-session.ts`).
 * Who must hear of it is found here, and written into the outbox (`logouts.ts`) by the same act.
 */
import type { EndedSession, UpstreamEnd } from '@symbolon/provider';
import { type Kysely, sql } from 'kysely';
import { type Act, type Engine, run } from './engine.ts';
import { keptFor, noticeOf } from './logouts.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type OfBrowser = { readonly tenant: string; readonly browser: string; readonly sid: string | null };
type OfPerson = { readonly tenant: string; readonly sub: string; readonly sid: string | null };
type Ended = { readonly tenant: string; readonly sub: string; readonly sid: string };
type Held = Ended & { readonly now: number };

type OfUpstream = { readonly tenant: string; readonly over: UpstreamEnd };
type OverThere = Pick<UpstreamEnd, 'upstream' | 'issuer' | 'toldUntil'> & {
  readonly tenant: string;
  readonly subject: string | null;
  readonly sid: string | null;
};

/** One session (all of them where `sid` is null) of a browser, or of a person; those that rest on an upstream's. */
export type Where = OfBrowser | OfPerson | OfUpstream;

/** Call before grants are revoked: a client that holds none from a session, and was not answered in it, has nothing to be told. */
export function endSessions(engine: Engine): (where: Where, now: number) => Act<readonly EndedSession[]> {
  const { kysely } = engine;
  const ofBrowser = statement<OfBrowser>('sessions.end.browser')((p) => removal(kysely, p).where('browser', '=', p.browser));
  const ofPerson = statement<OfPerson>('sessions.end.person')((p) => removal(kysely, p).where('sub', '=', p.sub));
  const ofUpstream = upstreamRemoval(kysely);
  const endCodes = codesEnd(engine);
  const holders = grantHolders(engine);
  const endGrants = grantsEnd(engine);
  const notice = noticeOf(engine);
  return function* (where, now): Act<EndedSession[]> {
    const { tenant } = where;
    const ended = 'over' in where ? yield* ofUpstream(where) : 'sub' in where ? yield* run(ofPerson, where) : yield* run(ofBrowser, where);
    const reported: EndedSession[] = [];
    for (const { sid, sub, expires_at, clients, upstream, upstream_hint: hint } of ended) {
      yield* run(endCodes, { tenant, sub, sid });
      const holding = yield* run(holders, { tenant, sub, sid, now });
      yield* run(endGrants, { tenant, sub, sid, now });
      if (now >= expires_at) continue;
      const knowing = [...new Set([...Object.keys(JSON.parse(clients)), ...holding.map((row) => row.client_id)])].sort();
      for (const client_id of knowing) yield* run(notice, { tenant, sid, client_id, sub, now, kept_until: now + keptFor });
      const from = upstream === null ? undefined : { upstream: hint === null ? { id: upstream } : { id: upstream, hint } };
      reported.push({ sid, sub, clients: knowing, ...from });
    }
    return reported;
  };
}

function grantHolders({ kysely }: Engine) {
  return statement<Held>('sessions.end.holders')((p) =>
    kysely
      .selectFrom('grants')
      .select('client_id')
      .distinct()
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('sid', '=', p.sid)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now),
  );
}

function grantsEnd(engine: Engine) {
  const ends =
    engine.dialect === 'postgres' ? sql<string>`cast(data as json) ->> 'endsWithSession'` : sql<string>`data ->> 'endsWithSession'`;
  return statement<Held>('sessions.end.grants')((p) =>
    engine.kysely
      .updateTable('grants')
      .set({ revoked_at: p.now })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('sid', '=', p.sid)
      .where('revoked_at', 'is', null)
      .where(ends, 'is not', null),
  );
}

/** A code that is being redeemed just now finds the mark, and the grant that is opened from it is born revoked. */
function codesEnd({ kysely, dialect }: Engine) {
  const session = dialect === 'postgres' ? sql<string>`cast(approval as json) ->> 'sid'` : sql<string>`approval ->> 'sid'`;
  return statement<Ended>('sessions.end.codes')((p) =>
    kysely
      .updateTable('requests')
      .set({ stage: endedStage })
      .where('tenant', '=', p.tenant)
      .where('sub', '=', p.sub)
      .where('stage', 'in', ['approved', 'redeemed'])
      .where(session, '=', p.sid),
  );
}

/** What becomes of a code that has not come to anything yet, and of one whose grant is being opened. */
export const endedStage = sql<'replayed' | 'denied'>`case stage when 'redeemed' then 'replayed' else 'denied' end`;

function removal(kysely: Kysely<Schema>, { tenant, sid }: OfBrowser | OfPerson) {
  return kysely
    .deleteFrom('sessions')
    .where('tenant', '=', tenant)
    .where('sid', '=', sql<string>`coalesce(${sid}, sid)`)
    .returning(reportedColumns);
}

const reportedColumns = ['sid', 'sub', 'expires_at', 'clients', 'upstream', 'upstream_hint'] as const;

/** By sid there, by subject, or by both: each by its own index. */
function upstreamRemoval(kysely: Kysely<Schema>) {
  const resting = (p: OverThere) =>
    kysely
      .deleteFrom('sessions')
      .where('tenant', '=', p.tenant)
      .where('upstream', '=', p.upstream)
      .where('upstream_issuer', '=', p.issuer)
      .where('upstream_told_at', '<=', p.toldUntil)
      .returning(reportedColumns);
  const bySid = statement<OverThere>('sessions.end.upstream.sid')((p) =>
    resting(p).where('upstream_sid', '=', p.sid).where('upstream_subject', '=', sql<string>`coalesce(${p.subject}, upstream_subject)`),
  );
  // Of a subject that was named beside a sid, those that cannot be told apart by it.
  const bySubject = statement<OverThere>('sessions.end.upstream.subject')((p) =>
    resting(p).where('upstream_subject', '=', p.subject).where(sql<boolean>`(cast(${p.sid} as text) is null or upstream_sid is null)`),
  );
  return function* ({ tenant, over }: OfUpstream) {
    const { upstream, issuer, toldUntil, subject = null, sid = null } = over;
    const wanted = { tenant, upstream, issuer, toldUntil, subject, sid };
    const named = sid === null ? [] : yield* run(bySid, wanted);
    return subject === null ? named : [...named, ...(yield* run(bySubject, wanted))];
  };
}
