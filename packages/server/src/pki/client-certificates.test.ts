/** What our authority makes, judged by openssl. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleClient } from '@symbolon/provider/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateRequest, openssl, selfSigned, workshop } from '../../../../test/support/certificates.ts';
import { openStorage } from '../storage/open-storage.ts';
import type { Storage, StoredKey } from '../store.ts';
import { type Authority, type AuthorityDeps, givenAuthority, ownAuthority } from './authority.ts';
import { type ClientCertificates, clientCertificates, type IssueOutcome } from './client-certificates.ts';
import { endingSoon, endingText, ownEndingText } from './expiry.ts';
import { promoted } from './promote.ts';

const folder = workshop();
const day = 86_400;
let now = Math.floor(Date.now() / 1000);
let count = 0;
const random = (bytes: number) => Buffer.alloc(bytes, ++count).toString('base64url');

let storage: Storage;
let own: Authority;
let certificates: ClientCertificates;

/** Sealing is the key ring's; here what is sealed can be seen. */
const deps = (): AuthorityDeps => ({
  store: storage.tenant('main').keys,
  seal: (_, plain) => Buffer.from(plain).toString('base64'),
  open: ({ sealed }: StoredKey) => Buffer.from(sealed, 'base64').toString(),
  now: () => now,
  random,
});

const issuing = (authority: Authority) =>
  clientCertificates({ authority, store: storage.tenant('main'), now: () => now, random, issuer: 'https://op.example' });

beforeAll(async () => {
  storage = await openStorage('sqlite::memory:');
  await storage.migrate();
  for (const client_id of ['web', 'shop, "Ltd"', 'x'.repeat(65)])
    await storage.tenant('main').clients.register(sampleClient(client_id), now);
  own = await ownAuthority(deps(), 'Example Corp');
  certificates = issuing(own);
});

afterAll(() => storage.close());

function issuedOf(outcome: IssueOutcome) {
  if ('problem' in outcome) throw new Error(outcome.problem);
  return outcome.certificate;
}

const csr = () => certificateRequest(folder, '/CN=somebody else/O=Bank').csr;

/** openssl's verdict over the certificate, as one of a TLS client and to the letter of RFC 5280 unless said otherwise. */
function verified(pem: string, ca: Authority, rules: readonly string[] = ['-x509_strict', '-purpose', 'sslclient']): string {
  const [file, caFile] = [join(folder, `${++count}.crt`), join(folder, `${++count}.ca`)];
  writeFileSync(file, pem);
  writeFileSync(caFile, ca.certificates.map(String).join('\n'));
  return openssl('verify', ...rules, '-CAfile', caFile, file);
}

describe('certificates of our own authority', () => {
  it.each([['P-256'], ['P-384'], ['RSA']])('are good for openssl to the letter, over a key of %s', async (kind) => {
    const key = kind === 'RSA' ? ['rsa:2048'] : ['ec', '-pkeyopt', `ec_paramgen_curve:${kind}`];
    const { pem } = issuedOf(await certificates.issue('web', certificateRequest(folder, '/CN=x', key).csr, 30));
    expect(verified(pem, own)).toMatch(/: OK$/m);
  });

  it('name the client and nothing of what was asked for, for TLS clients only, with a serial of 128 random bits', async () => {
    const { pem, serial, expiresAt } = issuedOf(await certificates.issue('web', csr(), 30));
    const file = join(folder, `${++count}.crt`);
    writeFileSync(file, pem);
    const text = openssl('x509', '-in', file, '-noout', '-text', '-nameopt', 'RFC2253');
    expect(text).toMatch(/Subject: CN=web$/m);
    expect(text).toMatch(/URI:https:\/\/op\.example\/clients\/web$/m);
    expect(text).toMatch(/Extended Key Usage: ?\s+TLS Web Client Authentication$/m);
    expect(text).toMatch(/CA:FALSE/);
    expect(text).not.toMatch(/Bank|somebody/);
    expect(serial).toMatch(/^01[0-9A-F]{32}$/);
    expect(new X509Certificate(pem).validToDate.getTime() / 1000).toBe(expiresAt);
    expect(expiresAt).toBe(now + 30 * day);
  });

  it('name a client whose id has characters of another meaning', async () => {
    const { pem } = issuedOf(await certificates.issue('shop, "Ltd"', csr(), 30));
    expect(new X509Certificate(pem).subject).toBe('CN=shop\\, \\"Ltd\\"');
  });

  it('are not issued where they could not be used, and the reason says so', async () => {
    const problem = async (client_id: string, request: string, days: number) => {
      const outcome = await certificates.issue(client_id, request, days);
      return 'problem' in outcome ? outcome.problem : 'issued';
    };
    expect(await problem('nobody', csr(), 30)).toBe('there is no client nobody');
    expect(await problem('web', 'nonsense', 30)).toMatch(/^the request cannot be used: it must be PEM/);
    expect(await problem('x'.repeat(65), csr(), 30)).toMatch(/64 characters/);
    for (const days of [0, -1, 826, 1.5, Number.NaN]) expect(await problem('web', csr(), days)).toMatch(/from 1 to 825/);
    now += 3640 * day;
    expect(await problem('web', csr(), 30)).toMatch(/the authority itself ends on 20\d\d-/);
    now -= 3640 * day;
  });

  it('are renewed for the same key and client, and the older one stays until it ends or is revoked', async () => {
    const first = issuedOf(await certificates.issue('web', csr(), 30));
    now += 20 * day;
    const second = issuedOf(await certificates.renew(first.serial.toLowerCase().replace(/(..)(?!$)/g, '$1:'), 30));
    expect([second.client_id, second.expiresAt, second.serial === first.serial]).toEqual(['web', now + 30 * day, false]);
    const keyOf = (pem: string) => new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' });
    expect(keyOf(second.pem)).toBe(keyOf(first.pem));
    const { certificates: kept } = storage.tenant('main');
    expect(await kept.find(first.serial, now)).toBeDefined();
    expect(await certificates.revoke(first.serial)).toBe(true);
    expect([await kept.find(first.serial, now), await certificates.revoke(first.serial)]).toEqual([undefined, false]);
    expect(await certificates.renew(first.serial, 30)).toEqual({ problem: expect.stringMatching(/alive/) });
    now -= 20 * day;
  });
});

describe('authorities', () => {
  it('are made once, whoever starts at the same moment, and stay the same', async () => {
    const made = await Promise.all([ownAuthority(deps(), 'x'), ownAuthority(deps(), 'y')]);
    for (const {
      certificates: [certificate],
    } of made)
      expect(String(certificate)).toBe(String(own.certificates[0]));
    expect(verified(String(own.certificates[0]), own, ['-x509_strict'])).toMatch(/: OK$/m);
  });

  it('that are given issue as our own does, on RSA as well, and not without their key', async () => {
    const rsa = selfSigned(folder, '/O=Operator/CN=CA', 'DNS:ca.example', ['rsa:2048']);
    const given = givenAuthority([rsa.cert], rsa.key);
    const { pem } = issuedOf(await issuing(given).issue('web', csr(), 10));
    expect(verified(pem, given, ['-purpose', 'sslclient'])).toMatch(/: OK$/m);
    expect(await issuing(givenAuthority([rsa.cert], undefined)).issue('web', csr(), 10)).toEqual({
      problem: expect.stringMatching(/without its key/),
    });
  });
});

describe('promotion', () => {
  const sandbox = {
    ...sampleClient('web'),
    redirect_uris: ['https://app.example/cb'],
    token_endpoint_auth_method: 'client_secret_basic',
  } as const;
  const issued = { serial: '01', client_id: 'web', pem: '', issuedAt: now, expiresAt: now + day };

  it('of a client with a secret needs a certificate that is alive, and makes it its method', () => {
    for (const kept of [[], [{ ...issued, revokedAt: now }], [{ ...issued, expiresAt: now }]])
      expect(promoted(sandbox, kept, now)).toEqual({
        missing: [expect.stringMatching(/^no certificate: issue one with symbolon client certificate/)],
      });
    const client = {
      ...sandbox,
      environment: 'production',
      secrets: [],
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=web',
    };
    expect(promoted(sandbox, [issued], now)).toEqual({ client });
  });

  it('says everything that is missing at once', () => {
    const worst = { ...sandbox, disabled: true, redirect_uris: ['http://127.0.0.1/cb'], id_token_signed_response_alg: 'HS256' } as const;
    expect(promoted(worst, [], now)).toEqual({
      missing: [/disabled/, /certificate/, /HS256/, /https/].map((each) => expect.stringMatching(each)),
    });
    const open = { ...sandbox, token_endpoint_auth_method: 'none' } as const;
    expect(promoted(open, [issued], now)).toEqual({ missing: [expect.stringMatching(/public client/)] });
  });

  it('of a client that has a key of its own changes nothing but its environment', () => {
    const keyed = { ...sandbox, token_endpoint_auth_method: 'self_signed_tls_client_auth' } as const;
    expect(promoted(keyed, [], now)).toEqual({ client: { ...keyed, secrets: [], environment: 'production' } });
  });
});

describe('what ends soon', () => {
  const at = (client_id: string, days: number, more: object = {}) => ({
    serial: `${client_id}${days}`,
    client_id,
    pem: '',
    issuedAt: 0,
    expiresAt: now + days * day,
    ...more,
  });

  it('is said of the certificate a client has longest, within 30 days and after its end, and not of revoked ones', () => {
    const all = [at('a', 10), at('a', 60), at('b', 29), at('c', 31), at('d', -3), at('e', 60, { revokedAt: now }), at('e', 5)];
    const ending = endingSoon(all, now);
    expect(ending.map(({ certificate, days }) => [certificate.client_id, days])).toEqual([
      ['b', 29],
      ['d', -3],
      ['e', 5],
    ]);
    expect(ending.map(endingText)).toEqual(
      [/expires on .*, in 29 days/, /expired on /, /in 5 days/].map((each) => expect.stringMatching(each)),
    );
  });

  it("is said of the server's own certificate", () => {
    const { cert } = selfSigned(folder, '/CN=server');
    expect(ownEndingText(cert, 'it', now + day)).toMatch(/^it ends on 20\d\d-\d\d-\d\d: replace it before$/);
    expect(ownEndingText(cert, 'it', now - 5 * day)).toBeUndefined();
  });
});
