/** symbolon client: add, list, signouts, remove. A generated secret is shown once and kept as a digest. */
import { type Client, type ClientMetadata, keepSecret, lenientSwitches, type MetadataFault, newClient } from '@symbolon/provider';
import type { Command } from 'commander';
import type { Logout } from '../store.ts';
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
    .option('--trusted', 'an application of your own: no consent page')
    .action(add);
  command('list', 'list the applications').option('--lenient', 'only those with switches laxer than strict, and which').action(list);
  command('signouts', 'what became of telling applications of sign-outs, newest first')
    .option('--unsettled', 'only those that are still to be told, or could not be')
    .action(signouts);
  command('remove <client_id>', 'remove an application with its grants and tokens').action(remove);
}

async function add(options: AddOptions): Promise<void> {
  await withTenant(options, async ({ op, store }) => {
    const metadata = metadataOf(options, newClientId(op.random));
    const made = newClient(op.settings, metadata);
    if ('faults' in made) throw new Error(made.faults.map((fault) => paragraph(fault, metadata)).join('\n'));
    const secret = options.public === true ? undefined : op.random(32);
    const client: Client = { ...made.client, secrets: secret === undefined ? [] : [keepSecret(op.vault, made.client, secret)] };
    if (!(await store.clients.register(client, op.now()))) throw new Error('the id is taken; try again');
    process.stdout.write(`client_id: ${client.client_id}\n${secret === undefined ? '' : `client_secret: ${secret}\n`}`);
  });
}

function metadataOf(options: AddOptions, client_id: string): ClientMetadata {
  return {
    client_id,
    client_name: options.name,
    redirect_uris: options.redirectUri,
    post_logout_redirect_uris: options.postLogoutRedirectUri,
    scope: options.scope,
    application_type: options.native === true ? 'native' : undefined,
    token_endpoint_auth_method: options.public === true ? 'none' : undefined,
    grant_types: options.machine === true ? ['client_credentials'] : undefined,
    policy: options.trusted === true ? { consent: 'implicit' } : undefined,
  };
}

/** Random, so that it can never be a person's sub; beginning with a letter or digit, so that no command takes it for an option. */
function newClientId(random: (bytes: number) => string): string {
  for (;;) {
    const id = random(16);
    if (/^[A-Za-z0-9]/.test(id)) return id;
  }
}

const optionOf: Readonly<Record<string, string>> = {
  redirect_uris: '--redirect-uri',
  post_logout_redirect_uris: '--post-logout-redirect-uri',
  scope: '--scope',
  grant_types: '--machine',
};

/** A fault of the metadata, said of the option it comes from; of several URIs, which. */
function paragraph({ member, index, message, fix }: MetadataFault, metadata: ClientMetadata): string {
  const uris = member === 'redirect_uris' || member === 'post_logout_redirect_uris' ? metadata[member] : undefined;
  const which = index === undefined || uris === undefined ? '' : ` ${uris[index]}`;
  return `${optionOf[member] ?? member}${which}: ${message}\n    ${fix}`;
}

async function list(options: TenantOption & { readonly lenient?: boolean }): Promise<void> {
  await withTenant(options, async ({ store }) => {
    const clients = await store.clients.list();
    const lines = options.lenient === true ? clients.flatMap(lenientLine) : clients.map(line);
    for (const each of lines) process.stdout.write(`${each}\n`);
  });
}

function line(client: Client): string {
  return `${client.client_id}\t${client.client_name ?? ''}\t${client.grant_types.join(' ')}${client.disabled ? '\tdisabled' : ''}`;
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
