/**
 * Whether a client certificate proves anything: which authority issued it, and what that authority says of it now. Certificates are issued by
 * a listed authority itself; no chain is built, because proxies hand over one certificate and no chain. RFC 5280 section 6, RFC 8705 section 2.1.
 */
import type { X509Certificate } from 'node:crypto';
import type { Authorities, CertificateDetails } from '@symbolon/provider';
import type { Certificates } from '../store.ts';
import type { Authority } from './authority.ts';

export type Trust = {
  /** The tenant's own authority. */
  readonly own: Authority | undefined;
  /** Those all tenants believe. */
  readonly common: readonly X509Certificate[];
  readonly certificates: Pick<Certificates, 'find'>;
};

export function trusting({ own, common, certificates }: Trust): Authorities {
  const trusted = [...(own?.certificates ?? []), ...common];
  return {
    objection: async ({ details }, client_id, now) => {
      const read = details();
      const issuer = trusted.find((authority) => isIssuedBy(read.x509, authority));
      if (issuer === undefined) return 'issued by no authority that is trusted here';
      const objection = lifeObjection(read, issuer, now) ?? useObjection(read);
      if (objection !== undefined || issuer !== own?.issuing?.certificate) return objection;
      // What the authority here issued, it remembers: to whom, and whether it has taken it back.
      const known = await certificates.find(read.serial, now);
      if (known === undefined) return 'revoked, or not issued here';
      return known.client_id === client_id ? undefined : `issued to ${known.client_id}`;
    },
  };
}

/** Names agree, and the signature is really this authority's: names are anybody's to choose. */
function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function lifeObjection({ notBefore, notAfter }: CertificateDetails, issuer: X509Certificate, now: number): string | undefined {
  if (now < notBefore) return 'not valid yet';
  if (now > notAfter) return 'expired';
  return now * 1000 > issuer.validToDate.getTime() || now * 1000 < issuer.validFromDate.getTime()
    ? 'its authority is not in its time'
    : undefined;
}

/** clientAuth, and any use at all. */
const forClients = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** Basic constraints, key usage, extended key usage, alternative names: what is read here, by us or by OpenSSL. */
const understood = ['2.5.29.19', '2.5.29.15', '2.5.29.37', '2.5.29.17'];

const soundSignature = /sha-?(?:256|384|512)|ed25519|ed448|pss/i;

function useObjection({ x509, critical, publicKey }: CertificateDetails): string | undefined {
  if (x509.ca) return 'of an authority itself';
  // Node calls the extended key usage so.
  const uses: readonly string[] | undefined = x509.keyUsage;
  if (uses !== undefined && !uses.some((use) => forClients.includes(use))) return 'not for clients (extended key usage)';
  const unknown = critical.find((id) => !understood.includes(id));
  if (unknown !== undefined) return `with the critical extension ${unknown}, which is not understood here`;
  if (!soundSignature.test(x509.signatureAlgorithm ?? '')) return `signed with ${x509.signatureAlgorithm}`;
  return (publicKey.asymmetricKeyDetails?.modulusLength ?? 2048) < 2048 ? 'its RSA key is too short' : undefined;
}
