/** Certificates made by openssl, which is nobody's but its own: an independent judge of ours, and the maker of those we must refuse. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Pair = { readonly cert: string; readonly key: string; readonly certFile: string; readonly keyFile: string };
export type TestAuthority = Pair & { readonly issue: (options: IssueOptions) => Pair };

export type IssueOptions = {
  /** As openssl takes it: /O=Example/CN=shop, the first being the outermost. */
  readonly subject: string;
  /** As in a configuration of openssl: `URI:https://...,DNS:...`. */
  readonly names?: string;
  /** `clientAuth` unless said otherwise. */
  readonly use?: string;
  /** `keyid`: the certificate names the key that signed it; `none`: only the name of the authority. */
  readonly signer?: 'keyid' | 'none';
  /** Further lines of extensions. */
  readonly extensions?: string;
  /** Days from now: from yesterday to in ten days. */
  readonly from?: number;
  readonly until?: number;
  /** Arguments of `openssl req -newkey`; a key on P-256. */
  readonly key?: readonly string[];
  /** SHA-256. */
  readonly digest?: string;
};

const p256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

export function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A folder that is gone with the test process. */
export function workshop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-certificates-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A certificate that signed itself: of a server, of a client without an authority. */
export function selfSigned(folder: string, subject: string, names = 'IP:127.0.0.1,DNS:localhost', key: readonly string[] = p256): Pair {
  const files = filesOf(folder);
  const request = ['-newkey', ...key, '-nodes', '-keyout', files.keyFile, '-out', files.certFile, '-subj', subject, '-days', '30'];
  openssl('req', '-x509', ...request, '-addext', `subjectAltName=${names}`);
  return read(files);
}

/** An authority; the same subject can be given to two. */
export function testAuthority(folder: string, subject: string): TestAuthority {
  const pair = selfSigned(folder, subject, 'DNS:authority.example');
  return { ...pair, issue: (options) => issue(folder, pair, options) };
}

/** A certificate request in PEM, with its key. */
export function certificateRequest(folder: string, subject: string, key: readonly string[] = p256, digest = 'sha256') {
  const { keyFile, certFile: csrFile } = filesOf(folder);
  openssl('req', '-new', '-newkey', ...key, '-nodes', '-keyout', keyFile, '-out', csrFile, '-subj', subject, `-${digest}`);
  return { csr: readFileSync(csrFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), csrFile, keyFile };
}

let count = 0;

function filesOf(folder: string) {
  count += 1;
  return { certFile: join(folder, `${count}.crt`), keyFile: join(folder, `${count}.key`) };
}

function read({ certFile, keyFile }: Pick<Pair, 'certFile' | 'keyFile'>): Pair {
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

/** By `openssl ca`, the only command that is told when a certificate begins. */
function issue(folder: string, authority: Pair, options: IssueOptions): Pair {
  const {
    subject,
    names,
    use = 'clientAuth',
    signer: named = 'keyid',
    extensions = '',
    from = -1,
    until = 10,
    key = p256,
    digest = 'sha256',
  } = options;
  const request = certificateRequest(folder, subject, key);
  const files = { certFile: `${request.csrFile}.crt`, keyFile: request.keyFile };
  const home = `${request.csrFile}.ca`;
  mkdirSync(home);
  writeFileSync(join(home, 'index.txt'), '');
  const names_ = names === undefined ? '' : `subjectAltName=${names}\n`;
  const config = `[ca]\ndefault_ca=own\n[own]\ndatabase=${home}/index.txt\nnew_certs_dir=${home}\npolicy=any\nx509_extensions=client\nunique_subject=no\nrand_serial=yes\n`;
  const policy = ['C', 'ST', 'L', 'O', 'OU', 'CN', 'serialNumber', 'DC', 'UID', 'emailAddress']
    .map((name) => `${name}=optional\n`)
    .join('');
  const client = `[client]\nextendedKeyUsage=${use}\nauthorityKeyIdentifier=${named}\n${names_}${extensions}`;
  writeFileSync(join(home, 'ca.cnf'), `${config}[any]\n${policy}${client}`);
  const between = ['-startdate', date(from), '-enddate', date(until)];
  const signer = ['-cert', authority.certFile, '-keyfile', authority.keyFile, '-md', digest, '-preserveDN', '-utf8'];
  openssl(
    'ca',
    '-batch',
    '-notext',
    '-config',
    join(home, 'ca.cnf'),
    ...signer,
    ...between,
    '-in',
    request.csrFile,
    '-out',
    files.certFile,
  );
  return read(files);
}

function date(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
}
