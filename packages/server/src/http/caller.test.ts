import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadCaller, readingCallers } from './caller.ts';

type Seen = { readonly address: string; readonly host?: string; readonly headers: Readonly<Record<string, string>> };

let read: ReadCaller = readingCallers({ trusted: [] });
const server = createServer((incoming, response) => {
  const { address, host } = read(incoming);
  response.end(JSON.stringify({ address, host, headers: incoming.headers }));
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

/** What is seen behind the door of a request with these headers. */
function seen(trusted: readonly string[], headers: Readonly<Record<string, string | string[]>>): Promise<Seen> {
  read = readingCallers({ trusted, certificateHeader: 'X-Client-Cert' });
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => resolve(JSON.parse(text) as Seen));
    });
    sent.once('error', reject).end();
  });
}

const listed = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];
const made = 'made-up-by-the-client';
const names = ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-Anything', 'X-Real-IP'];
const certificateNames = ['X-Client-Cert', 'Client-Cert', 'Client-Cert-Chain', 'X-SSL-Client-Cert', 'SSL-Client-Cert', 'X-SSL-Cert'];

describe('security: who calls', () => {
  it.each([...names, ...certificateNames])('G6: %s of who is not listed is seen by nothing', async (name) => {
    const { headers, address, host } = await seen(['192.0.2.1', '127.0.0.2/32'], { [name]: [made, made], 'x-other': 'stays' });
    expect(JSON.stringify(headers)).not.toContain(made);
    expect([headers['x-other'], address, host?.startsWith('127.0.0.1:')]).toEqual(['stays', '127.0.0.1', true]);
  });

  const cases: readonly (readonly [Readonly<Record<string, string | string[]>>, string])[] = [
    [{}, '127.0.0.1'],
    [{ 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '198.51.100.1, 203.0.113.9' }, '203.0.113.9'],
    [{ 'x-forwarded-for': ['198.51.100.1', '203.0.113.9'] }, '203.0.113.9'],
    [{ 'x-forwarded-for': '203.0.113.9, 10.1.2.3' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '198.51.100.1,203.0.113.9,fd00::1, 10.1.2.3' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '203.0.113.9:4711' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '::ffff:203.0.113.9' }, '203.0.113.9'],
    [{ 'x-forwarded-for': '203.0.113.9, <script>' }, '127.0.0.1'],
    [{ 'x-forwarded-for': '' }, '127.0.0.1'],
    [{ forwarded: 'for=198.51.100.1, for="[2001:db8::9]:4711";proto=https' }, '2001:db8::9'],
    [{ forwarded: 'proto=https;For=203.0.113.9;by=10.0.0.1' }, '203.0.113.9'],
    [{ forwarded: 'for=unknown' }, '127.0.0.1'],
    [{ forwarded: 'for=198.51.100.1', 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    [{ 'x-real-ip': '198.51.100.1' }, '127.0.0.1'],
  ];

  it.each(cases)('J10: the address before a listed proxy is taken, and none that was told to it: %o', async (headers, expected) => {
    expect((await seen(listed, headers)).address).toBe(expected);
  });

  it.each(['0.0.0.0/0', '::/0', '127.0.0.0/8'])(
    'J10: with every hop listed (%s) the first one counts, however that is written',
    async (block) => {
      expect((await seen([block, '0.0.0.0/0'], { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' })).address).toBe('198.51.100.1');
    },
  );

  it('J2: the host that chooses the tenant is told by a listed proxy only, the last one where there are several', async () => {
    const headers = { 'x-forwarded-host': 'first.example, second.example' };
    expect((await seen(listed, headers)).host).toBe('second.example');
    expect((await seen(['192.0.2.1'], headers)).host).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it.each(['for=', 'for="', ';', 'for=;', 'for=a'])('J10: a header made to be read slowly (%s and blanks) costs nothing', async (start) => {
    const used = process.cpuUsage();
    for (let time = 0; time < 3; time += 1)
      expect((await seen(listed, { forwarded: `${start}${' '.repeat(15_000)}x"` })).address).toBe('127.0.0.1');
    const { user } = process.cpuUsage(used);
    expect(user / 1000).toBeLessThan(500);
  });
});
