/**
 * The certificates of clients: asked for by a request, issued to one client only, listed, renewed, revoked. What the command line does, and an
 * administration interface can do. RFC 2986, RFC 5280.
 */
import { X509Certificate } from 'node:crypto';
import type { Provider } from '@symbolon/provider';
import type { IssuedCertificate, TenantStore } from '../store.ts';
import { type Authority, serialOf } from './authority.ts';
import { readCertificateRequest } from './certificate-request.ts';
import { clientExtensions, commonName, keyIdentifierOf, writeCertificate } from './write-certificate.ts';

export type IssueOutcome = { readonly certificate: IssuedCertificate } | { readonly problem: string };

export type ClientCertificates = {
  /** Issues to a client for the key of a request in PEM; `days` from 1 to 825. The problem is fit to be told to who asked. */
  readonly issue: (client_id: string, request: string, days: number) => Promise<IssueOutcome>;
  /** Issues anew for the key of a certificate that is alive; both work until the older one ends, so that nothing stops meanwhile. */
  readonly renew: (serial: string, days: number) => Promise<IssueOutcome>;
  /** Effective at once; false when there is no such certificate alive. */
  readonly revoke: (serial: string) => Promise<boolean>;
  readonly list: (client_id?: string) => Promise<readonly IssuedCertificate[]>;
};

export type Issuing = {
  readonly authority: Authority;
  readonly store: Pick<TenantStore, 'certificates' | 'clients'>;
} & Pick<Provider, 'now' | 'random'> & { readonly issuer: string };

export const defaultDays = 365;
export const maxDays = 825;
const day = 86_400;
/** The clocks of proxies may be behind. */
const leeway = 300;

export function clientCertificates(deps: Issuing): ClientCertificates {
  const { certificates } = deps.store;
  const revoke = (serial: string) => certificates.revoke(plainSerial(serial), deps.now());
  return {
    issue: async (client_id, request, days) => {
      const read = readCertificateRequest(request);
      return 'problem' in read ? { problem: `the request cannot be used: ${read.problem}` } : issue(deps, client_id, read.publicKey, days);
    },
    renew: async (serial, days) => {
      const known = await certificates.find(plainSerial(serial), deps.now());
      if (known === undefined) return { problem: `there is no certificate ${serial} alive: issue one for a new request` };
      return issue(deps, known.client_id, new X509Certificate(known.pem).publicKey, days);
    },
    revoke,
    list: (client_id) => certificates.list(client_id),
  };
}

/** The alternative name by which a certificate says for whom it is, beside the common name, which is the client_id. */
function subjectUri(issuer: string, client_id: string): string {
  return `${issuer}/clients/${encodeURIComponent(client_id)}`;
}

type Key = X509Certificate['publicKey'];

async function issue(deps: Issuing, client_id: string, publicKey: Key, days: number): Promise<IssueOutcome> {
  const { authority, store, now } = deps;
  if (authority.issuing === undefined)
    return { problem: 'the tenant has an authority without its key: give clientCa a key, or issue elsewhere' };
  const problem = askProblem(client_id, days);
  if (problem !== undefined) return { problem };
  const issuedAt = now();
  const expiresAt = issuedAt + days * day;
  if (expiresAt * 1000 > authority.issuing.certificate.validToDate.getTime())
    return {
      problem: `the authority itself ends on ${authority.issuing.certificate.validToDate.toISOString().slice(0, 10)}: ask for fewer days`,
    };
  if ((await store.clients.find(client_id)) === undefined) return { problem: `there is no client ${client_id}` };
  const certificate = write(deps, { client_id, publicKey, issuedAt, expiresAt });
  return (await store.certificates.add(certificate)) ? { certificate } : { problem: `there is no client ${client_id} any more` };
}

function askProblem(client_id: string, days: number): string | undefined {
  if (!Number.isInteger(days) || days < 1 || days > maxDays) return `days must be a whole number from 1 to ${maxDays}`;
  // RFC 5280 appendix A.1, ub-common-name.
  return client_id.length > 64 ? 'the client_id is longer than the 64 characters that a certificate can name' : undefined;
}

type Asked = Pick<IssuedCertificate, 'client_id' | 'issuedAt' | 'expiresAt'> & { readonly publicKey: Key };

function write({ authority, random, issuer }: Issuing, { client_id, publicKey, issuedAt, expiresAt }: Asked): IssuedCertificate {
  if (authority.issuing === undefined) throw new TypeError('an authority that cannot issue');
  const { signer } = authority.issuing;
  const serial = serialOf(random);
  const identifiers = { subject: keyIdentifierOf(publicKey), issuer: signer.keyIdentifier };
  const pem = writeCertificate(
    {
      serial,
      subject: commonName(client_id),
      notBefore: issuedAt - leeway,
      notAfter: expiresAt,
      publicKey,
      extensions: clientExtensions(identifiers, subjectUri(issuer, client_id)),
    },
    signer,
  );
  return { serial: new X509Certificate(pem).serialNumber, client_id, pem, issuedAt, expiresAt };
}

/** As we write it, whatever the program it was copied from puts between the digits. */
function plainSerial(serial: string): string {
  return serial.replace(/[\s:]/g, '').toUpperCase();
}
