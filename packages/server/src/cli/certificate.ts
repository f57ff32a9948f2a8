/** symbolon client certificate: issue, list, renew, revoke; and client promote, which asks for one. */
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type ClientCertificates, defaultDays, type IssueOutcome, maxDays } from '../pki/client-certificates.ts';
import { promoted } from '../pki/promote.ts';
import type { IssuedCertificate } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import { type TenantOption, tenantCommands, withTenant } from './tenant.ts';

type IssueOptions = TenantOption & { readonly client?: string; readonly csr?: string; readonly days: number };
type RenewOptions = TenantOption & { readonly days: number };

const days = ['--days <days>', `how long it is valid, 1 to ${maxDays} days`, wholeDays, defaultDays] as const;

/** `program`: the command `symbolon client`. */
export function certificateCommands(program: Command, file: readonly [string, string, string]): void {
  const command = tenantCommands(program, file);
  command('promote <client_id>', 'make a sandbox client a production client, or say what is missing').action(promote);
  const certificate = command('certificate', 'sign a certificate request of a client; prints the certificate')
    .option('--client <client_id>', 'whose certificate it will be')
    .option('--csr <file>', 'the request in PEM, as openssl req -new makes it')
    .option(...days)
    .action(issue);
  // Their options have the names of those above, which takes them: they are read from both.
  const further = tenantCommands(certificate, file);
  further('list [client_id]', 'list the certificates of a client, or all').action(list);
  further('renew <serial>', 'issue anew for the key of a certificate; both work until the older one ends')
    .option(...days)
    .action(renew);
  further('revoke <serial>', 'take a certificate back; effective at once').action(revoke);
}

function wholeDays(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > maxDays) throw new InvalidArgumentError(`write a whole number from 1 to ${maxDays}`);
  return count;
}

async function issue({ client, csr, days, ...options }: IssueOptions): Promise<void> {
  if (client === undefined || csr === undefined)
    throw new Error('name the client with --client ID and its certificate request with --csr FILE');
  const request = await readFile(csr, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the request ${csr} cannot be read (${error.code})`);
  });
  await withCertificates(options, async (certificates) => print(await certificates.issue(client, request, days)));
}

async function renew(serial: string, _: unknown, command: Command): Promise<void> {
  const { days, ...options } = command.optsWithGlobals<RenewOptions>();
  await withCertificates(options, async (certificates) => print(await certificates.renew(serial, days)));
}

async function revoke(serial: string, _: unknown, command: Command): Promise<void> {
  const options = command.optsWithGlobals<TenantOption>();
  await withCertificates(options, async (certificates) => {
    if (!(await certificates.revoke(serial))) throw new Error(`there is no certificate ${serial} alive`);
    process.stdout.write(`revoked ${serial}\n`);
  });
}

async function list(client_id: string | undefined, _: unknown, command: Command): Promise<void> {
  const options = command.optsWithGlobals<TenantOption>();
  await withCertificates(options, async (certificates, { op }) => {
    for (const one of await certificates.list(client_id)) process.stdout.write(`${line(one, op.now())}\n`);
  });
}

async function promote(client_id: string, options: TenantOption): Promise<void> {
  await withTenant(options, async ({ op, store, certificates }) => {
    const client = await store.clients.find(client_id);
    if (client === undefined) throw new Error(`there is no client ${client_id}`);
    const promotion = promoted(client, (await certificates?.list(client_id)) ?? [], op.now());
    if ('missing' in promotion)
      throw new Error(`${client_id} cannot be promoted yet:\n${promotion.missing.map((one) => `  ${one}`).join('\n')}`);
    if (!(await store.clients.revise(client, promotion.client, op.now())))
      throw new Error(`${client_id} was changed or removed meanwhile: look at it and try again`);
    process.stdout.write(`${client_id} is a production client and authenticates by ${promotion.client.token_endpoint_auth_method}\n`);
  });
}

async function withCertificates(
  options: TenantOption,
  work: (certificates: ClientCertificates, tenant: Tenant) => Promise<void>,
): Promise<void> {
  await withTenant(options, async (tenant) => {
    if (tenant.certificates === undefined)
      throw new Error(
        `the tenant ${tenant.id} has no authority for client certificates: write clientCa: { create: true } in its configuration`,
      );
    await work(tenant.certificates, tenant);
  });
}

/** The certificate alone on standard output, so that it can be written into a file. */
function print(outcome: IssueOutcome): void {
  if ('problem' in outcome) throw new Error(outcome.problem);
  const { serial, client_id, expiresAt, pem } = outcome.certificate;
  process.stderr.write(`certificate ${serial} of ${client_id}, valid until ${dateOf(expiresAt)}\n`);
  process.stdout.write(pem);
}

function line({ serial, client_id, expiresAt, revokedAt }: IssuedCertificate, now: number): string {
  const state = revokedAt !== undefined ? `revoked on ${dateOf(revokedAt)}` : expiresAt <= now ? 'expired' : 'valid';
  return `${client_id}\t${serial}\tuntil ${dateOf(expiresAt)}\t${state}`;
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
