/** One tenant brought to life: its keys, its clients in memory, its provider and its pages. */
import { type KeyObject, randomBytes, type X509Certificate } from 'node:crypto';
import { createRemoteKeys, type Event, type Fetch, type PasswordCheck, type Provider, type Settings } from '@symbolon/provider';
import { cacheClients } from './cached-clients.ts';
import type { TenantConfig } from './config/config.ts';
import { certificatesIn } from './config/pem-file.ts';
import { cookieName } from './http/browser.ts';
import { loadTenantKeys, openKey, sealKey } from './keys/tenant-keys.ts';
import type { Judge } from './outbound/address.ts';
import { createFetch } from './outbound/fetch.ts';
import type { PaymentConnector } from './payments/connector.ts';
import { type Authority, type AuthorityDeps, givenAuthority, ownAuthority } from './pki/authority.ts';
import { clientCertificates } from './pki/client-certificates.ts';
import { trusting } from './pki/trust.ts';
import type { Storage, TenantStore } from './store.ts';
import type { Tenant } from './tenant.ts';
import { type AssetPaths, assetsBelow } from './ui/assets.ts';
import type { Connectors, UpstreamConfig } from './upstream.ts';
import { limitAttempts } from './users/attempt-limit.ts';
import type { Hashing } from './users/hashing-queue.ts';
import { type SignIn, signInWithPassword } from './users/sign-in.ts';

export type TenantDefinition = {
  readonly id: string;
  readonly name: string;
  readonly settings: Settings;
  readonly upstreams: readonly UpstreamConfig[];
  readonly clientCa?: TenantConfig['clientCa'];
  readonly payments?: (vault: Provider['vault']) => PaymentConnector;
} & Pick<Tenant, 'spelling' | 'alsoAt'>;

/** A guarded fetch with what an upstream has of its own for TLS. */
export type FetchFor = (upstream: Pick<UpstreamConfig, 'tls'>) => Fetch;

export type Surroundings = {
  readonly storage: Storage;
  readonly masterKey: KeyObject;
  /** Authorities for client certificates that every tenant believes. */
  readonly commonAuthorities: readonly X509Certificate[];
  readonly hashing: Hashing;
  readonly assets: AssetPaths;
  /** Which addresses our own requests may go to. */
  readonly reachable: Judge;
  readonly connect: (upstreams: readonly UpstreamConfig[], op: Provider, fetch: FetchFor) => Connectors;
  readonly emit: (tenant: string, event: Event) => void;
  /** Epoch seconds. */
  readonly now: () => number;
};

/** Unpredictable bytes, base64url. */
function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** Epoch seconds. */
export function systemClock(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * Makes missing keys; hears of changed clients until the storage is closed. Throws when the keys in the store were sealed by another
 * master key.
 */
export async function runTenant(
  definition: TenantDefinition,
  { storage, masterKey, commonAuthorities, hashing, assets, reachable, connect, emit, now }: Surroundings,
): Promise<Tenant> {
  const { id, name, settings, upstreams, spelling, alsoAt, clientCa } = definition;
  const stored = storage.tenant(id);
  const authority = await authorityFor(clientCa, name, {
    store: stored.keys,
    seal: (named, plain) => sealKey(masterKey, named, plain),
    open: (key) => openKey(masterKey, key),
    now,
    random,
  });
  const keys = await loadTenantKeys({ store: stored.keys, look: storage.look, masterKey, signing: settings.signing, now, random });
  const clients = cacheClients(stored.clients, storage.look);
  storage.watch((changed) => {
    if (changed !== undefined && changed !== id) return;
    clients.invalidate();
    keys.reload().catch((error: Error) => emit(id, { type: 'keys.unread', reason: error.message }));
  });
  const store: TenantStore = { ...stored, clients };
  const limit = limitAttempts(stored.attempts, keys.vault, now);
  const signIn: Tenant['signIn'] = (username, password) => signInWithPassword({ users: store.users, hashing, limit }, username, password);
  const tell = (event: Event) => emit(id, event);
  const fetch = createFetch({ judge: reachable, emit: tell });
  const op: Provider = {
    settings,
    store,
    authorities: trusting({ own: authority, common: commonAuthorities, certificates: stored.certificates }),
    keys: keys.keyRing,
    vault: keys.vault,
    people: { checkPassword: async (username, password) => asCheck(await signIn(username, password)) },
    fetch,
    remoteKeys: createRemoteKeys({ fetch, now, emit: tell }),
    now,
    random,
    emit: tell,
  };
  const issuer = new URL(settings.issuer);
  const base = issuer.pathname === '/' ? '' : issuer.pathname;
  const secure = issuer.protocol === 'https:';
  return {
    id,
    name,
    op,
    store,
    keys,
    spelling,
    alsoAt,
    signIn,
    upstreams,
    connectors: connect(upstreams, op, ({ tls }) =>
      tls === undefined ? fetch : createFetch({ judge: reachable, emit: tell, partner: tls }),
    ),
    ...(authority && { certificates: clientCertificates({ authority, store, now, random, issuer: settings.issuer }) }),
    authorities: authority?.certificates.map(String) ?? [],
    ...(definition.payments && { payments: definition.payments(keys.vault) }),
    origin: issuer.origin,
    base,
    cookieName: cookieName(id, secure),
    secure,
    assets: assetsBelow(base, assets),
  };
}

async function authorityFor(clientCa: TenantConfig['clientCa'], name: string, deps: AuthorityDeps): Promise<Authority | undefined> {
  if (clientCa === undefined) return undefined;
  return clientCa === 'ours' ? ownAuthority(deps, name) : givenAuthority(certificatesIn(clientCa.cert), clientCa.key);
}

function asCheck(result: SignIn): PasswordCheck {
  return result.outcome === 'signed-in' ? { outcome: 'signed-in', account: result.user } : result;
}
