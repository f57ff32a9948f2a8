/** Certificates that end soon, while nothing newer is there for the same client: said before it stops working, not after. */
import { X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '../store.ts';

const day = 86_400;
/** How many days before its end a certificate is spoken of. */
const warningDays = 30;

export type Ending = { readonly certificate: IssuedCertificate /** Whole days; negative after its end. */; readonly days: number };

/** Of each client the certificate that ends last, if that is within 30 days, or was. Revoked ones count for nothing. */
export function endingSoon(certificates: readonly IssuedCertificate[], now: number): readonly Ending[] {
  const last = new Map<string, IssuedCertificate>();
  for (const certificate of certificates) {
    const known = last.get(certificate.client_id);
    if (certificate.revokedAt === undefined && (known?.expiresAt ?? 0) < certificate.expiresAt)
      last.set(certificate.client_id, certificate);
  }
  return [...last.values()]
    .map((certificate) => ({ certificate, days: Math.floor((certificate.expiresAt - now) / day) }))
    .filter(({ days }) => days < warningDays);
}

/** What is to be said of a certificate of ours, the server's or an authority's, that ends within 30 days; undefined of any other. `now` is epoch seconds. */
export function ownEndingText(pem: string, whose: string, now: number): string | undefined {
  const end = new X509Certificate(pem).validToDate;
  if (end.getTime() / 1000 - now >= warningDays * day) return undefined;
  return `${whose} ends on ${end.toISOString().slice(0, 10)}: replace it before`;
}

/** What is said of it, to be read after a client's name. */
export function endingText({ certificate, days }: Ending): string {
  const date = new Date(certificate.expiresAt * 1000).toISOString().slice(0, 10);
  return days < 0 ? `its certificate expired on ${date}` : `its certificate expires on ${date}, in ${days} days`;
}
