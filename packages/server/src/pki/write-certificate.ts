/** Certificates (RFC 5280 section 4) of the two kinds that we make: our own authority's, and those it issues to clients. */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { derExpect, derParts, derTag, readDer } from '@symbolon/provider';
import { bits, der, integer, oid, sequence, time, utf8 } from './der-writer.ts';

export type Signer = {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** DER of the Name. */
  readonly name: Buffer;
  /** As its own certificate has it; left out where it has none. */
  readonly keyIdentifier?: Buffer;
};

export type Drafted = {
  /** Octets of a number, at most 20 (RFC 5280 section 4.1.2.2). */
  readonly serial: Buffer;
  /** DER of the Name. */
  readonly subject: Buffer;
  /** Epoch seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
};

/** Key identifiers of the certificate and of who signs it. */
type Identifiers = { readonly subject: Buffer; readonly issuer: Buffer | undefined };

/** The certificate in PEM. The signer's key is RSA, P-256 or P-384. */
export function writeCertificate({ serial, subject, notBefore, notAfter, publicKey, extensions }: Drafted, signer: Signer): string {
  const algorithm = algorithmOf(signer.privateKey);
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm.identifier,
    signer.name,
    sequence(time(notBefore), time(notAfter)),
    subject,
    spkiOf(publicKey),
    der(0xa3, sequence(...extensions)),
  );
  return pem(sequence(body, algorithm.identifier, bits(sign(algorithm.digest, body, signer.privateKey))));
}

/** A Name of one common name. */
export function commonName(text: string): Buffer {
  return sequence(der(derTag.set, sequence(oid('2.5.4.3'), utf8(text))));
}

/** Of an authority that issues to clients and to no further authority. */
export function authorityExtensions(keys: Identifiers): readonly Buffer[] {
  const constraints = sequence(der(0x01, Buffer.from([0xff])), integer(Buffer.from([0])));
  // keyCertSign and cRLSign
  const usage = der(derTag.bits, Buffer.from([1, 0x06]));
  return [extension('2.5.29.19', constraints, 'critical'), extension('2.5.29.15', usage, 'critical'), ...keyIdentifiers(keys)];
}

/** Of a client: to authenticate in TLS, and for nothing else. */
export function clientExtensions(keys: Identifiers, uri: string): readonly Buffer[] {
  // digitalSignature
  const usage = der(derTag.bits, Buffer.from([7, 0x80]));
  return [
    extension('2.5.29.19', sequence(), 'critical'),
    extension('2.5.29.15', usage, 'critical'),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.2')), 'not critical'),
    extension('2.5.29.17', sequence(der(0x86, Buffer.from(uri, 'latin1'))), 'not critical'),
    ...keyIdentifiers(keys),
  ];
}

function keyIdentifiers({ subject, issuer }: Identifiers): readonly Buffer[] {
  const own = extension('2.5.29.14', der(derTag.octets, subject), 'not critical');
  return issuer === undefined ? [own] : [own, extension('2.5.29.35', sequence(der(0x80, issuer)), 'not critical')];
}

/** RFC 5280 section 4.2.1.2: SHA-1 of the key's bits. A name for a key and nothing that security rests on. */
export function keyIdentifierOf(publicKey: KeyObject): Buffer {
  const [, key] = derParts(readDer(spkiOf(publicKey)));
  return createHash('sha1').update(derExpect(key, derTag.bits).content.subarray(1)).digest();
}

function extension(id: string, value: Buffer, weight: 'critical' | 'not critical'): Buffer {
  const critical = weight === 'critical' ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...critical, der(derTag.octets, value));
}

function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** RFC 5758 section 3.2, RFC 4055 section 5. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): { readonly digest: string; readonly identifier: Buffer } {
  if (asymmetricKeyType === 'rsa') return { digest: 'sha256', identifier: sequence(oid('1.2.840.113549.1.1.11'), der(0x05)) };
  if (asymmetricKeyType !== 'ec') throw new TypeError('an authority has an RSA key or one on P-256 or P-384');
  return asymmetricKeyDetails?.namedCurve === 'secp384r1'
    ? { digest: 'sha384', identifier: sequence(oid('1.2.840.10045.4.3.3')) }
    : { digest: 'sha256', identifier: sequence(oid('1.2.840.10045.4.3.2')) };
}

function pem(octets: Buffer): string {
  const lines = octets.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
