/**
 * Applies users and clients of the configuration file to the store. What the file says is written when it is new or has changed in the file;
 * what somebody changed elsewhere since (console, CLI) is kept, and said, never silently overwritten.
 */
import { type Client, defaultAlgorithm, keepSecret, type Provider, policyOf, type Settings } from '@symbolon/provider';
import type { ClientConfig, TenantConfig, UserConfig } from './config/config.ts';
import type { ApplyOutcome, TenantStore } from './store.ts';
import { newUser } from './users/new-user.ts';
import { hashPassword } from './users/password.ts';

/** Where to: a tenant, as far as it matters here. */
export type Target = {
  readonly op: Pick<Provider, 'vault' | 'now' | 'random'> & { readonly settings: Pick<Settings, 'policies' | 'signing' | 'unsaidSigning'> };
  readonly store: Pick<TenantStore, 'applied'>;
};

/** What was not applied, for the operator. */
export type Kept = { readonly kind: 'client' | 'user'; readonly id: string };

/** `write` is given the digest as it was last applied. */
type Entry = Kept & { readonly digest: string; readonly write: (before: string | undefined) => Promise<ApplyOutcome> };

/** Writes what is new or changed in the file; answers what it kept. Throws what the store throws; other entries may be written then. */
export async function applyConfig(target: Target, config: Pick<TenantConfig, 'clients' | 'users'>): Promise<readonly Kept[]> {
  const entries = [...config.clients.map((client) => clientEntry(target, client)), ...config.users.map((user) => userEntry(target, user))];
  const kept = await Promise.all(entries.map((entry) => apply(target, entry)));
  return kept.filter((one) => one !== undefined);
}

async function apply({ store }: Target, { kind, id, digest, write }: Entry): Promise<Kept | undefined> {
  const applied = await store.applied.find(kind, id);
  if (applied?.digest === digest) return undefined;
  const outcome = applied?.changedSince === true ? 'kept' : await write(applied?.digest);
  return outcome === 'kept' ? { kind, id } : undefined;
}

function clientEntry(target: Target, config: ClientConfig): Entry {
  const { op, store } = target;
  const { secret, ...said } = config;
  const metadata = {
    ...said,
    id_token_signed_response_alg: said.id_token_signed_response_alg ?? defaultAlgorithm(op.settings),
    policy: policyOf(op.settings, said.token_endpoint_auth_method, said.policy),
  };
  // What it becomes, so that another dialect of the tenant counts as a change.
  const digest = digestOf(target, { ...metadata, secret });
  const write = () => {
    const client: Client = { ...metadata, secrets: secret === undefined ? [] : [keepSecret(op.vault, metadata, secret)] };
    return store.applied.client(client, digest, op.now());
  };
  return { kind: 'client', id: config.client_id, digest, write };
}

/**
 * Two digests, `<entry>.<password>`: a new claim must not end anybody's sessions as a new password does, nor put an imported hash back in
 * the place of the better one that her first sign-in made of it.
 */
function userEntry(target: Target, { password, passwordHash, ...rest }: UserConfig): Entry {
  const { op, store } = target;
  const id = rest.usernameKey;
  // With the name, so that equal passwords do not look equal.
  const ofPassword = digestOf(target, [id, password, passwordHash]);
  const digest = `${digestOf(target, rest)}.${ofPassword}`;
  const write = async (before: string | undefined) => {
    const made = newUser({ ...rest, now: op.now, random: op.random });
    if ('problem' in made) throw new Error(`the user name ${rest.username} cannot be used: ${made.problem}`);
    const same = before?.split('.')[1] === ofPassword;
    return store.applied.user(made.user, same ? undefined : await passwordOf({ password, passwordHash }), digest, op.now());
  };
  return { kind: 'user', id, digest, write };
}

type Passwords = { readonly password: string | undefined; readonly passwordHash: string | undefined };

async function passwordOf({ password, passwordHash }: Passwords): Promise<{ readonly hash: string } | undefined> {
  if (passwordHash !== undefined) return { hash: passwordHash };
  return password === undefined ? undefined : { hash: await hashPassword(password) };
}

/** Keyed, because entries hold passwords and secrets. */
function digestOf({ op }: Target, value: unknown): string {
  return op.vault.mac('configuration', JSON.stringify(value)).toString('base64url');
}
