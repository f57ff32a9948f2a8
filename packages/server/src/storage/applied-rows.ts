/** An entry of the configuration file into its row: a client, or a person. Every other way of writing these rows is in their own files. */
import type { Client } from '@symbolon/provider';
import type { User } from '../store.ts';
import { endings } from './endings.ts';
import { type Act, type Engine, run } from './engine.ts';
import { insertPerson, newData, toPersonRow, writePassword, writePerson } from './person-rows.ts';
import { statement } from './prepare.ts';

/**
 * Writes the entry under a revision and answers whether it did: not when the row has another one than `known`, or is gone. Nothing is known
 * when the entry is applied for the first time; then whatever row is there is replaced.
 */
export type WriteEntry = (known: string | undefined, revision: string) => Act<boolean>;

type ClientKey = { readonly tenant: string; readonly client_id: string };

export function applyClient({ kysely, dialect }: Engine): (tenant: string, client: Client) => WriteEntry {
  const lock = statement<ClientKey>('applied.client.lock')((p) =>
    kysely
      .selectFrom('clients')
      .select('revision')
      .where('tenant', '=', p.tenant)
      .where('client_id', '=', p.client_id)
      .$if(dialect === 'postgres', (query) => query.forUpdate()),
  );
  const write = statement<ClientKey & { readonly data: string; readonly revision: string }>('applied.client.write')((p) =>
    kysely
      .insertInto('clients')
      .values({ tenant: p.tenant, client_id: p.client_id, data: p.data, revision: p.revision })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'client_id'])
          .doUpdateSet((eb) => ({ data: eb.ref('excluded.data'), revision: eb.ref('excluded.revision') })),
      ),
  );
  return (tenant, client) =>
    function* (known, revision) {
      const key = { tenant, client_id: client.client_id };
      const [row] = yield* run(lock, key);
      if (known !== undefined && row?.revision !== known) return false;
      yield* run(write, { ...key, data: JSON.stringify(client), revision });
      return true;
    };
}

export function applyUser(engine: Engine): (tenant: string, user: User, passwordHash: string | undefined, now: number) => WriteEntry {
  const lock = statement<{ readonly tenant: string; readonly username_key: string }>('applied.user.lock')((p) =>
    engine.kysely
      .selectFrom('users')
      .select(['sub', 'data', 'revision'])
      .where('tenant', '=', p.tenant)
      .where('username_key', '=', p.username_key)
      .$if(engine.dialect === 'postgres', (query) => query.forUpdate()),
  );
  const [insert, write, setPassword] = [insertPerson(engine), writePerson(engine), writePassword(engine)];
  const { endPerson } = endings(engine);
  return (tenant, user, passwordHash, now) =>
    function* (known, revision) {
      const { usernameKey: username_key } = user;
      if (known === undefined && (yield* run(insert, toPersonRow(tenant, user, passwordHash, revision))).length === 1) return true;
      const [row] = yield* run(lock, { tenant, username_key });
      if (row === undefined || (known !== undefined && row.revision !== known)) return false;
      const { sub } = row;
      yield* run(write, { tenant, sub, username_key, ...newData(row, user), revision });
      if (passwordHash === undefined) return true;
      yield* run(setPassword, { tenant, sub, password_hash: passwordHash, revision });
      yield* endPerson(tenant, sub, now);
      return true;
    };
}
