/** symbolon client: add, list, signouts, token, remove. A generated secret is shown once and kept as a digest. */
import { readFile } from 'node:fs/promises';
import {
  type Client,
  type ClientJwks,
  type ClientMetadata,
  hasSecret,
  keepSecret,
  lenientSwitches,
  type MetadataFault,
  newClient,
  newClientId,
  sha256,
} from '@symbolon/provider';
import type { Command } from 'commander';
import { endingSoon, endingText } from '../pki/expiry.ts';
import type { Logout } from '../store.ts';
import { certificateCommands } from './certificate.ts';
import { type TenantOption, tenantCommands, withTenant } from './tenant.ts';

type AddOptions = TenantOption & {
  readonly name: string;
  readonly redirectUri?: string[];
  readonly postLogoutRedirectUri?: string[];
  readonly scope?: string;
  readonly public?: boolean;
  readonly machine?: boolean;
  readonly native?: boolean;
  readonly trusted?: boolean;
  readonly jwksUri?: string;
  readonly jwks?: string;
  readonly group?: string[];
};

export function clientCommands(program: Command, file: readonly [string, string, string]): void {
  const command = tenantCommands(program, file);
  command('add', 'register an application; prints its id and, once, its secret')
    .requiredOption('--name <name>', 'the name that people see')
    .option('--redirect-uri <uri...>', 'where answers may go, to the letter')
    .option('--post-logout-redirect-uri <uri...>', 'where people may go after signing out, to the letter')
    .option('--scope <scope>', 'scopes it may ask for; openid profile email offline_access if left out, none with --machine')
    .option('--public', 'an application that cannot keep a secret: in a browser or on a device')
    .option('--machine', 'an application that acts for itself (client credentials)')
    .option('--native', 'an application on a device (application_type native)')
    .option('--jwks-uri <uri>', 'it proves itself by its key (private_key_jwt): where it publishes its key set; no secret is made')
    .option('--jwks <file>', 'the same, with its key set, public keys only, in a file')
    .option('--trusted', 'an application of your own: no consent page')
    .option('--group <group...>', 'only members of one of these groups may use it')
    .action(add);
  command('list', 'list the applications').option('--lenient', 'only those with switches laxer than strict, and which').action(list);
  command('signouts', 'what became of telling applications of sign-outs, newest first')
    .option('--unsettled', 'only those that are still to be told, or could not be')
    .action(signouts);
  certificateCommands(program, file);
  command('token', 'make an initial access token, by which clients register themselves; printed once')
    .option('--uses <number>', 'for how many clients', '1')
    .option('--days <number>', 'for how many days', '7')
    .action(token);
  command('remove <client_id>', 'remove an application with its grants and tokens').action(remove);
}

async function add(options: AddOptions): Promise<void> {
  await withTenant(options, async ({ op, store }) => {
    const metadata = metadataOf(options, newClientId(op.random), await keySetIn(options.jwks));
    const made = newClient(op.settings, metadata);
    if ('faults' in made) throw new Error(made.faults.map((fault) => paragraph(fault, metadata)).join('\n'));
    const secret = hasSecret(made.client) ? op.random(32) : undefined;
    const access = options.group === undefined ? undefined : { access: { groups: options.group } };
    const client: Client = { ...made.client, ...access, secrets: secret === undefined ? [] : [keepSecret(op.vault, made.client, secret)] };
    if (!(await store.clients.register(client, op.now()))) throw new Error('the id is taken; try again');
    process.stdout.write(`client_id: ${client.client_id}\n${secret === undefined ? '' : `client_secret: ${secret}\n`}`);
  });
}

/** Throws when the file has no key set in it. */
async function keySetIn(file: string | undefined): Promise<ClientJwks | undefined> {
  if (file === undefined) return undefined;
  const set: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys) && set.keys.every(isObject))
    return { keys: set.keys };
  throw new Error(`${file} is no key set: write {"keys": [...]}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function metadataOf(options: AddOptions, client_id: string, jwks: ClientJwks | undefined): ClientMetadata {
  const keyed = jwks !== undefined || options.jwksUri !== undefined;
  return {
    client_id,
    client_name: options.name,
    redirect_uris: options.redirectUri,
    post_logout_redirect_uris: options.postLogoutRedirectUri,
    scope: options.scope,
    application_type: options.native === true ? 'native' : undefined,
    token_endpoint_auth_method: options.public === true ? 'none' : keyed ? 'private_key_jwt' : undefined,
    jwks,
    jwks_uri: options.jwksUri,
    grant_types: options.machine === true ? ['client_credentials'] : undefined,
    policy: options.trusted === true ? { consent: 'implicit' } : undefined,
  };
}

const optionOf: Readonly<Record<string, string>> = {
  redirect_uris: '--redirect-uri',
  post_logout_redirect_uris: '--post-logout-redirect-uri',
  scope: '--scope',
  grant_types: '--machine',
  jwks: '--jwks',
  jwks_uri: '--jwks-uri',
};

/** A fault of the metadata, said of the option it comes from; of several URIs, which. */
function paragraph({ member, index, message, fix }: MetadataFault, metadata: ClientMetadata): string {
  const uris = member === 'redirect_uris' || member === 'post_logout_redirect_uris' ? metadata[member] : undefined;
  const which = index === undefined || uris === undefined ? '' : ` ${uris[index]}`;
  return `${optionOf[member] ?? member}${which}: ${message}\n    ${fix}`;
}

async function list(options: TenantOption & { readonly lenient?: boolean }): Promise<void> {
  await withTenant(options, async ({ op, store, certificates }) => {
    const clients = await store.clients.list();
    const ending = endingSoon((await certificates?.list()) ?? [], op.now());
    const warning = new Map(ending.map((each) => [each.certificate.client_id, endingText(each)]));
    const lines =
      options.lenient === true ? clients.flatMap(lenientLine) : clients.map((client) => line(client, warning.get(client.client_id)));
    for (const each of lines) process.stdout.write(`${each}\n`);
  });
}

function line(client: Client, warning: string | undefined): string {
  const parts = [
    client.client_id,
    client.client_name ?? '',
    client.grant_types.join(' '),
    client.disabled ? 'disabled' : undefined,
    warning,
  ];
  return parts.filter((part) => part !== undefined).join('\t');
}

/** docs/operate/configuration.md says of each switch who needs it and what it risks. */
function lenientLine({ client_id, policy }: Client): readonly string[] {
  const switches = lenientSwitches(policy);
  return switches.length === 0 ? [] : [`${client_id}\t${switches.join(' ')}`];
}

async function signouts(options: TenantOption & { readonly unsettled?: boolean }): Promise<void> {
  await withTenant(options, async ({ store }) => {
    const all = await store.logouts.list(mostSignouts);
    const shown = options.unsettled === true ? all.filter(({ state }) => state === 'waiting' || state === 'given_up') : all;
    process.stdout.write('ended at\tclient_id\tsession\tstate\tattempts\tlast status\tsettled at\n');
    for (const each of shown) process.stdout.write(`${signoutLine(each)}\n`);
  });
}

const mostSignouts = 1000;

/** No status: not tried yet; 0: no answer. */
function signoutLine({ endedAt, client_id, sid, state, attempts, lastStatus, settledAt }: Logout): string {
  const failing = state === 'waiting' && lastStatus !== undefined;
  return [time(endedAt), client_id, sid, failing ? 'failing' : state, attempts, lastStatus ?? '', time(settledAt)].join('\t');
}

function time(seconds: number | undefined): string {
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString().replace('.000', '');
}

async function remove(client_id: string, options: TenantOption): Promise<void> {
  await withTenant(options, async ({ op, store }) => {
    if (!(await store.clients.remove(client_id, op.now()))) throw new Error(`there is no client ${client_id}`);
    process.stdout.write(`removed ${client_id} with its grants and tokens\n`);
  });
}

type TokenRequest = TenantOption & { readonly uses: string; readonly days: string };

async function token({ uses, days, ...options }: TokenRequest): Promise<void> {
  const [count, time] = [wholeNumber('--uses', uses, 10_000), wholeNumber('--days', days, 3650)];
  await withTenant(options, async ({ id, op, store }) => {
    if (op.settings.registration === undefined)
      throw new Error(`clients do not register themselves with the tenant ${id}: write registration: {} into the file`);
    const value = op.random(32);
    await store.initialTokens.add(sha256(value), count, op.now() + time * 86_400);
    process.stdout.write(`initial_access_token: ${value}\n`);
  });
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw new Error(`${option} must be a whole number from 1 to ${most}`);
  return value;
}
