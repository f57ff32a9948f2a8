/** Certificates, keys and authorities that the file names: they are there, can be read, belong together, and are meant for this. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificatesIn, pemFile } from '../pem-file.ts';
import type { Draft, File } from '../schema.ts';
import type { FileUpstream } from '../upstream-schema.ts';
import { forEach, type Report, under } from './report.ts';

const path = 'check the path, which is relative to the configuration file, and who may read it';

/** `baseDirectory`: what relative paths are relative to. */
export function checkCertificates(file: Draft<File>, baseDirectory: string, report: Report): void {
  const tls = file.server?.tls;
  const at = under(report, 'server', 'tls');
  checkPair(tls ?? {}, baseDirectory, at);
  forEach(tls?.clientCa, at, 'clientCa', (name, there) => checkAuthority(name, baseDirectory, there));
  forEach(file.tenants, report, 'tenants', (tenant, there) => {
    const { clientCa, issuer } = tenant;
    if (clientCa !== undefined) checkClientCa(clientCa, baseDirectory, under(there, 'clientCa'));
    forEach(tenant.upstreams, there, 'upstreams', ({ tls }, at) => checkUpstreamTls(tls ?? {}, baseDirectory, under(at, 'tls')));
    if (tenant.mtlsOrigin !== undefined) checkOrigin(tenant.mtlsOrigin, issuer, under(there, 'mtlsOrigin'));
    if (tls !== undefined && issuer?.startsWith('http://') === true)
      there(['issuer'], 'is http, and server.tls serves https only', 'write https://, or remove server.tls');
  });
  if (file.server?.certificateHeader !== undefined && (file.server.trustedProxies ?? []).length === 0)
    report(['server', 'certificateHeader'], 'is believed of nobody: trustedProxies is empty', 'list the proxies, or remove it');
}

type ClientCa = Draft<NonNullable<File['tenants'][number]['clientCa']>>;

function checkClientCa(clientCa: ClientCa, baseDirectory: string, report: Report): void {
  const { create, cert, key } = clientCa;
  if (create === true && cert !== undefined) report(['create'], 'stands beside cert: an authority is made or given', 'keep one of the two');
  if (create !== true && !Object.hasOwn(clientCa, 'cert'))
    report([], 'names no authority', 'write { create: true }, or { cert: FILE, key: FILE }');
  if (key !== undefined && cert === undefined && !Object.hasOwn(clientCa, 'cert'))
    report(['key'], 'stands without its cert', 'add cert: FILE');
  if (cert === undefined) return;
  if (checkAuthority(cert, baseDirectory, under(report, 'cert')) && key !== undefined) checkPair({ cert, key }, baseDirectory, report);
}

type UpstreamTls = Draft<NonNullable<FileUpstream['tls']>>;

/** A client certificate and its key, and an authority, each of them or none. */
function checkUpstreamTls(tls: UpstreamTls, baseDirectory: string, report: Report): void {
  for (const [name, other] of [
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const)
    if (Object.hasOwn(tls, name) && !Object.hasOwn(tls, other)) report([name], `stands without its ${other}`, `add ${other}: FILE`);
  checkPair(tls, baseDirectory, report);
  if (tls.ca !== undefined) checkAuthority(tls.ca, baseDirectory, under(report, 'ca'));
}

/** Whether the file has certificates, all of them of authorities. */
function checkAuthority(name: string, baseDirectory: string, report: Report): boolean {
  const found = certificatesOf(name, baseDirectory, report);
  const wrong = found?.some((certificate) => !certificate.ca);
  if (wrong === true) report([], 'has a certificate that is of no authority (CA)', 'name the authority that issues the certificates');
  return found !== undefined && wrong === false;
}

function checkPair(
  { cert, key }: { readonly cert?: string | undefined; readonly key?: string | undefined },
  baseDirectory: string,
  report: Report,
): void {
  const found = cert === undefined ? undefined : certificatesOf(cert, baseDirectory, under(report, 'cert'));
  const privateKey = key === undefined ? undefined : keyOf(key, baseDirectory, under(report, 'key'));
  if (found?.[0] !== undefined && privateKey !== undefined && !found[0].checkPrivateKey(privateKey))
    report(['key'], 'is not the key of the first certificate in cert', 'name the key the certificate was asked with');
}

function certificatesOf(name: string, baseDirectory: string, report: Report): readonly X509Certificate[] | undefined {
  const file = pemFile(name, baseDirectory);
  if ('message' in file) return void report([], file.message, path);
  try {
    const found = certificatesIn(file.text).map((pem) => new X509Certificate(pem));
    if (found.length > 0) return found;
  } catch {
    // Said below, as for a file without any.
  }
  return void report([], 'names a file without a readable certificate', 'name a file in PEM: -----BEGIN CERTIFICATE-----');
}

function keyOf(name: string, baseDirectory: string, report: Report) {
  const file = pemFile(name, baseDirectory);
  if ('message' in file) return void report([], file.message, path);
  try {
    return createPrivateKey(file.text);
  } catch {
    return void report([], 'names a file without a readable private key', 'name a file in PEM, without a pass phrase');
  }
}

function checkOrigin(text: string, issuer: string | undefined, report: Report): void {
  if (!URL.canParse(text) || new URL(text).origin !== text || !text.startsWith('https://'))
    report([], 'must be an https origin', 'write for example https://mtls.login.example.com, without a path');
  else if (issuer !== undefined && URL.canParse(issuer) && new URL(issuer).origin === text)
    report([], 'is the origin of the issuer already', 'remove it, or name another host or port');
}
