/** Which upstream a visitor chose last: one row each, the newest choice in it. */
import type { Choices } from '../store.ts';
import type { Engine } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Row = Schema['choices'];
type Visitor = Pick<Row, 'tenant' | 'visitor'>;

export function choices({ kysely, read, write }: Engine): (tenant: string) => Choices {
  const remember = statement<Row>('choices.remember')((p) =>
    kysely
      .insertInto('choices')
      .values({ tenant: p.tenant, visitor: p.visitor, upstream: p.upstream, expires_at: p.expires_at })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'visitor'])
          .doUpdateSet((row) => ({ upstream: row.ref('excluded.upstream'), expires_at: row.ref('excluded.expires_at') })),
      ),
  );
  const find = statement<Visitor & { readonly now: number }>('choices.find')((p) =>
    kysely
      .selectFrom('choices')
      .select('upstream')
      .where('tenant', '=', p.tenant)
      .where('visitor', '=', p.visitor)
      .where('expires_at', '>', p.now),
  );
  const forget = statement<Visitor>('choices.forget')((p) =>
    kysely.deleteFrom('choices').where('tenant', '=', p.tenant).where('visitor', '=', p.visitor),
  );
  return (tenant) => ({
    remember: async (visitor, upstream, expiresAt) => {
      await write(remember, { tenant, visitor, upstream, expires_at: expiresAt });
    },
    find: async (visitor, now) => (await read(find, { tenant, visitor, now }))[0]?.upstream,
    forget: async (visitor) => {
      await write(forget, { tenant, visitor });
    },
  });
}
