/**
 * A client certificate as the edge hands it over: who holds its key has shown so in a TLS handshake, with us or with a proxy we trust. That
 * says nothing yet of who issued it. RFC 8705, RFC 5280.
 */
import { hash, type KeyObject, X509Certificate } from 'node:crypto';
import { derExpect, derParts, derTag, readDer } from './wire/der.ts';
import { nameOfDer } from './wire/distinguished-name.ts';
import { type CertificateExtension, certificateParts } from './wire/x509.ts';

export type ClientCertificate = {
  /** `x5t#S256` (RFC 8705 section 3.1): SHA-256 of the DER, base64url. */
  readonly thumbprint: string;
  /** DER. */
  readonly raw: Buffer;
  /** Read at the first call: a request that needs no more than the thumbprint pays for no more. */
  readonly details: () => CertificateDetails;
};

export type CertificateDetails = {
  /** In the one form of `distinguishedName`. */
  readonly subject: string;
  /** Subject alternative names (RFC 5280 section 4.2.1.6), host names in lower case. Addresses have many spellings: `x509.checkIP` knows. */
  readonly names: Readonly<Record<SubjectName, readonly string[]>>;
  /** Object identifiers of the extensions that nobody may ignore. */
  readonly critical: readonly string[];
  /** Epoch seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  readonly publicKey: KeyObject;
  readonly x509: X509Certificate;
};

export type SubjectName = 'dns' | 'email' | 'uri';

/** Nobody has use for a larger one; a chain of keys and names that is larger is an attack on whoever reads it. */
const maxOctets = 16_384;

/** The certificate with this DER; undefined when it is none. */
export function clientCertificate(raw: Buffer): ClientCertificate | undefined {
  if (raw.length === 0 || raw.length > maxOctets || !isSequence(raw)) return undefined;
  let details: CertificateDetails | undefined;
  return {
    raw,
    thumbprint: hash('sha256', raw, 'base64url'),
    details: () => {
      details ??= read(raw);
      return details;
    },
  };
}

function isSequence(raw: Buffer): boolean {
  try {
    return readDer(raw).tag === derTag.sequence;
  } catch {
    return false;
  }
}

/** Throws when OpenSSL or we cannot read it. */
function read(raw: Buffer): CertificateDetails {
  const x509 = new X509Certificate(raw);
  const { subject, extensions } = certificateParts(raw);
  return {
    subject: nameOfDer(subject),
    names: namesIn(extensions),
    critical: extensions.filter(({ critical }) => critical).map(({ id }) => id),
    notBefore: Math.floor(x509.validFromDate.getTime() / 1000),
    notAfter: Math.floor(x509.validToDate.getTime() / 1000),
    serial: x509.serialNumber,
    publicKey: x509.publicKey,
    x509,
  };
}

/** GeneralName, by its tag. */
const generalNames: Readonly<Record<number, (content: Buffer) => readonly [SubjectName, string]>> = {
  129: (content) => ['email', content.toString('latin1')],
  130: (content) => ['dns', content.toString('latin1').toLowerCase()],
  134: (content) => ['uri', content.toString('latin1')],
};

const subjectAltName = '2.5.29.17';

function namesIn(extensions: readonly CertificateExtension[]): CertificateDetails['names'] {
  const extension = extensions.find(({ id }) => id === subjectAltName);
  const named = extension === undefined ? [] : derParts(derExpect(readDer(extension.value), derTag.sequence));
  const found = named.flatMap(({ tag, content }) => {
    const name = generalNames[tag]?.(content);
    return name === undefined ? [] : [name];
  });
  const of = (kind: SubjectName) => found.filter(([each]) => each === kind).map(([, text]) => text);
  return { dns: of('dns'), email: of('email'), uri: of('uri') };
}
