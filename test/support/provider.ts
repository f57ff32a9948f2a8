/** The core alone: a provider on the memory store, with real keys and a clock that stands still until it is moved. */
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  type Account,
  type Client,
  createRemoteKeys,
  defaultLifetimes,
  type Fetch,
  type Provider,
  type SigningKey,
  strictPolicy,
} from '@symbolon/provider';
import { createMemoryStore } from '@symbolon/provider/memory-store';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key: SigningKey = { kid: 'k1', alg: 'ES256', privateKey, publicKey };

export const issuer = 'https://op.example';

export function testClient(changes: Partial<Client> = {}): Client {
  return {
    client_id: 'rp',
    application_type: 'web',
    redirect_uris: ['https://rp.example/cb', 'https://rp.example/cb?dummy=1'],
    post_logout_redirect_uris: ['https://rp.example/bye'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    id_token_signed_response_alg: 'ES256',
    secrets: [],
    lifetimes: {},
    policy: { ...strictPolicy, consent: 'implicit' },
    disabled: false,
    ...changes,
  };
}

export const ann: Account = {
  sub: 'sub-ann',
  username: 'ann',
  active: true,
  claims: { name: 'Ann Example', email: 'ann@example.org', email_verified: true, empty: '', nothing: null },
  groups: ['staff'],
  roles: [],
  updatedAt: 1_700_000_000,
};

export type TestProvider = { readonly op: Provider; readonly accounts: Map<string, Account>; readonly advance: (seconds: number) => void };

/** There is no network, unless a test brings one. */
const nobodyAnswers: Fetch = async () => {
  throw new TypeError('the request got no usable answer');
};

export async function testProvider(clients: readonly Client[] = [testClient()], fetch: Fetch = nobodyAnswers): Promise<TestProvider> {
  const accounts = new Map([[ann.sub, ann]]);
  const store = createMemoryStore({ accounts: (sub) => accounts.get(sub) });
  let now = 1_800_000_000;
  for (const client of clients) await store.clients.register(client, now);
  const secret = randomBytes(32);
  const op: Provider = {
    settings: { issuer, lifetimes: defaultLifetimes, signing: ['ES256'], scopes: [], resources: [], locales: ['en'], paths: {} },
    store,
    keys: {
      signing: (alg) => (alg === key.alg ? key : undefined),
      find: (kid) => (kid === key.kid ? key : undefined),
      opening: () => undefined,
      jwks: () => ({ keys: [] }),
    },
    vault: {
      mac: (purpose, data) => createHmac('sha256', secret).update(`${purpose}\n${data}`).digest(),
      seal: (plain) => Buffer.from(plain).toString('base64'),
      open: (sealed) => Buffer.from(sealed, 'base64').toString(),
    },
    people: { checkPassword: async () => ({ outcome: 'refused' }) },
    fetch,
    remoteKeys: createRemoteKeys({ fetch, now: () => now, emit: () => {} }),
    now: () => now,
    random: (bytes) => randomBytes(bytes).toString('base64url'),
    emit: () => {},
  };
  const advance = (seconds: number) => {
    now += seconds;
  };
  return { op, accounts, advance };
}
