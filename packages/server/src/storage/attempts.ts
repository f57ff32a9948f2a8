/** Failed sign-ins. One statement adds and answers, so that of many at once on many processes none is lost and none counted twice. */
import { sql } from 'kysely';
import type { Attempts } from '../store.ts';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';

type Bucket = { readonly tenant: string; readonly bucket: string };
type Look = Bucket & { readonly window: number; readonly now: number };

export function attempts({ kysely, read, write }: Engine): (tenant: string) => Attempts {
  const failed = statement<Look & { readonly until: number }>('attempts.failed')((p) => {
    const still = sql<boolean>`attempts.started_at + cast(${p.window} as bigint) > ${p.now}`;
    return kysely
      .insertInto('attempts')
      .values({ tenant: p.tenant, bucket: p.bucket, failures: 1, started_at: p.now, expires_at: p.until })
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'bucket']).doUpdateSet({
          failures: sql`case when ${still} then attempts.failures + 1 else 1 end`,
          started_at: sql`case when ${still} then attempts.started_at else excluded.started_at end`,
          expires_at: sql`case when ${still} then attempts.started_at + cast(${p.window} as bigint) else excluded.expires_at end`,
        }),
      )
      .returning('failures');
  });
  const count = statement<Look>('attempts.count')((p) =>
    kysely
      .selectFrom('attempts')
      .select('failures')
      .where('tenant', '=', p.tenant)
      .where('bucket', '=', p.bucket)
      .where(sql<number>`started_at + cast(${p.window} as bigint)`, '>', p.now),
  );
  const clear = statement<Bucket>('attempts.clear')((p) =>
    kysely.deleteFrom('attempts').where('tenant', '=', p.tenant).where('bucket', '=', p.bucket),
  );
  return (tenant) => ({
    failed: async (bucket, window, now) => {
      const [row] = await write(failed, { tenant, bucket, window, now, until: now + window });
      if (row === undefined) throw new Error('the database did not answer how many failures there are');
      return row.failures;
    },
    count: async (bucket, window, now) => (await read(count, { tenant, bucket, window, now }))[0]?.failures ?? 0,
    clear: async (bucket) => {
      await write(clear, { tenant, bucket });
    },
  });
}
