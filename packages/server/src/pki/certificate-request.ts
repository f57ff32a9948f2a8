/**
 * Certificate requests (PKCS #10, RFC 2986): who asks shows that it holds the key. Of what it asks for only the key is taken: the name in the
 * certificate is ours to give. Whoever sends nonsense is told what is wrong with it.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type DerValue, derExpect, derOid, derParts, derTag, readDer } from '@symbolon/provider';

export type RequestedKey = { readonly publicKey: KeyObject } | { readonly problem: string };

const maxLength = 16_384;
const pem = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----/;

/** RFC 4055, RFC 5758: the digest of each signature that is taken. SHA-1 is none of them. */
const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** The key that a request in PEM asks a certificate for; or why there is none, fit to be told to whoever sent it. */
export function readCertificateRequest(text: string): RequestedKey {
  if (text.length > maxLength) return { problem: 'it is larger than 16 KiB' };
  const base64 = pem.exec(text)?.[1];
  if (base64 === undefined) return { problem: whatElse(text) };
  try {
    return read(Buffer.from(base64, 'base64'));
  } catch {
    return { problem: 'it is damaged: what is between its lines is no certificate request' };
  }
}

function whatElse(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1];
  if (label?.endsWith('PRIVATE KEY') === true)
    return 'it is a private key, which nobody else should see: make a request with openssl req -new';
  const found = label === undefined ? 'it has no such line' : `it begins with ${label}`;
  return `it must be PEM that begins with -----BEGIN CERTIFICATE REQUEST-----; ${found}`;
}

function read(octets: Buffer): RequestedKey {
  const [info, algorithm, signature] = derParts(derExpect(readDer(octets), derTag.sequence));
  const [version, , spki] = derParts(derExpect(info, derTag.sequence));
  derExpect(version, derTag.integer);
  const publicKey = createPublicKey({ key: derExpect(spki, derTag.sequence).whole, type: 'spki', format: 'der' });
  const problem = keyProblem(publicKey);
  if (problem !== undefined) return { problem };
  const digest = digests[derOid(derParts(derExpect(algorithm, derTag.sequence))[0])];
  if (digest === undefined) return { problem: 'it is signed with an algorithm that is not taken: use SHA-256, SHA-384 or SHA-512' };
  return isSigned(info, digest, publicKey, derExpect(signature, derTag.bits))
    ? { publicKey }
    : { problem: 'its signature is wrong: it was changed, or made with another key' };
}

function isSigned(info: DerValue | undefined, digest: string, publicKey: KeyObject, { content }: DerValue): boolean {
  // The first octet counts the bits that are not used.
  return content[0] === 0 && verify(digest, derExpect(info, derTag.sequence).whole, publicKey, content.subarray(1));
}

const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

/** Why no certificate is issued for this key; undefined when one can be. */
function keyProblem({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails;
  const wanted = 'use RSA of 2048 to 8192 bits, P-256 or P-384';
  if (asymmetricKeyType === 'rsa')
    return modulusLength >= 2048 && modulusLength <= 8192 ? undefined : `its RSA key has ${modulusLength} bits: ${wanted}`;
  if (asymmetricKeyType === 'ec') return Object.hasOwn(curves, namedCurve) ? undefined : `its key is on another curve: ${wanted}`;
  return `its key is of another kind (${asymmetricKeyType}): ${wanted}`;
}
