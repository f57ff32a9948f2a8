/** The parts of a certificate (RFC 5280 section 4.1) that Node does not tell, or tells as text that can be read in two ways. */
import { type DerValue, derExpect, derOid, derParts, derTag, readDer } from './der.ts';

export type CertificateExtension = { readonly id: string; readonly critical: boolean; readonly value: Buffer };

export type CertificateParts = { readonly subject: DerValue; readonly extensions: readonly CertificateExtension[] };

/** Throws a TypeError when the DER is no certificate. */
export function certificateParts(raw: Buffer): CertificateParts {
  const [body] = derParts(derExpect(readDer(raw), derTag.sequence));
  const all = derParts(derExpect(body, derTag.sequence));
  // Where the version is not the default; then serial, algorithm, issuer, validity, subject.
  const [, , , , subject] = all[0]?.tag === 0xa0 ? all.slice(1) : all;
  const wrapped = all.find(({ tag }) => tag === 0xa3);
  const extensions = wrapped === undefined ? [] : derParts(derExpect(derParts(wrapped)[0], derTag.sequence));
  return { subject: derExpect(subject, derTag.sequence), extensions: extensions.map(extensionOf) };
}

function extensionOf(value: DerValue): CertificateExtension {
  const [id, ...rest] = derParts(derExpect(value, derTag.sequence));
  const critical = rest.length === 2 && rest[0]?.tag === 0x01 && rest[0].content[0] !== 0;
  return { id: derOid(id), critical, value: derExpect(rest.at(-1), derTag.octets).content };
}
