/**
 * The settings of a provider as openid-client wants them, made anew for each call: cheap beside a signature, and the keys we keep, our
 * clock and our fetch hold for exactly this call.
 */
import * as client from 'openid-client';
import { RelyingPartyError } from './error.ts';
import { decryptionKeys, signingKey } from './key-material.ts';
import { isFresh, isRested, keysAt } from './key-set.ts';
import type { Provider, RelyingParty } from './relying-party.ts';
import type { AuthMethod } from './settings.ts';

/** openid-client fetches for an unknown key when what it has is older than a minute, and uses it up to five: an age in between. */
const willingAge = 120;
const contentEncryption = ['A128GCM', 'A192GCM', 'A256GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512'];

/** Throws `settings_invalid` when a secret or key is missing that the settings speak of. */
export async function configurationOf(rp: RelyingParty, provider: Provider): Promise<client.Configuration> {
  const { settings, metadata } = provider;
  const config = new client.Configuration(metadata, settings.client_id, clientMetadata(rp, provider), await authentication(provider));
  if (new URL(settings.issuer).protocol === 'http:') client.allowInsecureRequests(config);
  if (!isShared(idTokenAlg(provider))) client.enableNonRepudiationChecks(config);
  const keys = await decryptionKeys(provider);
  if (keys.length > 0) client.enableDecryptingResponses(config, contentEncryption, ...keys);
  config.timeout = rp.timeout;
  config[client.customFetch] = rememberingKeys(provider);
  seedKeys(rp, provider, config);
  return config;
}

/** The one algorithm of its ID tokens: OpenID Connect Dynamic Client Registration section 2 has RS256 as the default. */
export function idTokenAlg({ settings }: Pick<Provider, 'settings'>): string {
  return settings.id_token_signed_response_alg ?? 'RS256';
}

/** Signed with the secret we share with the provider. */
export function isShared(alg: string): boolean {
  return alg.startsWith('HS');
}

function clientMetadata(rp: RelyingParty, provider: Provider): Partial<client.ClientMetadata> {
  const { client_secret, userinfo_signed_response_alg, authorization_signed_response_alg = 'RS256' } = provider.settings;
  return {
    ...(client_secret === undefined ? {} : { client_secret }),
    ...(userinfo_signed_response_alg === undefined ? {} : { userinfo_signed_response_alg }),
    id_token_signed_response_alg: idTokenAlg(provider),
    authorization_signed_response_alg,
    use_mtls_endpoint_aliases: methodOf(provider).includes('tls_client_auth'),
    [client.clockSkew]: rp.now() - Math.floor(Date.now() / 1000),
  };
}

function methodOf({ settings }: Provider): AuthMethod {
  return settings.token_endpoint_auth_method ?? (settings.client_secret === undefined ? 'none' : 'client_secret_basic');
}

const methods: Readonly<Record<AuthMethod, (provider: Provider) => client.ClientAuth | Promise<client.ClientAuth>>> = {
  client_secret_basic: (provider) => client.ClientSecretBasic(secretOf(provider)),
  client_secret_post: (provider) => client.ClientSecretPost(secretOf(provider)),
  client_secret_jwt: (provider) => client.ClientSecretJwt(secretOf(provider)),
  private_key_jwt: async (provider) => client.PrivateKeyJwt(await signingKey(provider)),
  // The certificate is the fetch's business: see `fetch` in the settings.
  tls_client_auth: () => client.TlsClientAuth(),
  self_signed_tls_client_auth: () => client.TlsClientAuth(),
  none: () => client.None(),
};

function authentication(provider: Provider): client.ClientAuth | Promise<client.ClientAuth> {
  return methods[methodOf(provider)](provider);
}

function secretOf(provider: Provider): string {
  const { client_secret } = provider.settings;
  if (client_secret === undefined || client_secret === '')
    throw new RelyingPartyError('settings_invalid', `${methodOf(provider)} needs a client_secret`, { provider: provider.id });
  return client_secret;
}

function seedKeys(rp: RelyingParty, { keys }: Provider, config: client.Configuration): void {
  const known = keys.peek();
  if (known === undefined || !isFresh(rp, known)) return;
  const rested = isRested(rp, known);
  client.setJwksCache(config, { jwks: known.value, uat: Math.floor(Date.now() / 1000) - (rested ? willingAge : 0) });
}

/** Keys are fetched by openid-client, and kept by us. Where the provider does not answer, those we have are what it gets. */
function rememberingKeys({ id, fetch, keys, metadata }: Provider): client.CustomFetch {
  const plain = fetch as unknown as client.CustomFetch;
  return async (url, options) => {
    if (url !== metadata.jwks_uri) return plain(url, options);
    return Response.json(await keys.refresh(() => keysAt(url, fetch, id)));
  };
}
