/**
 * A bank network of ours that speaks https: a tenant of the dialect idpartner with an authority of its own, and clients whose certificates are
 * issued as an operator does it, by the command line for a certificate request made by openssl.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateRequest, selfSigned, workshop } from './certificates.ts';
import { people } from './client.ts';
import { httpsFetch, type Identity } from './https.ts';
import { runProgram } from './process.ts';
import { startSymbolon } from './symbolon.ts';

export const bankAccount = {
  bankId: '125000024',
  identifier: '454992210071',
  identifierType: 'ACCOUNT_NUMBER',
  type: 'US_ACH',
  transferIn: true,
  transferOut: true,
  accountId: 'g833202fb0866d0ad83472c429',
};

export type NetworkOptions = {
  /** Entries of the list of clients, in YAML. */
  readonly clients: string;
  /** Further lines of the tenant. */
  readonly tenant?: string;
};

export type Network = Awaited<ReturnType<typeof startNetwork>>;

/** Alice is a customer of it, with an account. Its issuer has a path. */
export async function startNetwork({ clients, tenant = '' }: NetworkOptions) {
  const folder = workshop();
  const own = selfSigned(folder, '/CN=the network');
  const database = `sqlite:${join(folder, 'network.db')}`;
  const claims = JSON.stringify({ name: 'Alice Archer', email: 'alice@example.test', email_verified: true, payment_details: bankAccount });
  const yaml = `server:
  listen: 127.0.0.1:4000
  tls: { cert: ${own.certFile}, key: ${own.keyFile} }
database: ${database}
tenants:
  - id: network
    issuer: https://127.0.0.1:4000/oidc
    dialect: idpartner
    clientCa: { create: true }
    ${tenant}
    scopes: [{ name: payment_details, claims: [payment_details] }, { name: payment_processing }]
    users: [{ username: alice, password: ${people.alice.password}, claims: ${claims} }]
    clients:
${clients}`;
  const file = join(folder, 'symbolon.yaml');
  writeFileSync(file, yaml);
  const server = await startSymbolon({ yaml, database });
  return {
    ...server,
    issuer: `${server.issuer}/oidc`,
    /** The server's own certificate, PEM: who trusts it, trusts the network. */
    ca: own.cert,
    ask: (identity?: Identity) => httpsFetch({ ca: own.cert, identity }),
    /** A new key, and the certificate that the authority gives for it. Needs the built program. */
    identityOf: async (client_id: string): Promise<Identity> => {
      const { csrFile, key } = certificateRequest(folder, '/CN=whatever');
      const args = ['client', 'certificate', '--client', client_id, '--csr', csrFile, '-c', file];
      const { output } = await runProgram({ directory: folder, args });
      const [cert] = /-----BEGIN.*END CERTIFICATE-----\n/s.exec(output) ?? [];
      if (cert === undefined) throw new Error(`no certificate:\n${output}`);
      return { cert, key };
    },
  };
}
