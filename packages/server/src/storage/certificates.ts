/** Client certificates a tenant issued. Nothing of them is kept in memory, so that a revocation holds at once in every process. */
import type { Certificates, IssuedCertificate } from '../store.ts';
import { type Engine, run } from './engine.ts';
import { statement } from './prepare.ts';
import type { Schema } from './schema.ts';

type Row = Omit<Schema['certificates'], 'revoked_at'>;
type Of = Pick<Row, 'tenant' | 'client_id'>;
type At = Pick<Row, 'tenant' | 'serial'> & { readonly now: number };

/** How long an expired one can still be listed, in seconds. */
const memory = 90 * 86_400;

const columns = ['serial', 'client_id', 'pem', 'issued_at', 'expires_at', 'revoked_at'] as const;

export function certificates(engine: Engine): (tenant: string) => Certificates {
  const { kysely, dialect } = engine;
  // Held until the certificate is there, so that who removes the client meanwhile removes it too.
  const holdClient = statement<Of>('certificates.client')((p) => {
    const client = kysely.selectFrom('clients').select('client_id').where('tenant', '=', p.tenant).where('client_id', '=', p.client_id);
    return dialect === 'postgres' ? client.forShare() : client;
  });
  const insert = statement<Row>('certificates.add')((p) =>
    kysely
      .insertInto('certificates')
      .values({
        tenant: p.tenant,
        serial: p.serial,
        client_id: p.client_id,
        pem: p.pem,
        issued_at: p.issued_at,
        expires_at: p.expires_at,
        revoked_at: null,
        dies_at: p.dies_at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('serial'),
  );
  const find = statement<At>('certificates.find')((p) =>
    kysely
      .selectFrom('certificates')
      .select(columns)
      .where('tenant', '=', p.tenant)
      .where('serial', '=', p.serial)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now),
  );
  const all = statement<Pick<Row, 'tenant'>>('certificates.all')((p) =>
    kysely
      .selectFrom('certificates')
      .select(columns)
      .where('tenant', '=', p.tenant)
      .orderBy('client_id')
      .orderBy('issued_at')
      .orderBy('serial'),
  );
  const ofClient = statement<Of>('certificates.ofClient')((p) =>
    kysely
      .selectFrom('certificates')
      .select(columns)
      .where('tenant', '=', p.tenant)
      .where('client_id', '=', p.client_id)
      .orderBy('issued_at')
      .orderBy('serial'),
  );
  const revoke = statement<At>('certificates.revoke')((p) =>
    kysely
      .updateTable('certificates')
      .set({ revoked_at: p.now })
      .where('tenant', '=', p.tenant)
      .where('serial', '=', p.serial)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', p.now)
      .returning('serial'),
  );
  return (tenant) => ({
    add: ({ serial, client_id, pem, issuedAt, expiresAt }) =>
      engine.act(function* () {
        if ((yield* run(holdClient, { tenant, client_id })).length === 0) return false;
        const row = { tenant, serial, client_id, pem, issued_at: issuedAt, expires_at: expiresAt, dies_at: expiresAt + memory };
        return (yield* run(insert, row)).length === 1;
      }),
    find: async (serial, now) => (await engine.read(find, { tenant, serial, now })).map(certificateOf)[0],
    list: async (client_id) => {
      const rows = await (client_id === undefined ? engine.read(all, { tenant }) : engine.read(ofClient, { tenant, client_id }));
      return rows.map(certificateOf);
    },
    revoke: async (serial, now) => (await engine.write(revoke, { tenant, serial, now })).length === 1,
  });
}

function certificateOf(row: Pick<Schema['certificates'], (typeof columns)[number]>): IssuedCertificate {
  const { serial, client_id, pem, issued_at, expires_at, revoked_at } = row;
  const certificate = { serial, client_id, pem, issuedAt: issued_at, expiresAt: expires_at };
  return revoked_at === null ? certificate : { ...certificate, revokedAt: revoked_at };
}
