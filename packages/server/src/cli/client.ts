/** symbolon client: add, list, remove. A generated secret is shown once and kept as a digest. */
import { type Client, keepSecret, registrationFault, splitScope, strictPolicy } from '@symbolon/provider';
import type { Command } from 'commander';
import { random } from '../tenant-runtime.ts';
import { fail } from './load.ts';
import { type TenantOption, withTenant } from './user.ts';

type AddOptions = TenantOption & {
  readonly name: string;
  readonly redirectUri?: string[];
  readonly postLogoutRedirectUri?: string[];
  readonly scope: string;
  readonly public?: boolean;
  readonly machine?: boolean;
  readonly native?: boolean;
  readonly trusted?: boolean;
};

export function clientCommands(program: Command, file: readonly [string, string, string]): void {
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option(...file)
      .option('-t, --tenant <id>', 'the tenant; the first of the file if left out');
  command('add', 'register an application; prints its id and, once, its secret')
    .requiredOption('--name <name>', 'the name that people see')
    .option('--redirect-uri <uri...>', 'where answers may go, to the letter')
    .option('--post-logout-redirect-uri <uri...>', 'where people may go after signing out, to the letter')
    .option('--scope <scope>', 'scopes it may ask for', 'openid profile email')
    .option('--public', 'an application that cannot keep a secret: in a browser or on a device')
    .option('--machine', 'an application that acts for itself (client credentials)')
    .option('--native', 'an application on a device (application_type native)')
    .option('--trusted', 'an application of your own: no consent page')
    .action(add);
  command('list', 'list the applications').action(list);
  command('remove <client_id>', 'remove an application with its grants and tokens').action(remove);
}

async function add(options: AddOptions): Promise<void> {
  const metadata = metadataOf(options);
  const secret = options.public === true ? undefined : random(32);
  await withTenant(options, async ({ op, store }) => {
    const client: Client = { ...metadata, secrets: secret === undefined ? [] : [keepSecret(op.vault, metadata, secret)] };
    if (!(await store.clients.register(client, op.now()))) fail('the id is taken; try again');
    process.stdout.write(`client_id: ${client.client_id}\n${secret === undefined ? '' : `client_secret: ${secret}\n`}`);
  });
}

function metadataOf(options: AddOptions): Omit<Client, 'secrets'> {
  const redirect_uris = options.redirectUri ?? [];
  const post_logout_redirect_uris = options.postLogoutRedirectUri ?? [];
  const application_type = options.native === true ? 'native' : 'web';
  if (options.public === true && options.machine === true)
    fail('--public and --machine exclude each other: a public client cannot act for itself');
  if (options.machine !== true && redirect_uris.length === 0) fail('--redirect-uri is missing');
  for (const uri of [...redirect_uris, ...post_logout_redirect_uris]) {
    const fault = registrationFault(uri, { application_type });
    if (fault !== undefined) fail(`${uri}: ${fault}`);
  }
  return {
    client_id: random(16),
    client_name: options.name,
    application_type,
    redirect_uris,
    post_logout_redirect_uris,
    token_endpoint_auth_method: options.public === true ? 'none' : 'client_secret_basic',
    grant_types: options.machine === true ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    response_types: options.machine === true ? [] : ['code'],
    scopes: splitScope(options.scope),
    id_token_signed_response_alg: 'RS256',
    lifetimes: {},
    policy: options.trusted === true ? { ...strictPolicy, consent: 'implicit' } : strictPolicy,
    disabled: false,
  };
}

async function list(options: TenantOption): Promise<void> {
  await withTenant(options, async ({ store }) => {
    for (const client of await store.clients.list())
      process.stdout.write(
        `${client.client_id}\t${client.client_name ?? ''}\t${client.grant_types.join(' ')}${client.disabled ? '\tdisabled' : ''}\n`,
      );
  });
}

async function remove(client_id: string, options: TenantOption): Promise<void> {
  await withTenant(options, async ({ op, store }) => {
    if (!(await store.clients.remove(client_id, op.now()))) fail(`there is no client ${client_id}`);
    process.stdout.write(`removed ${client_id} with its grants and tokens\n`);
  });
}
