/**
 * openid-client as a FAPI 2.0 client, over TLS: by key with DPoP and pushed requests, by certificate with bound tokens, and with signed and encrypted
 * answers; each also with the one thing missing or wrong that it rests on.
 */
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from './support/assertion.ts';
import { signInAndConsent } from './support/client.ts';
import { type KeyPair, keyPair } from './support/client-keys.ts';
import { browser, type FapiServer, startFapi } from './support/fapi.ts';
import { redirect_uri } from './support/mtls.ts';

let server: FapiServer;
let reading: KeyPair;

beforeAll(async () => {
  reading = await keyPair('ECDH-ES', 'reading', 'enc');
  const encrypted = ['authorization', 'id_token']
    .map((answer) => `${answer}_encrypted_response_alg: ECDH-ES, ${answer}_encrypted_response_enc: A256GCM`)
    .join(', ');
  server = await startFapi({
    clients: (jwks) => {
      const keys = JSON.stringify({ keys: [...JSON.parse(jwks).keys, reading.jwk] });
      return `      - { client_id: reader, profile: fapi2, token_endpoint_auth_method: private_key_jwt, jwks: ${keys}, ${encrypted}, redirect_uris: ["${redirect_uri}"], scope: openid email }\n`;
    },
  });
});
afterAll(() => server?.close());

function discover(client_id: string, authentication: oidc.ClientAuth, ask = server.ask(), metadata = {}): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(server.issuer), client_id, metadata, authentication, {
    [oidc.customFetch]: ask as oidc.CustomFetch,
    execute: [oidc.enableNonRepudiationChecks],
  });
}

function byKey({ key, kid = '' }: Signer): oidc.ClientAuth {
  return oidc.PrivateKeyJwt({ key: key as CryptoKey, kid });
}

/** Pushes, signs Alice in, and comes back: what the client needs to redeem. */
async function arrive(config: oidc.Configuration, DPoP?: oidc.DPoPHandle) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
  const asked = {
    redirect_uri,
    scope: 'openid email',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  };
  const url = await oidc.buildAuthorizationUrlWithPAR(config, asked, DPoP && { DPoP });
  const agent = browser(server);
  const { location = '' } = await signInAndConsent(agent, await agent.get(url.href));
  return { callback: new URL(location), asked, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
}

async function redeemed(config: oidc.Configuration, { callback, checks }: Awaited<ReturnType<typeof arrive>>, DPoP?: oidc.DPoPHandle) {
  return oidc.authorizationCodeGrant(config, callback, checks, undefined, DPoP && { DPoP });
}

describe('openid-client: private_key_jwt, DPoP and pushed requests', () => {
  const handle = async (config: oidc.Configuration) => oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));

  it('F3, F13, F20: signs in and asks userinfo', async () => {
    const config = await discover('fapi-dpop', byKey(server.signers.ps));
    const DPoP = await handle(config);
    const tokens = await redeemed(config, await arrive(config, DPoP), DPoP);
    expect(tokens.token_type).toBe('dpop');
    const sub = tokens.claims()?.sub ?? '';
    expect((await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).email).toBe('alice@example.test');
  });

  it('F19: with another key than the registered one, or RS256, it pushes nothing', async () => {
    for (const signer of [server.signers.other, server.signers.rs]) {
      const config = await discover('fapi-dpop', byKey(signer));
      await expect(arrive(config)).rejects.toMatchObject({ error: 'invalid_client', status: 401 });
    }
  });

  it('F21, F24: without a proof, or with that of another key, it redeems nothing', async () => {
    const config = await discover('fapi-dpop', byKey(server.signers.ps));
    await expect(redeemed(config, await arrive(config))).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
    const arrived = await arrive(config, await handle(config));
    await expect(redeemed(config, arrived, await handle(config))).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('F11: with parameters in the address instead of a pushed request it gets invalid_request', async () => {
    const config = await discover('fapi-dpop', byKey(server.signers.ps));
    const { asked, checks } = await arrive(config);
    const { location = '' } = await browser(server).get(oidc.buildAuthorizationUrl(config, asked).href);
    await expect(oidc.authorizationCodeGrant(config, new URL(location), checks)).rejects.toMatchObject({ error: 'invalid_request' });
  });
});

describe('openid-client: client certificates and bound tokens', () => {
  const metadata = { use_mtls_endpoint_aliases: true, tls_client_certificate_bound_access_tokens: true };

  it('F3, F20, F27: signs in and asks userinfo', async () => {
    const config = await discover('fapi-mtls', oidc.TlsClientAuth(), server.certified[0].ask, metadata);
    const tokens = await redeemed(config, await arrive(config));
    const sub = tokens.claims()?.sub ?? '';
    expect((await oidc.fetchUserInfo(config, tokens.access_token, sub)).email).toBe('alice@example.test');
  });

  it('F18, F21, F27: without the certificate, or with that of another client, it pushes, redeems and reads nothing', async () => {
    const config = await discover('fapi-mtls', oidc.TlsClientAuth(), server.certified[0].ask, metadata);
    const tokens = await redeemed(config, await arrive(config));
    for (const ask of [server.ask(), server.certified[1].ask]) {
      const wrong = await discover('fapi-mtls', oidc.TlsClientAuth(), ask, metadata);
      await expect(arrive(wrong)).rejects.toMatchObject({ error: 'invalid_client' });
      await expect(redeemed(wrong, await arrive(config))).rejects.toMatchObject({ status: 401 });
      await expect(oidc.fetchUserInfo(wrong, tokens.access_token, oidc.skipSubjectCheck)).rejects.toMatchObject({ status: 401 });
    }
  });
});

describe('openid-client: signed and encrypted answers, encrypted ID token', () => {
  async function reader(key: KeyPair) {
    const config = await discover('reader', byKey(server.signers.ps));
    oidc.useJwtResponseMode(config);
    oidc.enableDecryptingResponses(config, ['A256GCM'], { key: key.privateKey, kid: 'reading', alg: 'ECDH-ES' });
    const DPoP = await oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
    return { config, DPoP };
  }

  it('J5, I5: signs in, decrypting and verifying both', async () => {
    const { config, DPoP } = await reader(reading);
    const tokens = await redeemed(config, await arrive(config, DPoP), DPoP);
    expect(tokens.claims()).toMatchObject({ iss: server.issuer, aud: 'reader' });
  });

  it('J5: with another key it can read nothing, and what was changed on the way it does not believe', async () => {
    const stranger = await reader(await keyPair('ECDH-ES', 'reading', 'enc'));
    await expect(redeemed(stranger.config, await arrive(stranger.config, stranger.DPoP), stranger.DPoP)).rejects.toThrow();
    const { config, DPoP } = await reader(reading);
    const arrived = await arrive(config, DPoP);
    const response = arrived.callback.searchParams.get('response') ?? '';
    arrived.callback.searchParams.set('response', `${response.slice(0, -4)}AAAA`);
    await expect(redeemed(config, arrived, DPoP)).rejects.toThrow();
  });
});
