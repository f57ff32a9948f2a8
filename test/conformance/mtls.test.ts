/**
 * Client certificates (RFC 8705) at a real https listener: authentication by them, tokens bound to them, what discovery says of it, and the
 * TLS itself.
 */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { type ConnectionOptions, connect } from 'node:tls';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationRequest, basicOf, claimsIn, form, signInAndConsent } from '../support/client.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { dpopKey, dpopProof } from '../support/dpop.ts';
import { createAgent } from '../support/http-agent.ts';
import { codeFor, type MtlsServer, post, redirect_uri, secret, startMtls, userinfoWith } from '../support/mtls.ts';

let server: MtlsServer;

beforeAll(async () => {
  server = await startMtls();
});

afterAll(() => server?.close());

const thumbprintOf = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
const token = (identity: { cert: string; key: string } | undefined, parameters: Record<string, string | undefined>, headers = {}) =>
  post(server.ask(identity), `${server.issuer}/token`, parameters, headers);
const basic = { authorization: basicOf('secretive', secret) };

describe('discovery', () => {
  it('F1, IP-22: names the methods, the aliases and bound tokens', async () => {
    const response = await server.ask()(`${server.issuer}/.well-known/openid-configuration`);
    const document = (await response.json()) as Record<string, unknown>;
    expect(document).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: `${server.issuer}/token`,
        pushed_authorization_request_endpoint: `${server.issuer}/par`,
        userinfo_endpoint: `${server.issuer}/userinfo`,
      },
      token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
    });
    expect(Object.values(document.mtls_endpoint_aliases as object).every((url) => String(url).startsWith('https://'))).toBe(true);
  });
});

describe('client authentication', () => {
  it.each(['shop', 'by-dns', 'by-uri', 'by-ip', 'by-email'])(
    'IP-22: a certificate of the authority with the subject of %s is enough',
    async (client_id) => {
      const { status, body } = await token(server.shop, await codeFor(server, client_id));
      expect([status, body.token_type, typeof body.id_token]).toEqual([200, 'Bearer', 'string']);
    },
  );

  it('a certificate that signed itself is enough where the client registered its key', async () => {
    expect((await token(server.pinned, await codeFor(server, 'pinned'))).status).toBe(200);
  });

  it.each(['shop', 'pinned'])('F21, IP-22: without a certificate %s is told invalid_client', async (client_id) => {
    const { status, body } = await token(undefined, await codeFor(server, client_id));
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('no client becomes another by its certificate, and no method stands for the other', async () => {
    const tries = [
      [server.shop, 'pinned'],
      [server.pinned, 'shop'],
      [server.shop, 'machine'],
      [server.shop, 'nobody'],
      [server.shop, 'plain'],
      [server.pinned, 'secretive'],
    ] as const;
    for (const [identity, client_id] of tries) {
      const { status, body } = await token(identity, { grant_type: 'client_credentials', client_id });
      expect([client_id, status, body.error]).toEqual([client_id, 401, 'invalid_client']);
    }
  });

  it('SW-3 in part: a secret beside the certificate does not become the method of a client that has none', async () => {
    const code = await codeFor(server, 'shop');
    const { status, body } = await token(server.shop, { ...code, client_secret: secret });
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    const twice = await token(server.shop, { ...code, client_id: 'secretive', client_secret: secret }, basic);
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
  });

  it('who is known by a secret may still come over a connection with any certificate', async () => {
    const code = await codeFor(server, 'plain');
    const { status, body } = await token(server.pinned, { ...code, client_secret: secret });
    expect(status).toBe(200);
    expect((await userinfoWith(server.ask(), server.issuer, body.access_token)).status).toBe(200);
  });

  it('IP-22, F3: a request is pushed with the certificate, and not without', async () => {
    const parameters = Object.fromEntries(
      new URL(authorizationRequest(server.issuer, { client_id: 'shop', redirect_uri }).url).searchParams,
    );
    const pushed = await post(server.ask(server.shop), `${server.issuer}/par`, parameters);
    expect([pushed.status, pushed.body.expires_in]).toEqual([201, 60]);
    const bare = await post(server.ask(), `${server.issuer}/par`, parameters);
    expect([bare.status, bare.body.error]).toEqual([401, 'invalid_client']);
  });

  it('introspection and revocation know the client by its certificate too', async () => {
    const { body } = await token(server.shop, await codeFor(server, 'shop'));
    const parameters = { client_id: 'shop', token: String(body.access_token) };
    const introspected = await post(server.ask(server.shop), `${server.issuer}/introspect`, parameters);
    expect(introspected.body).toMatchObject({ active: true, cnf: { 'x5t#S256': thumbprintOf(server.shop.cert) } });
    expect((await post(server.ask(), `${server.issuer}/introspect`, parameters)).status).toBe(401);
    expect((await post(server.ask(server.shop), `${server.issuer}/revoke`, parameters)).status).toBe(200);
    expect((await userinfoWith(server.ask(server.shop), server.issuer, body.access_token)).status).toBe(401);
  });
});

describe('pushed requests', () => {
  it('F3, F21: a client pushes its request with its certificate, and without it is told invalid_client', async () => {
    const verifier = oidc.randomPKCECodeVerifier();
    const code_challenge = await oidc.calculatePKCECodeChallenge(verifier);
    const asked = {
      client_id: 'shop',
      response_type: 'code',
      redirect_uri,
      scope: 'openid email',
      code_challenge,
      code_challenge_method: 'S256',
    };
    const push = (identity?: typeof server.shop) => post(server.ask(identity), `${server.issuer}/par`, asked);
    for (const identity of [undefined, server.pinned]) {
      const { status, body } = await push(identity);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    }
    const { status, body } = await push(server.shop);
    expect(status).toBe(201);
    const agent = createAgent(server.issuer, createCookieJar(), server.ask());
    const page = await agent.get(`${server.issuer}/authorize?${form({ client_id: 'shop', request_uri: String(body.request_uri) })}`);
    const { location = '' } = await signInAndConsent(agent, page);
    const code = new URL(location).searchParams.get('code') ?? '';
    const redeemed = await token(server.shop, {
      grant_type: 'authorization_code',
      client_id: 'shop',
      code,
      redirect_uri,
      code_verifier: verifier,
    });
    expect(redeemed.status).toBe(200);
  });
});

describe('tokens', () => {
  it('IP-22, SW-25: an access token works with the certificate it was given for, with no other and not without', async () => {
    const { body } = await token(server.shop, await codeFor(server, 'shop'));
    const asked = async (identity: typeof server.shop | undefined) =>
      (await userinfoWith(server.ask(identity), server.issuer, body.access_token)).status;
    expect([await asked(server.shop), await asked(server.pinned), await asked(undefined)]).toEqual([200, 401, 401]);
  });

  it('SW-25: a JWT access token says which certificate it is bound to', async () => {
    const machine = server.ca.issue({ subject: '/CN=machine' });
    const { body } = await token(machine, { grant_type: 'client_credentials', client_id: 'machine' });
    expect(claimsIn(String(body.access_token)).cnf).toEqual({ 'x5t#S256': thumbprintOf(machine.cert) });
  });

  it('F20, F21: the token of a client with a secret is bound as well, and none is given without a certificate', async () => {
    const without = await token(undefined, await codeFor(server, 'secretive'), basic);
    expect([without.status, without.body.error]).toEqual([400, 'invalid_request']);
    const { body } = await token(server.pinned, await codeFor(server, 'secretive'), basic);
    expect((await userinfoWith(server.ask(server.pinned), server.issuer, body.access_token)).status).toBe(200);
    expect((await userinfoWith(server.ask(server.shop), server.issuer, body.access_token)).status).toBe(401);
  });

  it('F22: the refresh token of a confidential client goes on under a new certificate, and the new access token is bound to that', async () => {
    const first = await token(server.shop, await codeFor(server, 'shop'));
    const renewed = server.ca.issue({ subject: '/C=FI/O=Example Oy/CN=shop' });
    const refresh = { grant_type: 'refresh_token', client_id: 'shop', refresh_token: String(first.body.refresh_token) };
    const { status, body } = await token(renewed, refresh);
    expect(status).toBe(200);
    const asked = async (identity: typeof renewed) => (await userinfoWith(server.ask(identity), server.issuer, body.access_token)).status;
    expect([await asked(renewed), await asked(server.shop)]).toEqual([200, 401]);
    expect((await token(undefined, refresh)).body.error).toBe('invalid_client');
  });

  it('the refresh token of a public client works with its certificate only', async () => {
    const { body } = await token(server.pinned, await codeFor(server, 'native'));
    const refresh = { grant_type: 'refresh_token', client_id: 'native', refresh_token: String(body.refresh_token) };
    for (const identity of [server.shop, undefined]) {
      const refused = await token(identity, refresh);
      expect([refused.status, refused.body.error]).toEqual([400, identity === undefined ? 'invalid_request' : 'invalid_grant']);
    }
    expect((await token(server.pinned, refresh)).status).toBe(200);
  });
});

/** What a handshake with these options came to: protocol and suite, or the error. */
function handshake(options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.issuer);
    const socket = connect({ host: hostname, port: Number(port), ca: server.own.cert, ...options }, () => {
      resolve(`${socket.getProtocol()} ${socket.getCipher().standardName}`);
      socket.destroy();
    });
    socket.once('error', ({ message }) => resolve(`refused: ${message}`));
  });
}

describe('TLS', () => {
  it('F2: 1.3 is chosen where both can, and 1.2 has only ECDHE with AES-GCM', async () => {
    expect(await handshake({})).toMatch(/^TLSv1\.3 /);
    const all = execFileSync('openssl', ['ciphers', 'ALL:@SECLEVEL=0'], { encoding: 'utf8' }).trim().split(':');
    const old = all.filter((name) => !name.startsWith('TLS_') && !name.includes('PSK') && !name.includes('SRP'));
    expect(old.length).toBeGreaterThan(20);
    const taken: string[] = [];
    for (const ciphers of old) {
      const result = await handshake({ maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` });
      if (!result.startsWith('refused')) taken.push(ciphers);
    }
    expect(taken.sort()).toEqual(['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384']);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('F2: %s is refused', async (version) => {
    expect(await handshake({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' })).toMatch(/^refused/);
  });

  it('F2: a connection is not negotiated anew', async () => {
    const { hostname, port } = new URL(server.issuer);
    const error = await new Promise<string>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), ca: server.own.cert, maxVersion: 'TLSv1.2' }, () => {
        socket.renegotiate({}, (failed) => resolve(failed?.message ?? 'negotiated anew'));
      });
      socket.once('error', ({ message }) => resolve(message));
    });
    expect(error).toMatch(/no renegotiation/i);
  });
});

describe('openid-client', () => {
  const discover = (client_id: string, identity: typeof server.shop | undefined, authentication: oidc.ClientAuth) => {
    const settings = { use_mtls_endpoint_aliases: true, tls_client_certificate_bound_access_tokens: true };
    return oidc.discovery(new URL(server.issuer), client_id, settings, authentication, {
      [oidc.customFetch]: server.ask(identity) as oidc.CustomFetch,
    });
  };

  it('IP-22: signs in with mTLS and bound tokens, and not when the certificate is left away', async () => {
    const config = await discover('shop', server.shop, oidc.TlsClientAuth());
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedState = oidc.randomState();
    const code_challenge = await oidc.calculatePKCECodeChallenge(pkceCodeVerifier);
    const asked = { redirect_uri, scope: 'openid email', state: expectedState, code_challenge, code_challenge_method: 'S256' };
    const agent = createAgent(server.issuer, createCookieJar(), server.ask());
    const arrive = async () => {
      const at = await signInAndConsent(agent, await agent.get(oidc.buildAuthorizationUrl(config, asked).href));
      return new URL(at.location ?? '');
    };
    const tokens = await oidc.authorizationCodeGrant(config, await arrive(), { pkceCodeVerifier, expectedState });
    const sub = tokens.claims()?.sub ?? '';
    expect((await oidc.fetchUserInfo(config, tokens.access_token, sub)).email).toBe('alice@example.test');
    const bare = await discover('shop', undefined, oidc.TlsClientAuth());
    await expect(oidc.fetchUserInfo(bare, tokens.access_token, sub)).rejects.toThrow();
    await expect(oidc.authorizationCodeGrant(bare, await arrive(), { pkceCodeVerifier, expectedState })).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe('a host for certificates', () => {
  it('F1: the aliases are there, the endpoints answer there, by DPoP proofs for them too, and pages do not', async () => {
    const other = await startMtls({ tenant: 'mtlsOrigin: https://localhost:4000' });
    try {
      const document = (await (await other.ask()(`${other.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
      const { port } = new URL(other.issuer);
      const aliases = document.mtls_endpoint_aliases as Record<string, string>;
      // The port of the configuration is replaced for the issuer's host only.
      expect(aliases.token_endpoint).toBe('https://localhost:4000/token');
      const at = (path: string) => other.ask(other.shop)(`${other.issuer}${path}`, { headers: { host: 'localhost:4000' } });
      expect([(await at('/userinfo')).status, (await at('/home')).status, (await at('/authorize')).status]).toEqual([401, 404, 404]);
      expect(port).not.toBe('4000');
      const body = form({ ...(await codeFor(other, 'shop')) });
      const redeemed = await other.ask(other.shop)(`${other.issuer}/token`, { method: 'POST', headers: { host: 'localhost:4000' }, body });
      expect(redeemed.status).toBe(200);
      const key = dpopKey();
      const proven = async (htu: string) => {
        const parameters = await codeFor(other, 'plain', { dpop_jkt: key.jkt });
        const headers = { host: 'localhost:4000', dpop: dpopProof(key, 'POST', htu) };
        return (await post(other.ask(), `${other.issuer}/token`, { ...parameters, client_secret: secret }, headers)).status;
      };
      expect([await proven('https://localhost:4000/token'), await proven(`${other.issuer}/token`)]).toEqual([200, 200]);
      expect(await proven('https://localhost:4001/token')).toBe(400);
    } finally {
      await other.close();
    }
  });
});
