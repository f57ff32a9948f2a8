/** What an operator does about certificates at the command line; openssl is the client's side. */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateRequest, workshop } from './support/certificates.ts';
import { command } from './support/command.ts';
import { runProgram, startServer } from './support/process.ts';

const folder = workshop();
const config = join(folder, 'symbolon.yaml');
const secret = 'a-secret-that-nobody-else-has-0123456789';

const yaml = (clientCa: string) => `
server: { listen: 127.0.0.1:0 }
database: sqlite:./symbolon.db
tenants:
  - id: main
    issuer: https://login.example
    ${clientCa}
    clients:
      - { client_id: shop, client_secret: ${secret}, redirect_uris: ["https://shop.example/cb"], environment: sandbox }
`;

const run = (...args: readonly string[]) => command(folder, [...args, '-c', config]);

beforeAll(async () => {
  await writeFile(config, yaml('clientCa: { create: true }'));
  await run('client', 'add', '--name', 'Shop', '--redirect-uri', 'https://shop.example/cb');
});

async function newClient(): Promise<string> {
  const { output } = await run('client', 'add', '--name', 'Shop', '--redirect-uri', 'https://shop.example/cb');
  return /^client_id: (\S+)$/m.exec(output)?.[1] ?? '';
}

describe('symbolon client certificate', () => {
  it('issues, lists, renews and revokes; the certificate alone is on standard output', async () => {
    const id = await newClient();
    const { csrFile } = certificateRequest(folder, '/CN=x');
    const issued = await run('client', 'certificate', '--client', id, '--csr', csrFile, '--days', '20');
    expect(issued.code).toBe(0);
    const pem = /-----BEGIN.*END CERTIFICATE-----\n/s.exec(issued.output)?.[0] ?? '';
    const { subject, serialNumber } = new X509Certificate(pem);
    expect(subject).toBe(`CN=${id}`);
    expect(issued.output.replace(pem, '')).toMatch(
      new RegExp(`^certificate ${serialNumber} of ${id}, valid until \\d{4}-\\d\\d-\\d\\d\\n$`),
    );
    expect((await run('client', 'certificate', 'list', id)).output).toMatch(new RegExp(`^${id}\t${serialNumber}\tuntil .*\tvalid$`, 'm'));
    expect((await run('client', 'list')).output).toMatch(
      new RegExp(`^${id}\tShop\t.*\tits certificate expires on .*, in (19|20) days$`, 'm'),
    );

    const renewed = await run('client', 'certificate', 'renew', serialNumber, '--days', '90');
    const next = new X509Certificate(/-----BEGIN.*END CERTIFICATE-----\n/s.exec(renewed.output)?.[0] ?? '');
    expect(next.publicKey.equals(new X509Certificate(pem).publicKey)).toBe(true);
    expect((await run('client', 'list')).output).not.toContain('expires on');
    const life = next.validToDate.getTime() - Date.now();
    expect(Math.round(life / 86_400_000)).toBe(90);

    expect(await run('client', 'certificate', 'revoke', serialNumber)).toMatchObject({ code: 0, output: `revoked ${serialNumber}\n` });
    const listed = (await run('client', 'certificate', 'list')).output;
    expect(listed).toMatch(new RegExp(`${serialNumber}\t.*\trevoked on `));
    expect(listed).toMatch(new RegExp(`${next.serialNumber}\t.*\tvalid`));
    expect(await run('client', 'certificate', 'revoke', serialNumber)).toMatchObject({ code: 1 });
  });

  it('says why not', async () => {
    const id = await newClient();
    const { csrFile, keyFile } = certificateRequest(folder, '/CN=x');
    const small = certificateRequest(folder, '/CN=x', ['rsa:1024']).csrFile;
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [['--client', id, '--csr', small], /cannot be used: its RSA key has 1024 bits: use RSA of 2048/],
      [['--client', id, '--csr', keyFile], /it is a private key, which nobody else should see/],
      [['--client', id, '--csr', join(folder, 'nothing')], /cannot be read \(ENOENT\)/],
      [['--client', 'nobody', '--csr', csrFile], /there is no client nobody/],
      [['--client', id], /--csr FILE/],
      [['--client', id, '--csr', csrFile, '--days', '1000'], /from 1 to 825/],
    ];
    for (const [args, reason] of refused) {
      const { code, output } = await run('client', 'certificate', ...args);
      expect([code, output]).toEqual([1, expect.stringMatching(reason)]);
      expect(output).not.toMatch(/BEGIN CERTIFICATE-|\n\s+at /);
    }
  });

  it('works on the tenant that is named, also behind the words that follow', async () => {
    const wrong = [
      ['client', 'certificate', 'list', '-t', 'nowhere'],
      ['client', 'certificate', 'revoke', '01', '--tenant', 'nowhere'],
    ];
    for (const args of wrong) expect((await run(...args)).output).toMatch(/there is no tenant nowhere/);
    const { csrFile } = certificateRequest(folder, '/CN=x');
    expect((await run('client', 'certificate', '--client', 'shop', '--csr', csrFile, '-t', 'nowhere')).output).toMatch(/no tenant nowhere/);
  });

  it('needs an authority', async () => {
    const other = await runProgram({
      config: yaml('').replace('symbolon.db', 'other.db'),
      args: ['client', 'certificate', 'list', '-c', 'symbolon.yaml'],
    });
    expect(other).toMatchObject({ code: 1, output: expect.stringMatching(/write clientCa: \{ create: true \}/) });
  });
});

describe('symbolon client promote', () => {
  it('says what is missing, and promotes when nothing is', async () => {
    const id = await newClient();
    const before = await run('client', 'promote', id);
    expect(before).toMatchObject({ code: 1, output: expect.stringMatching(/no certificate: issue one with symbolon client certificate/) });
    await run('client', 'certificate', '--client', id, '--csr', certificateRequest(folder, '/CN=x').csrFile);
    expect((await run('client', 'promote', id)).output).toBe(`${id} is a production client and authenticates by tls_client_auth\n`);
    expect((await run('client', 'promote', 'nobody')).output).toMatch(/there is no client nobody/);
  });
});

describe('at the start', () => {
  it('the log names certificates that end soon, and the authority lies sealed in the database', async () => {
    const id = await newClient();
    await run('client', 'certificate', '--client', id, '--csr', certificateRequest(folder, '/CN=x').csrFile, '--days', '3');
    const server = await startServer({ directory: folder, args: ['start', '-c', config] });
    try {
      expect(server.output()).toMatch(new RegExp(`"client_id":"${id}".*its certificate expires on .*, in [23] days`));
    } finally {
      await server.kill();
    }
    const database = (await readFile(join(folder, 'symbolon.db'))).toString('latin1');
    expect(database).toContain('BEGIN CERTIFICATE');
    expect(database).not.toContain('PRIVATE KEY');
  });

  it('a production client of a tenant with an authority must not have a secret in the file', async () => {
    const text = yaml('clientCa: { create: true }').replace('environment: sandbox', 'environment: production');
    const { code, output } = await runProgram({ config: text, args: ['check', '-c', 'symbolon.yaml'] });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/a production client must authenticate by a certificate or a key of its own/),
    ]);
    expect(
      (await runProgram({ config: text.replace('clientCa: { create: true }', ''), args: ['check', '-c', 'symbolon.yaml'] })).code,
    ).toBe(0);
  });
});
