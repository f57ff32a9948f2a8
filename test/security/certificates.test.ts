/** Certificates that must prove nothing, tokens shown without theirs, and what a client says that only a proxy may say. */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssueOptions, type Pair, selfSigned, testAuthority } from '../support/certificates.ts';
import { authorizationRequest } from '../support/client.ts';
import { codeFor, type MtlsOptions, type MtlsServer, post, redirect_uri, secret, startMtls, userinfoWith } from '../support/mtls.ts';

let server: MtlsServer;

beforeAll(async () => {
  server = await startMtls();
});

afterAll(() => server?.close());

const subject = '/C=FI/O=Example Oy/CN=shop';

/** Whether the client `shop` authenticates by it: a request that fails for nothing but the authentication. */
async function isShop(identity: Pair): Promise<boolean> {
  const { status, body } = await post(server.ask(identity), `${server.issuer}/revoke`, { client_id: 'shop', token: 'none' });
  expect([200, 401]).toContain(status);
  if (status === 401) expect(body).toEqual({ error: 'invalid_client', error_description: 'client authentication failed' });
  return status === 200;
}

describe('the life and the making of certificates', () => {
  it('G7: a good one is taken, so that what follows is refused for its own fault', async () => {
    expect(await isShop(server.ca.issue({ subject }))).toBe(true);
    expect(await isShop(server.ca.issue({ subject, key: ['rsa:2048'] }))).toBe(true);
  });

  const faults: readonly (readonly [string, Partial<IssueOptions>])[] = [
    ['expired', { from: -10, until: -1 }],
    ['not yet valid', { from: 1, until: 10 }],
    ['for servers only', { use: 'serverAuth' }],
    ['an authority itself', { extensions: 'basicConstraints=critical,CA:TRUE\n' }],
    ['signed with SHA-1', { digest: 'sha1' }],
    ['with a critical extension nobody knows', { extensions: '1.2.3.4=critical,ASN1:UTF8String:x\n' }],
    ['of the same names in another order', { subject: '/CN=shop/O=Example Oy/C=FI' }],
    ['of the same name in another letter case', { subject: '/C=FI/O=Example Oy/CN=Shop' }],
    ['with one name more', { subject: `${subject}/OU=more` }],
    ['with a second common name', { subject: `${subject}/CN=shop` }],
    ['with the subject inside one value', { subject: '/CN=shop\\, O=Example Oy\\, C=FI' }],
    ['with a NUL behind the name', { subject: '/C=FI/O=Example Oy/CN=shop\\x00.evil.example' }],
  ];

  it.each(faults)('G7: one that is %s is refused', async (_, options) => {
    expect(await isShop(server.ca.issue({ subject, ...options }))).toBe(false);
  });

  it('G7: the same name by another authority of the same name is refused, and by one nobody knows', async () => {
    expect(await isShop(server.impostor.issue({ subject }))).toBe(false);
    expect(await isShop(server.impostor.issue({ subject, signer: 'none' }))).toBe(false);
    expect(await isShop(server.ca.issue({ subject, signer: 'none' }))).toBe(true);
    expect(await isShop(testAuthority(server.folder, '/CN=Other CA').issue({ subject }))).toBe(false);
    expect(await isShop(selfSigned(server.folder, subject))).toBe(false);
  });

  it('G7: an authority below a trusted one is not trusted by that', async () => {
    const below = server.ca.issue({ subject: '/CN=below', extensions: 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n' });
    const { issue } = testAuthority(server.folder, '/CN=below');
    expect(new X509Certificate(below.cert).ca).toBe(true);
    expect(await isShop(issue({ subject }))).toBe(false);
  });

  it('G7: a certificate whose key was not registered is refused, whatever name it has, and so is the registered key out of its time', async () => {
    const asked = async (identity: Pair) =>
      (await post(server.ask(identity), `${server.issuer}/revoke`, { client_id: 'pinned', token: 'none' })).status;
    expect(await asked(server.pinned)).toBe(200);
    expect(await asked(selfSigned(server.folder, '/CN=pinned'))).toBe(401);
    server.advance(31 * 86_400);
    const late = await asked(server.pinned);
    server.advance(-62 * 86_400);
    const early = await asked(server.pinned);
    server.advance(31 * 86_400);
    expect([late, early, await asked(server.pinned)]).toEqual([401, 401, 200]);
  });

  it('G7: names in the alternative names are compared whole', async () => {
    const asked = async (names: string, client_id: string) => {
      const identity = server.ca.issue({ subject: '/CN=other', names });
      return (await post(server.ask(identity), `${server.issuer}/revoke`, { client_id, token: 'none' })).status;
    };
    expect(await asked('DNS:shop.example', 'by-dns')).toBe(200);
    for (const names of ['DNS:*.example', 'DNS:a.shop.example', 'DNS:xshop.example', 'URI:shop.example', 'email:x@shop.example'])
      expect([names, await asked(names, 'by-dns')]).toEqual([names, 401]);
    expect(await asked('URI:https://shop.example/id/', 'by-uri')).toBe(401);
    expect(await asked('DNS:192.0.2.7', 'by-ip')).toBe(401);
    expect(await asked('IP:192.0.2.70', 'by-ip')).toBe(401);
    expect(await asked('email:ops@shop.example.evil.example', 'by-email')).toBe(401);
  });
});

describe('tokens without their certificate', () => {
  it('G5: an access token with another certificate, with one of the same name, and with none is refused', async () => {
    const { body } = await post(server.ask(server.shop), `${server.issuer}/token`, await codeFor(server, 'shop'));
    const twin = server.ca.issue({ subject });
    for (const identity of [server.pinned, twin, undefined]) {
      const response = await userinfoWith(server.ask(identity), server.issuer, body.access_token);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    expect((await userinfoWith(server.ask(server.shop), server.issuer, body.access_token)).status).toBe(200);
  });

  it('G5: the code of a client is worth nothing to who has only its certificate or only its name', async () => {
    const code = await codeFor(server, 'shop');
    expect((await post(server.ask(server.pinned), `${server.issuer}/token`, code)).status).toBe(401);
    expect((await post(server.ask(server.shop), `${server.issuer}/token`, { ...code, client_id: 'by-dns' })).status).toBe(400);
  });
});

/** As nginx passes it on, and as RFC 9440 has it. */
const headerOf = {
  'x-client-cert': (pem: string) => encodeURIComponent(pem),
  'client-cert': (pem: string) => `:${new X509Certificate(pem).raw.toString('base64')}:`,
} as const;

type Header = keyof typeof headerOf;

function asShop(at: { issuer: string }, ask: typeof fetch, headers: Record<string, string>) {
  return post(ask, `${at.issuer}/revoke`, { client_id: 'shop', token: 'none' }, headers);
}

/** The believed authority of the first server, as another one's tenant has it. */
const given = ({ ca }: MtlsServer) => `clientCa: { cert: ${ca.certFile} }`;

async function startWith(options: MtlsOptions, work: (at: MtlsServer) => Promise<void>): Promise<void> {
  const at = await startMtls(options);
  try {
    await work(at);
  } finally {
    await at.close();
  }
}

const shown = (header: Header, pem: string) => ({ [header]: headerOf[header](pem) });

describe('headers that only a proxy may send', () => {
  it.each(['x-client-cert', 'client-cert'] as const)('G6: %s of anybody else is not believed, with and without TLS', async (header) => {
    expect((await asShop(server, server.ask(), shown(header, server.shop.cert))).status).toBe(401);
    expect((await asShop(server, server.ask(server.pinned), shown(header, server.shop.cert))).status).toBe(401);
  });

  it.each([
    ['X-Client-Cert', 'x-client-cert', 'client-cert'],
    ['Client-Cert', 'client-cert', 'x-client-cert'],
  ] as const)('G6: of a listed proxy %s is believed, and not the other one, which it may have passed on', async (name, header, other) => {
    await startWith(
      { plain: true, server: `trustedProxies: [127.0.0.1]\n  certificateHeader: ${name}`, tenant: given(server) },
      async (at) => {
        const { cert } = server.shop;
        expect((await asShop(at, fetch, shown(header, cert))).status).toBe(200);
        expect((await asShop(at, fetch, shown(other, cert))).status).toBe(401);
        expect((await asShop(at, fetch, {})).status).toBe(401);
        expect((await asShop(at, fetch, shown(header, server.pinned.cert))).status).toBe(401);
      },
    );
  });

  it('G6: a certificate that cannot be read, is given twice or is cut off is none', async () => {
    await startWith({ plain: true, server: 'trustedProxies: [127.0.0.1]', tenant: given(server) }, async (at) => {
      const good = headerOf['x-client-cert'](server.shop.cert);
      expect((await asShop(at, fetch, { 'x-client-cert': good })).status).toBe(200);
      const bad = [
        '',
        'x',
        '%',
        '%00',
        `${good}, ${good}`,
        `${good}${good}`,
        good.slice(0, 400),
        good.replace('MII', 'MIJ'),
        'A'.repeat(15_000),
      ];
      for (const value of bad)
        expect([value.slice(0, 20), (await asShop(at, fetch, { 'x-client-cert': value })).status]).toEqual([value.slice(0, 20), 401]);
    });
  });

  it('G7: a certificate of an RSA key of 1024 bits is refused, also when a proxy took it', async () => {
    await startWith({ plain: true, server: 'trustedProxies: [127.0.0.1]', tenant: given(server) }, async (at) => {
      const asked = async (bits: string) => {
        const { cert } = server.ca.issue({ subject, key: [`rsa:${bits}`] });
        return (await asShop(at, fetch, shown('x-client-cert', cert))).status;
      };
      expect([await asked('2048'), await asked('1024')]).toEqual([200, 401]);
    });
  });

  it('G6: the certificate of the proxy itself is not its client', async () => {
    await startWith({ server: 'trustedProxies: [127.0.0.1]', tenant: given(server) }, async (at) => {
      expect((await asShop(at, at.ask(server.shop), {})).status).toBe(401);
      expect((await asShop(at, at.ask(server.pinned), shown('x-client-cert', server.shop.cert))).status).toBe(200);
    });
  });

  it('G6: a listed proxy is believed on certificates only where a tenant has use for them', async () => {
    await startWith({ plain: true, server: 'trustedProxies: [127.0.0.1]', only: true }, async (at) => {
      expect(at.config.server.proxies).toEqual({ trusted: ['127.0.0.1'] });
      const parameters = { client_id: 'plain', token: 'none', client_secret: secret };
      const headers = shown('x-client-cert', server.shop.cert);
      expect((await post(fetch, `${at.issuer}/revoke`, parameters, headers)).status).toBe(200);
      const document = await (await fetch(`${at.issuer}/.well-known/openid-configuration`)).text();
      expect(document).not.toMatch(/tls_client|mtls/);
    });
  });
});

describe('hosts', () => {
  it('J2: whatever host is named, by whomever, links are of the configured issuer', async () => {
    await startWith({ plain: true, server: 'trustedProxies: [127.0.0.1]', only: true }, async (at) => {
      const { host } = new URL(at.issuer);
      const headers = { 'x-forwarded-host': host, 'x-forwarded-proto': 'https', 'x-forwarded-port': '1', forwarded: 'host=evil.example' };
      const document = await (await fetch(`${at.issuer}/.well-known/openid-configuration`, { headers })).json();
      expect(JSON.stringify(document)).not.toMatch(/evil|https:\/\/127/);
      const evil = await fetch(`${at.issuer}/.well-known/openid-configuration`, { headers: { 'x-forwarded-host': 'evil.example' } });
      expect([evil.status, await evil.text()]).toEqual([404, expect.not.stringContaining('evil')]);
      const { url } = authorizationRequest(at.issuer, { client_id: 'plain', redirect_uri });
      const page = await fetch(url, { redirect: 'manual', headers });
      expect(page.headers.get('location')).toMatch(/^(?:\/|http:\/\/127\.0\.0\.1:\d+\/)/);
      expect(page.headers.get('location')).not.toMatch(/evil|https/);
    });
  });

  it('J2: X-Forwarded-Host of who is not listed chooses no tenant', async () => {
    await startWith({ plain: true, server: 'trustedProxies: [192.0.2.1]', only: true }, async (at) => {
      const found = await fetch(`${at.issuer}/jwks`, { headers: { 'x-forwarded-host': 'nowhere.example' } });
      expect(found.status).toBe(200);
    });
  });
});
