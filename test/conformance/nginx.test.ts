/** Client certificates through a real nginx that passes them on, configured as docs/operate/running.md says. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned, testAuthority, workshop } from '../support/certificates.ts';
import { httpsFetch } from '../support/https.ts';
import { codeFor, type MtlsServer, post, startMtls, userinfoWith } from '../support/mtls.ts';
import { nginx, startNginx } from '../support/nginx.ts';
import { freePort } from '../support/process.ts';

/** The lines of the guide, between the two that name them. */
function guide(upstream: string): string {
  const text = readFileSync(new URL('../../docs/operate/running.md', import.meta.url), 'utf8');
  const lines = /```nginx\n( *ssl_verify_client [^`]*)```/.exec(text)?.[1];
  if (lines === undefined) throw new Error('docs/operate/running.md says no more how nginx passes certificates on');
  // Where the port is not 443, the name of the host is not enough.
  return lines.replace('http://127.0.0.1:4000', upstream).replace('$host', '$http_host');
}

describe.skipIf(nginx === undefined)('behind nginx (where there is none: apt-get install nginx-light)', () => {
  let server: MtlsServer;
  let stop: (() => Promise<void>) | undefined;
  const folder = workshop();
  const ca = testAuthority(folder, '/O=Example/CN=Client CA');
  const impostor = testAuthority(folder, '/O=Example/CN=Client CA');
  const edge = selfSigned(folder, '/CN=edge');
  const subject = '/C=FI/O=Example Oy/CN=shop';
  const shop = ca.issue({ subject });

  beforeAll(async () => {
    const port = await freePort();
    server = await startMtls({
      plain: true,
      issuer: `https://127.0.0.1:${port}`,
      server: 'trustedProxies: [127.0.0.1/32]',
      tenant: `clientCa: { cert: ${ca.certFile} }`,
    });
    const certificate = `ssl_certificate ${edge.certFile}; ssl_certificate_key ${edge.keyFile};`;
    stop = await startNginx(folder, port, `${certificate}\n${guide(server.upstream)}`);
    server = { ...server, own: edge, ask: (identity) => askThrough(identity) };
  });

  afterAll(async () => {
    await stop?.();
    await server?.close();
  });

  const askThrough = (identity?: { cert: string; key: string }) => httpsFetch({ ca: edge.cert, identity });
  const asShop = async (identity: { cert: string; key: string } | undefined, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams({ client_id: 'shop', token: 'none' });
    return (await askThrough(identity)(`${server.issuer}/revoke`, { method: 'POST', headers, body })).status;
  };

  it('IP-22, SW-25: a client signs in with its certificate, and its token works with that only', async () => {
    const { status, body } = await post(askThrough(shop), `${server.issuer}/token`, await codeFor(server, 'shop'));
    expect(status).toBe(200);
    const asked = async (identity: typeof shop | undefined) =>
      (await userinfoWith(askThrough(identity), server.issuer, body.access_token)).status;
    expect([await asked(shop), await asked(ca.issue({ subject })), await asked(undefined)]).toEqual([200, 401, 401]);
  });

  it('F21: without a certificate it is told invalid_client', async () => {
    const { status, body } = await post(askThrough(), `${server.issuer}/token`, await codeFor(server, 'shop'));
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('a certificate is judged by us, whatever nginx let through', async () => {
    expect(await asShop(shop)).toBe(200);
    for (const identity of [impostor.issue({ subject }), impostor.issue({ subject, signer: 'none' }), selfSigned(folder, subject)])
      expect(await asShop(identity)).toBe(401);
    // Nginx turns it away by itself.
    expect(await asShop(ca.issue({ subject, from: -9, until: -1 }))).toBe(400);
  });

  it('what the client writes into the headers itself does not pass', async () => {
    const { raw } = new X509Certificate(shop.cert);
    const headers = { 'x-client-cert': encodeURIComponent(shop.cert), 'client-cert': `:${raw.toString('base64')}:` };
    expect(await asShop(undefined, headers)).toBe(401);
    expect(await asShop(ca.issue({ subject: '/CN=other' }), headers)).toBe(401);
  });
});
