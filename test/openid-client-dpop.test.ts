/** openid-client with DPoP (RFC 9449): its proofs, its handling of nonces, its reading of our challenges; and what it gets without them. */
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bound, dpopConfiguration } from './conformance/dpop-clients.ts';
import { type ClientUnderTest, signInAndConsent } from './support/client.ts';
import { createAgent } from './support/http-agent.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await dpopConfiguration() });
});

afterAll(() => server?.close());

/** A client that has discovered the server. */
function discover(client: ClientUnderTest): Promise<oidc.Configuration> {
  const authentication = client.client_secret === undefined ? oidc.None() : oidc.ClientSecretBasic(client.client_secret);
  const options = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] };
  return oidc.discovery(new URL(server.issuer), client.client_id, undefined, authentication, options);
}

async function handle(config: oidc.Configuration, alg = 'ES256'): Promise<oidc.DPoPHandle> {
  return oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(alg));
}

/** Somebody signs in, and the client redeems the code with or without proofs. */
async function signIn(config: oidc.Configuration, client: ClientUnderTest, DPoP: oidc.DPoPHandle | undefined, changes = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect_uri,
    scope: 'openid profile offline_access',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...changes,
  });
  const agent = createAgent(server.issuer);
  const { location = '' } = await signInAndConsent(agent, await agent.get(url.href));
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return oidc.authorizationCodeGrant(config, new URL(location), checks, undefined, DPoP && { DPoP });
}

function sub(tokens: Awaited<ReturnType<typeof signIn>>): string {
  return tokens.claims()?.sub ?? '';
}

describe('openid-client: DPoP', () => {
  it.each(['ES256', 'PS256', 'Ed25519'])(
    'F20, F22: a confidential client with %s signs in, refreshes with another key, asks userinfo',
    async (alg) => {
      const config = await discover(bound.app);
      const [first, second] = [await handle(config, alg), await handle(config, alg)];
      const tokens = await signIn(config, bound.app, first);
      expect(tokens.token_type).toBe('dpop');
      expect((await oidc.fetchUserInfo(config, tokens.access_token, sub(tokens), { DPoP: first })).name).toBe('Alice Archer');
      const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: second });
      expect((await oidc.fetchUserInfo(config, next.access_token, sub(tokens), { DPoP: second })).sub).toBe(sub(tokens));
    },
  );

  it('F21: the same client without proofs gets nothing', async () => {
    const config = await discover(bound.app);
    await expect(signIn(config, bound.app, undefined)).rejects.toMatchObject({ error: 'invalid_dpop_proof', status: 400 });
  });

  it('F26: its token is worth nothing without a proof, or with the proof of another key', async () => {
    const config = await discover(bound.app);
    const [own, other] = [await handle(config), await handle(config)];
    const tokens = await signIn(config, bound.app, own);
    for (const options of [undefined, { DPoP: other }])
      await expect(oidc.fetchUserInfo(config, tokens.access_token, sub(tokens), options)).rejects.toMatchObject({ status: 401 });
  });

  it('F22, F24: a public client binds its code beforehand, and refreshes with its key only', async () => {
    const config = await discover(bound.native);
    const [own, other] = [await handle(config), await handle(config)];
    const binding = { dpop_jkt: await own.calculateThumbprint() };
    const tokens = await signIn(config, bound.native, own, binding);
    const refresh = (DPoP: oidc.DPoPHandle | undefined) =>
      oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, DPoP && { DPoP });
    for (const wrong of [other, undefined]) await expect(refresh(wrong)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await refresh(own)).token_type).toBe('dpop');
    await expect(signIn(config, bound.native, other, binding)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('F25: it follows nonces at the token endpoint and at userinfo', async () => {
    const config = await discover(bound.nonce);
    const own = await handle(config);
    const tokens = await signIn(config, bound.nonce, own);
    expect((await oidc.fetchUserInfo(config, tokens.access_token, sub(tokens), { DPoP: own })).sub).toBe(sub(tokens));
  });
});
