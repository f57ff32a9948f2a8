/** Requests of our own: what the guard lets out, and that a canary on the machine hears nothing of the rest. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Event } from '@symbolon/provider';
import { type CustomFetch, discovery } from 'openid-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJudge } from '../../packages/server/src/outbound/address.ts';
import { createFetch, type OutboundOptions } from '../../packages/server/src/outbound/fetch.ts';
import { startSymbolon } from '../support/symbolon.ts';

type Listening = { readonly port: number; readonly connections: () => number; readonly close: () => Promise<void> };

/** Counts whoever knocks. */
async function listen(server: Server, host: string): Promise<Listening> {
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('error', () => {});
    open.add(socket);
  });
  const open = new Set<{ destroy: () => void }>();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, connections: () => connections, close };
}

const events: Event[] = [];
const guarded = (options: Partial<OutboundOptions> & { readonly allow?: readonly string[] } = {}) =>
  createFetch({ judge: createJudge(options.allow ?? []), emit: (event) => events.push(event), ...options });
const generic = new TypeError('the request got no usable answer');

beforeEach(() => {
  events.length = 0;
});

describe('security: what is not reached', () => {
  let canary: Listening;
  let canary6: Listening | undefined;
  beforeAll(async () => {
    canary = await listen(createServer(), '0.0.0.0');
    canary6 = await listen(createServer(), '::1').catch(() => undefined);
  });
  afterAll(async () => {
    await canary.close();
    await canary6?.close();
  });

  const hosts = [
    ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '127.0.0.1.', '0.0.0.0', '0', 'localhost'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]'],
    ...['[64:ff9b:1::127.0.0.1]', '[2002:7f00:1::]', '[2001::1]', '[fd00::1]', '[fe80::1]', '[ff02::1]', '[100::1]', '[2001:db8::1]'],
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '100.100.100.200',
      '192.0.0.192',
      '198.18.0.1',
      '224.0.0.1',
    ],
    ...['255.255.255.255', '168.63.129.16', '１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1'],
  ];

  it.each(hosts)('I1: nobody is asked at %s, by http or https', async (host) => {
    for (const scheme of ['https', 'http'])
      for (const port of [canary.port, canary6?.port ?? canary.port])
        await expect(guarded()(`${scheme}://${host}:${port}/jwks?secret=1`)).rejects.toEqual(generic);
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['outbound.refused']));
    expect(JSON.stringify(events)).not.toContain('secret');
    expect([canary.connections(), canary6?.connections() ?? 0]).toEqual([0, 0]);
  });

  it('I1: a fetch that does not judge is heard by the canary', async () => {
    const careless = createFetch({ judge: () => 'listed', emit: () => {}, limits: { time: 300 } });
    const before = canary.connections();
    await expect(careless(`http://2130706433:${canary.port}/`)).rejects.toEqual(generic);
    expect(canary.connections()).toBe(before + 1);
  });

  it.each([
    ['file:///etc/passwd', /scheme file:/],
    ['ftp://198.51.100.1/', /scheme ftp:/],
    ['data:text/plain,x', /scheme data:/],
    ['https://user:password@rp.example/', /user name or password/],
    ['//rp.example', /no URL/],
    ['https://rp.example/long', /no URL/],
  ])('I1: %s is not asked at all', async (url, reason) => {
    const resolve = () => Promise.reject(new Error('a name was looked up'));
    await expect(guarded({ resolve })(url.replace('long', 'a'.repeat(2048)))).rejects.toEqual(generic);
    expect(events).toMatchObject([{ type: 'outbound.refused', reason: expect.stringMatching(reason) }]);
  });

  it('I1: a public address is asked by https only, and not at the ports of other services', async () => {
    const resolve = async () => [{ address: '8.8.8.8', family: 4 }];
    for (const url of ['http://rp.example/', 'https://rp.example:25/']) await expect(guarded({ resolve })(url)).rejects.toEqual(generic);
    expect(events).toMatchObject([
      { reason: expect.stringContaining('http is for addresses') },
      { reason: expect.stringContaining('port 25') },
    ]);
  });

  it('I1: the configured URLs of a server go through the guard, with what the operator lists and nothing else', async () => {
    const yaml = (allow: string) =>
      `server: { listen: "127.0.0.1:4000"${allow} }\ndatabase: x\ntenants:\n  - { id: main, issuer: "http://127.0.0.1:4000" }\n`;
    const web = await listen(
      createHttp((_, response) => response.end('here')),
      '127.0.0.1',
    );
    for (const [allow, answer] of [
      ['', undefined],
      [', outbound: { allow: ["127.0.0.1/32"] }', 'here'],
    ] as const) {
      const server = await startSymbolon({ yaml: yaml(allow) });
      const got = await server.tenants[0]?.op.fetch(`http://127.0.0.1:${web.port}/`).then(
        (response) => response.text(),
        () => undefined,
      );
      expect([allow, got]).toEqual([allow, answer]);
      await server.close();
    }
    expect(web.connections()).toBe(1);
    await web.close();
  });

  it('I3: a name that resolves first to a public, then to a private address is asked at the checked one only', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '192.88.98.1' : '127.0.0.1', family: 4 }];
    };
    const before = canary.connections();
    await expect(guarded({ resolve, limits: { time: 300 } })(`https://rebind.example:${canary.port}/`)).rejects.toEqual(generic);
    expect(asked).toBe(1);
    await expect(guarded({ resolve })(`https://rebind.example:${canary.port}/`)).rejects.toEqual(generic);
    expect(events.map(({ type }) => type)).toEqual(['outbound.failed', 'outbound.refused']);
    expect(canary.connections()).toBe(before);
  });

  it('I3: of several addresses only those that pass are connected to', async () => {
    const web = await listen(
      createHttp((_, response) => response.end('listed')),
      '127.0.0.1',
    );
    const resolve = async () => [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const response = await guarded({ resolve, allow: ['127.0.0.1'] })(`http://both.example:${web.port}/`);
    expect(await response.text()).toBe('listed');
    expect(canary6?.connections() ?? 0).toBe(0);
    await web.close();
  });
});

describe('security: what is reached', () => {
  const allow = ['127.0.0.1/32'];
  const opened: Listening[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  const serve = async (listener: RequestListener) => {
    const web = await listen(createHttp(listener), '127.0.0.1');
    opened.push(web);
    return { ...web, url: `http://127.0.0.1:${web.port}/` };
  };

  it('gives the answer of a listed address, with its status and headers', async () => {
    const web = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.writeHead(418, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString() }));
    });
    const init = { method: 'POST', headers: { authorization: 'Basic eA==' }, body: new URLSearchParams({ a: '1' }) };
    const response = await guarded({ allow })(`${web.url}x?y=1`, init);
    expect([response.status, response.headers.getSetCookie()]).toEqual([418, ['a=1', 'b=2']]);
    expect(await response.json()).toMatchObject({
      method: 'POST',
      body: 'a=1',
      headers: {
        authorization: 'Basic eA==',
        'accept-encoding': 'identity',
        'content-type': expect.stringContaining('urlencoded'),
      },
    });
    expect(events).toEqual([]);
  });

  it.each([204, 304])('gives an answer %i without a body', async (status) => {
    const web = await serve((_, response) => response.writeHead(status).end());
    expect((await guarded({ allow })(web.url)).status).toBe(status);
  });

  it('serves openid-client as its fetch', async () => {
    const server = await startSymbolon();
    const customFetch: CustomFetch = guarded({ allow });
    const { allowInsecureRequests, customFetch: symbol } = await import('openid-client');
    const config = await discovery(new URL(server.issuer), 'web', undefined, undefined, {
      [symbol]: customFetch,
      execute: [allowInsecureRequests],
    });
    expect(config.serverMetadata().issuer).toBe(server.issuer);
    await server.close();
  });

  it.each([301, 302, 303, 307, 308])('I2: a redirect %i is an answer and not followed', async (status) => {
    const canary = await serve((_, response) => response.end('inner'));
    const web = await serve((_, response) => response.writeHead(status, { location: canary.url }).end());
    const response = await guarded({ allow })(web.url);
    expect([response.status, await response.text()]).toEqual([status, '']);
    expect(canary.connections()).toBe(0);
  });

  const limits = { time: 400, size: 10_000 };
  const tooMuch: readonly (readonly [string, RequestListener, RegExp])[] = [
    ['a body that never ends', (_, response) => void setInterval(() => response.write('x'.repeat(5000)), 5).unref(), /larger than 10000/],
    [
      'a body that says it is 10 GB',
      (_, response) => void response.writeHead(200, { 'content-length': 1e10 }).write('x'),
      /larger than 10000/,
    ],
    ['a body byte by byte', (_, response) => void setInterval(() => response.write('x'), 20).unref(), /no whole answer within 400 ms/],
    [
      'headers byte by byte',
      ({ socket }) => void setInterval(() => socket.write('x'), 20).unref(),
      /no whole answer within 400 ms|Parse Error/,
    ],
    ['no answer', () => {}, /no whole answer within 400 ms/],
    ['endless interim answers', (_, response) => void setInterval(() => response.writeContinue(), 5).unref(), /no whole answer/],
    [
      'a gzip bomb',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000))),
      /compressed/,
    ],
    ['a connection that is dropped', ({ socket }) => void socket.destroy(), /socket hang up|ECONNRESET/],
    [
      'half an answer',
      (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy()),
      /aborted/,
    ],
    ['a status that is none', ({ socket }) => void socket.end('HTTP/1.1 999 what\r\ncontent-length: 0\r\n\r\n'), /status/i],
    [
      'another protocol',
      ({ socket }) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      /./,
    ],
  ];

  it.each(tooMuch)('I4, I5: %s is cut, and the caller learns nothing of it', async (_, listener, reason) => {
    const web = await serve(listener);
    const began = performance.now();
    await expect(guarded({ allow, limits })(web.url)).rejects.toEqual(generic);
    expect(performance.now() - began).toBeLessThan(2000);
    expect(events).toMatchObject([{ type: 'outbound.failed', reason: expect.stringMatching(reason) }]);
  });

  it('I4: a name whose look-up hangs is given up', async () => {
    await expect(guarded({ resolve: () => new Promise(() => {}), limits })('https://slow.example/')).rejects.toEqual(generic);
    expect(events).toMatchObject([{ reason: expect.stringContaining('within 400 ms') }]);
  });

  it('I4: a caller can give up', async () => {
    const web = await serve(() => {});
    await expect(guarded({ allow })(web.url, { signal: AbortSignal.timeout(50) })).rejects.toEqual(generic);
    await expect(guarded({ allow })(web.url, { signal: AbortSignal.abort() })).rejects.toEqual(generic);
  });

  it('I5: a closed port, an unknown name and a refused address look the same to the caller', async () => {
    const web = await serve(() => {});
    await web.close();
    opened.length = 0;
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    const seen: unknown[] = [];
    for (const ask of [
      () => guarded({ allow })(web.url),
      () => guarded({ allow, resolve })('https://nobody.example/'),
      () => guarded({ allow })('https://10.0.0.1/'),
    ])
      seen.push(
        await ask().then(
          () => 'answered',
          (error: TypeError) => [error.name, error.message, error.cause],
        ),
      );
    expect(seen).toEqual(Array.from({ length: 3 }, () => ['TypeError', generic.message, undefined]));
  });
});

describe('security: https', () => {
  let directory: string;
  let web: Listening;
  const pem = (name: string) => readFileSync(join(directory, name), 'utf8');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'symbolon-outbound-'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Test CA');
    for (const [name, alt] of [
      ['server', 'DNS:partner.example'],
      ['client', 'DNS:us.example'],
    ] as const)
      openssl(
        ...['req', '-x509', ...key, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-keyout', `${name}.key`, '-out', `${name}.crt`],
        ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${alt}`],
      );
    const tls = { cert: pem('server.crt'), key: pem('server.key'), ca: pem('ca.crt'), requestCert: true, rejectUnauthorized: false };
    const answer: RequestListener = ({ socket }, response) =>
      void response.end(
        'getPeerCertificate' in socket ? String((socket as import('node:tls').TLSSocket).getPeerCertificate().subject?.CN) : '',
      );
    web = await listen(createHttps(tls, answer), '127.0.0.1');
  });
  afterAll(async () => {
    await web.close();
    rmSync(directory, { recursive: true });
  });

  const at = (name: string, partner?: OutboundOptions['partner']) =>
    guarded({
      allow: ['127.0.0.1'],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      ...(partner === undefined ? {} : { partner }),
    })(`https://${name}:${web.port}/`);

  it('shows the certificate of the one caller that has one, to a partner with an authority of its own', async () => {
    const ca = [pem('ca.crt')];
    expect(await (await at('partner.example', { ca })).text()).toBe('undefined');
    expect(await (await at('partner.example', { ca, cert: pem('client.crt'), key: pem('client.key') })).text()).toBe('client');
  });

  it('I3: a certificate of an unknown authority, or of another name, is refused', async () => {
    await expect(at('partner.example')).rejects.toEqual(generic);
    await expect(at('other.example', { ca: [pem('ca.crt')] })).rejects.toEqual(generic);
    expect(events).toMatchObject([{ reason: expect.stringMatching(/certificate/) }, { reason: expect.stringMatching(/altnames/) }]);
  });
});
