/** What browsers are to come back with. Taking is a deletion that names browser and kind, so of many only one takes it. */
import type { Waits } from '../store.ts';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Row = Schema['waits'];
type Own = Pick<Row, 'tenant' | 'kind' | 'hash' | 'browser'> & { readonly now: number };

export function waits({ kysely, read, write }: Engine): (tenant: string) => Waits {
  const add = statement<Row>('waits.add')((p) =>
    kysely.insertInto('waits').values({
      tenant: p.tenant,
      kind: p.kind,
      hash: p.hash,
      browser: p.browser,
      upstream: p.upstream,
      issuer: p.issuer,
      subject: p.subject,
      data: p.data,
      expires_at: p.expires_at,
    }),
  );
  const find = statement<Own>('waits.find')((p) =>
    kysely
      .selectFrom('waits')
      .select('data')
      .where('tenant', '=', p.tenant)
      .where('kind', '=', p.kind)
      .where('hash', '=', p.hash)
      .where('browser', '=', p.browser)
      .where('expires_at', '>', p.now),
  );
  const take = statement<Own>('waits.take')((p) =>
    kysely
      .deleteFrom('waits')
      .where('tenant', '=', p.tenant)
      .where('kind', '=', p.kind)
      .where('hash', '=', p.hash)
      .where('browser', '=', p.browser)
      .where('expires_at', '>', p.now)
      .returning('data'),
  );
  return (tenant) => ({
    add: async ({ kind, hash, browser, data, identity, expiresAt }) => {
      const { upstream = null, issuer = null, subject = null } = identity ?? {};
      await write(add, { tenant, kind, hash, browser, upstream, issuer, subject, data, expires_at: expiresAt });
    },
    find: async (kind, hash, browser, now) => (await read(find, { tenant, kind, hash, browser, now }))[0]?.data,
    take: async (kind, hash, browser, now) => (await write(take, { tenant, kind, hash, browser, now }))[0]?.data,
  });
}
