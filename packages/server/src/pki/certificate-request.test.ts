import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certificateRequest, workshop } from '../../../../test/support/certificates.ts';
import { readCertificateRequest } from './certificate-request.ts';

const folder = workshop();
const made = (key?: readonly string[], digest?: string) => certificateRequest(folder, '/CN=whatever/O=Anybody', key, digest).csr;
const curve = (name: string) => ['ec', '-pkeyopt', `ec_paramgen_curve:${name}`];
const problem = (text: string) => {
  const read = readCertificateRequest(text);
  return 'problem' in read ? read.problem : undefined;
};

/** The request with one octet of its DER changed. */
function changed(csr: string, at: number): string {
  const [before = '', body = '', after = ''] = csr.split(/(?<=-----)\n|\n(?=-----)/);
  const octets = Buffer.from(body, 'base64');
  const index = at < 0 ? octets.length + at : at;
  octets.writeUInt8(octets.readUInt8(index) ^ 1, index);
  return `${before}\n${octets.toString('base64')}\n${after}`;
}

describe('certificate requests', () => {
  it.each([
    ['RSA of 2048 bits', ['rsa:2048'], 'sha256'],
    ['RSA of 3072 bits, SHA-512', ['rsa:3072'], 'sha512'],
    ['P-256', curve('P-256'), 'sha256'],
    ['P-384', curve('P-384'), 'sha384'],
  ])('with %s are taken, with the key that openssl put in', (_, key, digest) => {
    const { csr, key: privateKey } = certificateRequest(folder, '/CN=x', key, digest);
    const read = readCertificateRequest(csr);
    if ('problem' in read) throw new Error(read.problem);
    expect(read.publicKey.export({ type: 'spki', format: 'pem' })).toBe(publicOf(privateKey));
  });

  it.each([
    ['a small RSA key', () => made(['rsa:1024']), /1024 bits: use RSA of 2048/],
    ['another curve', () => made(curve('secp521r1')), /another curve: use RSA/],
    ['a curve of coins', () => made(curve('secp256k1')), /another curve/],
    ['an Ed25519 key', () => made(['ed25519']), /of another kind \(ed25519\)/],
    ['a SHA-1 signature', () => made(['rsa:2048'], 'sha1'), /use SHA-256/],
    ['a signature that was changed', () => changed(made(), -1), /its signature is wrong/],
    ['a name that was changed', () => changed(made(), 22), /its signature is wrong|damaged/],
    ['nothing', () => '', /no such line/],
    ['only lines', () => '-----BEGIN CERTIFICATE REQUEST-----\n\n-----END CERTIFICATE REQUEST-----', /damaged/],
    ['words between its lines', () => '-----BEGIN CERTIFICATE REQUEST-----\naGVsbG8=\n-----END CERTIFICATE REQUEST-----', /damaged/],
    ['a private key', () => certificateRequest(folder, '/CN=x').key, /it is a private key, which nobody else should see/],
    ['a certificate', () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /it begins with CERTIFICATE$/],
    ['DER', () => Buffer.from(made().split('\n').slice(1, -2).join(''), 'base64').toString('latin1'), /must be PEM/],
    ['20 KB', () => 'x'.repeat(20_000), /larger than 16 KiB/],
  ])('with %s are refused, and the reason says what to do', (_, text, expected) => {
    expect(problem(text())).toMatch(expected);
  });

  it('are damaged or have a wrong signature, whichever octet was changed', () => {
    const csr = made();
    const length = Buffer.from(csr.split('\n').slice(1, -2).join(''), 'base64').length;
    for (let at = 0; at < length; at += 1) expect([at, problem(changed(csr, at))]).toEqual([at, expect.any(String)]);
  });
});

function publicOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}
