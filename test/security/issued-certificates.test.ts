/** Certificates that a tenant issued to its clients: whose they are, and what becomes of them. At a real https listener. */
import { X509Certificate } from 'node:crypto';
import type { Client } from '@symbolon/provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateRequest, selfSigned, testAuthority } from '../support/certificates.ts';
import type { Identity } from '../support/https.ts';
import { codeFor, type MtlsServer, post, redirect_uri, secret, startMtls } from '../support/mtls.ts';

const day = 86_400;
const method = 'token_endpoint_auth_method: tls_client_auth';
const common = `redirect_uris: ["${redirect_uri}"], scope: openid profile email offline_access, policy: { consent: implicit }`;
const client = (id: string) =>
  `      - { client_id: ${id}, ${method}, tls_client_auth_subject_dn: CN=${id}, ${common}, environment: production }\n`;

let server: MtlsServer;

beforeAll(async () => {
  server = await startMtls({ tenant: 'clientCa: { create: true }', clients: client('mine') + client('yours') });
});

afterAll(() => server?.close());

function tenant() {
  const [first] = server.tenants;
  if (first?.certificates === undefined) throw new Error('the tenant has no authority');
  return { ...first, certificates: first.certificates };
}

async function issued(client_id: string, days = 30): Promise<Identity & { readonly serial: string }> {
  const { csr, key } = certificateRequest(server.folder, '/CN=anything');
  const outcome = await tenant().certificates.issue(client_id, csr, days);
  if ('problem' in outcome) throw new Error(outcome.problem);
  return { cert: outcome.certificate.pem, key, serial: outcome.certificate.serial };
}

/** The status of a request that fails for nothing but the authentication. */
async function status(identity: Identity, client_id: string, more: Record<string, string> = {}): Promise<number> {
  return (await post(server.ask(identity), `${server.issuer}/revoke`, { client_id, token: 'none', ...more })).status;
}

describe('certificates of the tenant', () => {
  it('G7: one works for its client, and for no other that has the same subject', async () => {
    const mine = await issued('mine');
    expect([await status(mine, 'mine'), await status(mine, 'yours')]).toEqual([200, 401]);
    const { store, op } = tenant();
    const twin = { ...((await store.clients.find('mine')) as Client), client_id: 'twin' };
    await store.clients.register(twin, op.now());
    expect(await status(mine, 'twin')).toBe(401);
    const code = await codeFor(server, 'mine');
    expect((await post(server.ask(mine), `${server.issuer}/token`, code)).status).toBe(200);
  });

  it('G7: a revoked one is refused from the next request on, on a connection that is open too, and its successor is not', async () => {
    const mine = await issued('mine');
    const renewed = await tenant().certificates.renew(mine.serial, 30);
    if ('problem' in renewed) throw new Error(renewed.problem);
    expect(await status(mine, 'mine')).toBe(200);
    expect(await tenant().certificates.revoke(mine.serial)).toBe(true);
    expect(await status(mine, 'mine')).toBe(401);
    expect(await status({ cert: renewed.certificate.pem, key: mine.key }, 'mine')).toBe(200);
  });

  it('G7: a refresh token does not outlive the revocation of the certificate it is used with', async () => {
    const mine = await issued('mine');
    const { body } = await post(server.ask(mine), `${server.issuer}/token`, await codeFor(server, 'mine'));
    const refresh = { grant_type: 'refresh_token', client_id: 'mine', refresh_token: String(body.refresh_token) };
    await tenant().certificates.revoke(mine.serial);
    expect((await post(server.ask(mine), `${server.issuer}/token`, refresh)).status).toBe(401);
    const next = await issued('mine');
    expect((await post(server.ask(next), `${server.issuer}/token`, refresh)).status).toBe(200);
  });

  it('G7: an expired one is refused', async () => {
    const mine = await issued('mine', 2);
    server.advance(2 * day - 5);
    const before = await status(mine, 'mine');
    server.advance(10);
    const after = await status(mine, 'mine');
    server.advance(-2 * day - 5);
    expect([before, after, await status(mine, 'mine')]).toEqual([200, 401, 200]);
  });

  it('G7: one of another authority of the same name, or of nobody, is refused', async () => {
    const subject = '/CN=mine';
    const name = new X509Certificate(tenant().authorities.join('')).subject.replace(/^CN=/, '');
    const impostor = testAuthority(server.folder, `/CN=${name}`);
    for (const identity of [impostor.issue({ subject, signer: 'none' }), selfSigned(server.folder, subject)])
      expect(await status(identity, 'mine')).toBe(401);
  });

  it('G7: those of a removed client are worth nothing to who registers its name again', async () => {
    const { store, op } = tenant();
    const again = { ...((await store.clients.find('yours')) as Client) };
    const yours = await issued('yours');
    expect(await status(yours, 'yours')).toBe(200);
    await store.clients.remove('yours', op.now());
    expect(await status(yours, 'yours')).toBe(401);
    await store.clients.register(again, op.now());
    expect(await status(yours, 'yours')).toBe(401);
  });

  it('G7: a disabled client does not authenticate by a good one', async () => {
    const { store, op } = tenant();
    const mine = await issued('mine');
    const found = (await store.clients.find('mine')) as Client;
    await store.clients.replace({ ...found, disabled: true }, op.now());
    const disabled = await status(mine, 'mine');
    await store.clients.replace(found, op.now());
    expect([disabled, await status(mine, 'mine')]).toEqual([401, 200]);
  });
});

describe('environments', () => {
  it('G10: a production client with a secret is refused whatever put it there; in the sandbox its secret does', async () => {
    const { store, op } = tenant();
    const found = (await store.clients.find('plain')) as Client;
    const answers: number[] = [];
    for (const environment of ['sandbox', 'production', 'sandbox'] as const) {
      await store.clients.replace({ ...found, environment }, op.now());
      answers.push(await status(server.pinned, 'plain', { client_secret: secret }));
    }
    expect(answers).toEqual([200, 401, 200]);
  });
});
