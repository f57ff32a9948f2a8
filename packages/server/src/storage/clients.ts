/** Clients. Rarely written and kept in memory by every process, which is why each change is announced. */
import { randomUUID } from 'node:crypto';
import { type Client, type Clients, strictPolicy } from '@symbolon/provider';
import { endings } from './endings.ts';
import { changing, type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';

type Key = { readonly tenant: string; readonly client_id: string };
type Row = Key & { readonly data: string; readonly revision: string };

export function clients(engine: Engine): (tenant: string) => Clients {
  const { kysely } = engine;
  const find = statement<Key>('clients.find')((p) =>
    kysely.selectFrom('clients').select('data').where('tenant', '=', p.tenant).where('client_id', '=', p.client_id),
  );
  const list = statement<{ readonly tenant: string }>('clients.list')((p) =>
    kysely.selectFrom('clients').select('data').where('tenant', '=', p.tenant).orderBy('client_id'),
  );
  const register = statement<Row>('clients.register')((p) =>
    kysely
      .insertInto('clients')
      .values({ tenant: p.tenant, client_id: p.client_id, data: p.data, revision: p.revision })
      .onConflict((conflict) => conflict.doNothing())
      .returning('client_id'),
  );
  const replace = statement<Row>('clients.replace')((p) =>
    kysely
      .updateTable('clients')
      .set({ data: p.data, revision: p.revision })
      .where('tenant', '=', p.tenant)
      .where('client_id', '=', p.client_id)
      .returning('client_id'),
  );
  const revise = statement<Row & { readonly before: string }>('clients.revise')((p) =>
    kysely
      .updateTable('clients')
      .set({ data: p.data, revision: p.revision })
      .where('tenant', '=', p.tenant)
      .where('client_id', '=', p.client_id)
      // Text that we wrote and read comes out of JSON.stringify as it went in.
      .where('data', '=', p.before)
      .returning('client_id'),
  );
  const remove = statement<Key>('clients.remove')((p) =>
    kysely.deleteFrom('clients').where('tenant', '=', p.tenant).where('client_id', '=', p.client_id).returning('client_id'),
  );
  const { endClient } = endings(engine);

  return (tenant) => {
    const row = (client: Client): Row => ({
      tenant,
      client_id: client.client_id,
      data: JSON.stringify(client),
      revision: randomUUID(),
    });
    return {
      find: async (client_id) => {
        const [found] = await engine.read(find, { tenant, client_id });
        return found && parse(found.data);
      },
      list: async () => (await engine.read(list, { tenant })).map(({ data }) => parse(data)),
      register: (client) =>
        changing(engine, tenant, function* () {
          return (yield* run(register, row(client))).length === 1;
        }),
      replace: (client) =>
        changing(engine, tenant, function* () {
          return (yield* run(replace, row(client))).length === 1;
        }),
      revise: (before, after) =>
        changing(engine, tenant, function* () {
          return (yield* run(revise, { ...row(after), before: JSON.stringify(before) })).length === 1;
        }),
      remove: (client_id) =>
        changing(engine, tenant, function* () {
          if ((yield* run(remove, { tenant, client_id })).length === 0) return false;
          yield* endClient(tenant, client_id);
          return true;
        }),
    };
  };
}

/** Kept by a version with fewer switches, it is strict in those it has no position of. */
function parse(data: string): Client {
  const client: Client = JSON.parse(data);
  return { ...client, policy: { ...strictPolicy, ...client.policy } };
}
