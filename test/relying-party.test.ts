/**
 * The relying-party kit in front of providers that are real: oidc-provider, certified and not ours, in every way of asking and answering
 * that seeds 000 and 001 need; and our own.
 */

import { execFileSync } from 'node:child_process';
import { certificateFetch, finish, type PrivateJwk, type ProviderSettings, refresh, start, stateOf } from '@symbolon/relying-party';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients as ourClients, signInAndConsent } from './support/client.ts';
import { type ForeignProvider, startForeignProvider } from './support/foreign-provider.ts';
import { createAgent } from './support/http-agent.ts';
import { applicationOf, redirectUri, signInAt } from './support/kit.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const client_secret = 'kit-secret /+= 0123456789abcdef0123456789';
let foreign: ForeignProvider;
let own: TestServer;
let keys: readonly PrivateJwk[];

/** How a client is registered, and what the application says about the same agreement beyond that. */
type Agreement = { readonly registered: Readonly<Record<string, unknown>>; readonly settings?: Partial<ProviderSettings> };

const agreements: Readonly<Record<string, Agreement>> = {
  'as o2o does': { registered: { token_endpoint_auth_method: 'client_secret_post' } },
  'with Basic, and PS256': { registered: { token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'PS256' } },
  'with an assertion under the secret': { registered: { token_endpoint_auth_method: 'client_secret_jwt' } },
  'with an assertion under a key, and ES256': {
    registered: { token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'ES256' },
  },
  'without a secret': { registered: { token_endpoint_auth_method: 'none' } },
  'with ID tokens under the secret': { registered: { id_token_signed_response_alg: 'HS256' } },
  'with signed userinfo': { registered: { userinfo_signed_response_alg: 'RS256' } },
  'as IDPartner does without keys': {
    registered: {
      id_token_signed_response_alg: 'PS256',
      authorization_signed_response_alg: 'PS256',
      require_pushed_authorization_requests: true,
    },
    settings: { response_mode: 'jwt' },
  },
  'as IDPartner does with keys': {
    registered: {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      id_token_signed_response_alg: 'PS256',
      id_token_encrypted_response_alg: 'RSA-OAEP',
      id_token_encrypted_response_enc: 'A256CBC-HS512',
      authorization_signed_response_alg: 'PS256',
      authorization_encrypted_response_alg: 'RSA-OAEP',
      authorization_encrypted_response_enc: 'A256CBC-HS512',
      request_object_signing_alg: 'PS256',
      require_signed_request_object: true,
      require_pushed_authorization_requests: true,
    },
    settings: { response_mode: 'jwt' },
  },
  'with a signed request in the address': { registered: { request_object_signing_alg: 'ES256', require_signed_request_object: true } },
};

const idOf = (name: string) => name.replaceAll(/\W+/g, '-');

beforeAll(async () => {
  keys = [await newPrivateKey('PS256', 'sig'), await newPrivateKey('ES256', 'sig'), await newPrivateKey('RSA-OAEP', 'enc')];
  const publicKeys = keys.map(({ d: _, p: __, q: ___, dp: ____, dq: _____, qi: ______, ...rest }) => rest);
  foreign = await startForeignProvider(
    Object.entries(agreements).map(([name, { registered }]) => ({
      client_id: idOf(name),
      ...(registered.token_endpoint_auth_method === 'none' ? {} : { client_secret }),
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      jwks: { keys: publicKeys },
      ...registered,
    })),
  );
  own = await startSymbolon();
});

afterAll(async () => {
  await foreign?.close();
  await own?.close();
});

async function newPrivateKey(alg: string, use: 'sig' | 'enc'): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: alg, alg, use };
}

/** What the application knows of an agreement: the same names, and the keys. */
function settingsFor(name: string): ProviderSettings {
  const { registered, settings } = agreements[name] ?? { registered: {} };
  const secret = registered.token_endpoint_auth_method === 'none' ? {} : { client_secret };
  return { issuer: foreign.issuer, client_id: idOf(name), ...secret, scope: 'openid profile email', keys, ...registered, ...settings };
}

describe('the kit in front of oidc-provider', () => {
  it.each(Object.keys(agreements))('signs a person in %s', async (name) => {
    const rp = applicationOf({ partner: settingsFor(name) });
    const { url, login } = await start(rp, 'partner');
    const { location = '' } = await createAgent(foreign.issuer).get(url);
    const signedIn = await finish(rp, login, { url: location });
    expect(signedIn).toMatchObject({ issuer: foreign.issuer, sub: 'ann', userinfo: { email: 'ann@partner.example' } });
    expect((await refresh(rp, signedIn)).access_token).not.toBe(signedIn.tokens.access_token);
  });

  it('finds the login that an encrypted answer belongs to, with the keys of the provider it was begun at', async () => {
    const rp = applicationOf({ other: settingsFor('as o2o does'), partner: settingsFor('as IDPartner does with keys') });
    const { url, login } = await start(rp, 'partner');
    const { location = '' } = await createAgent(foreign.issuer).get(url);
    expect([...new URL(location).searchParams.keys()]).toEqual(['response']);
    expect(await stateOf(rp, { url: location }, ['gone', 'other', 'partner'])).toBe(login.state);
    expect(await stateOf(rp, { url: location }, [])).toBe('');
  });

  it('signs a person in with an answer that is posted', async () => {
    const rp = applicationOf({ partner: settingsFor('as o2o does') });
    const { url, login } = await start(rp, 'partner', { response_mode: 'form_post' });
    const page = await createAgent(foreign.issuer).get(url);
    const form = page.forms[0];
    expect(form?.action).toBe(redirectUri);
    const fields = [...page.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, field = '', value = '']) => [field, value]);
    expect((await finish(rp, login, { form: new URLSearchParams(fields) })).sub).toBe('ann');
  });
});

describe('the kit in front of our own provider', () => {
  it('signs a person in, renews her tokens, and knows her by the same name', async () => {
    const { client_id, client_secret: secret, redirect_uri } = ourClients.web;
    const settings = { issuer: own.issuer, client_id, client_secret: secret, scope: 'openid profile email offline_access' };
    const rp = applicationOf({ own: settings }, { redirectUri: redirect_uri });
    const { url, login } = await start(rp, 'own', { prompt: 'consent' });
    const agent = createAgent(own.issuer);
    const { location = '' } = await signInAndConsent(agent, await agent.get(url));
    const signedIn = await finish(rp, login, { url: location });
    expect(signedIn.userinfo).toMatchObject({ sub: signedIn.sub, name: 'Alice Archer' });
    expect((await refresh(rp, signedIn)).access_token).not.toBe(signedIn.tokens.access_token);
  });
});

describe('the kit with a TLS client certificate', () => {
  it('shows it at the token endpoint, and at the address that the provider has for it', async () => {
    const [server, ours, other] = [certificate('/CN=127.0.0.1', 'IP:127.0.0.1'), certificate('/CN=kit'), certificate('/CN=other')];
    const provider = await startScriptedProvider({ tls: server });
    provider.script = {
      discovery: (document) => ({
        ...document,
        token_endpoint: `${provider.issuer}/not-here`,
        mtls_endpoint_aliases: { token_endpoint: `${provider.issuer}/token` },
      }),
    };
    const settings = { issuer: provider.issuer, client_id: 'kit', token_endpoint_auth_method: 'self_signed_tls_client_auth' } as const;
    const fetchWith = (pair: typeof ours, ca = server.cert) => certificateFetch({ ...pair, ca });
    const rp = applicationOf({
      partner: { ...settings, fetch: fetchWith(ours) },
      impostor: { ...settings, fetch: fetchWith(other) },
      stranger: { ...settings, fetch: fetchWith(ours, other.cert) },
    });
    expect((await signInAt(rp, 'partner', provider)).sub).toBe('person-1');
    expect(provider.requests.find(({ path }) => path === '/token')?.form.get('client_id')).toBe('kit');
    await expect(signInAt(rp, 'impostor', provider)).rejects.toMatchObject({ kind: 'token_refused', error: 'invalid_client' });
    // A server whose certificate nobody trusts is as good as not there.
    await expect(signInAt(rp, 'stranger', provider)).rejects.toMatchObject({ kind: 'provider_unavailable' });
    await provider.close();
  });
});

/** Made by openssl, valid for a day. */
function certificate(subject: string, name = 'DNS:client.example'): { readonly cert: string; readonly key: string } {
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
    '-keyout',
    '-',
    '-out',
    '-',
  ];
  const pem = execFileSync('openssl', [...made, '-subj', subject, '-addext', `subjectAltName=${name}`], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const [key = '', cert = ''] = pem.match(/-----BEGIN [\s\S]+?-----END [^-]+-----\n/g) ?? [];
  return { key, cert };
}
