/** The configuration file as a whole: the example, all mistakes at once with their places, files that are none. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { format } from './finding.ts';
import { type Loaded, load, parse } from './load.ts';

const example = fileURLToPath(new URL('../../../../examples/symbolon.yaml', import.meta.url));
let directory = '';
let text = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'symbolon-config-'));
  text = await readFile(example, 'utf8');
});
afterAll(() => rm(directory, { recursive: true }));

function read(source: string, env: Record<string, string> = {}): Loaded {
  return parse(source, { baseDirectory: directory, env });
}

/** `line path: message (fix)` of every finding. */
function findings(source: string, env: Record<string, string> = {}): readonly string[] {
  const loaded = read(source, env);
  return loaded.ok ? [] : loaded.findings.map(({ line, path, message, fix }) => `${line} ${path}: ${message} (${fix})`);
}

const minimal = (secret: string): string =>
  `tenants:\n  - id: a\n    issuer: https://a.example\n    clients:\n      - { client_id: c, redirect_uris: [https://rp.example/cb], client_secret: ${secret} }\n`;
const strong = 'S3KR'.repeat(10);

describe('the example', () => {
  it('loads without a mistake, with every default filled in', async () => {
    const loaded = await load(example, {});
    if (!loaded.ok) throw new Error(format(loaded.findings, example));
    const { config } = loaded;
    expect(config.server.listen).toEqual({ host: '127.0.0.1', port: 4000 });
    expect(config.database).toBe(`sqlite:${join(dirname(example), 'symbolon.db')}`);
    expect(config.tenants.map(({ id }) => id)).toEqual(['main', 'agate', 'oneportal', 'identify', 'hub']);
    const [main, agate, , , hub] = config.tenants;
    expect(main?.settings).toMatchObject({ issuer: 'http://127.0.0.1:4000', signing: ['RS256', 'ES256', 'PS256', 'EdDSA'], paths: {} });
    expect(main?.users.map(({ username }) => username)).toEqual(['alice', 'bob']);
    expect(main?.clients[0]).toEqual({
      client_id: 'web',
      client_name: 'Example Web App',
      secret: 'web-secret-0123456789abcdef0123456789',
      application_type: 'web',
      redirect_uris: ['http://127.0.0.1:5000/callback', 'http://127.0.0.1:5000/callback?dummy=1'],
      post_logout_redirect_uris: ['http://127.0.0.1:5000/bye'],
      backchannel_logout_uri: 'http://127.0.0.1:5000/backchannel',
      frontchannel_logout_uri: 'http://127.0.0.1:5000/frontchannel',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scopes: ['openid', 'profile', 'email', 'phone', 'address', 'offline_access', 'payment_details', 'groups', 'roles'],
      lifetimes: {},
      policy: {},
      disabled: false,
    });
    expect(agate).toMatchObject({ name: 'agate', settings: { locales: ['en'] }, users: main?.users, clients: main?.clients });
    expect(hub?.clients[1]).toMatchObject({ client_id: 'shop-mtls', disabled: false });
    expect(hub?.clients[1]?.secret).toBeUndefined();
  });

  it('reports what is not yet in effect once, by name and line', async () => {
    const loaded = await load(example, {});
    const lines = text.split('\n');
    const lineOf = (written: string) => lines.findIndex((line) => line.includes(written)) + 1;
    const pending = loaded.ok ? loaded.pending.map(({ line, path }) => `${line} ${path}`) : [];
    expect(pending).toEqual([
      `${lineOf('token_endpoint_auth_method: tls_client_auth')} tenants[4].clients[1].token_endpoint_auth_method`,
      `${lineOf('tls_client_certificate_bound_access_tokens: true')} tenants[4].clients[1].tls_client_certificate_bound_access_tokens`,
    ]);
  });
});

const tenMistakes = `server:
  listen: 4000
database: sqlite:./symbolon.db
tenants:
  - id: Main
    issuer: http://op.example
    signing: [RS256]
    lifetimes: { code: 3600 }
    users: &users
      - { username: alice, password: correct horse battery staple }
      - { username: ALICE, password: 12345678 }
    clients:
      - client_id: web
        client_secret: too-short
        redirect_uri: [https://rp.example/cb]
        redirect_uris: [https://rp.example/cb, "https://rp.example/cb#fragment"]
        id_token_signed_response_alg: ES256
        scope: openid profil
  - { id: copy, issuer: https://copy.example, users: *users }
`;

describe('mistakes', () => {
  it('are all reported at once, by line, each with its reason and what to do', () => {
    const mistakes = findings(tenMistakes);
    expect(mistakes).toEqual([
      '2 server.listen: must be a text (write host:port, such as 127.0.0.1:4000 or "[::1]:4000")',
      '5 tenants[0].id: must be 1 to 64 lower-case letters, digits and dashes, with no dash at the ends (write for example main or my-company)',
      '6 tenants[0].issuer: must be https; http is for loopback hosts (127.0.0.1, [::1], localhost) (write https://, and serve it so)',
      '8 tenants[0].lifetimes.code: must be at most 600 (write seconds, a whole number from 1 to 600)',
      expect.stringMatching(/^11 tenants\[0\]\.users\[1\]\.username: is the same name as users\[0\]/),
      '11 tenants[0].users[1].password: must be a text (put it in quotes)',
      '14 tenants[0].clients[0].client_secret: must have at least 32 characters (make one with: openssl rand -base64 32)',
      '15 tenants[0].clients[0].redirect_uri: unknown key `redirect_uri` (did you mean `redirect_uris`?)',
      expect.stringMatching(/^16 tenants\[0\]\.clients\[0\]\.redirect_uris\[1\]: must not have a fragment/),
      "17 tenants[0].clients[0].id_token_signed_response_alg: ES256 is not offered by the tenant (choose RS256, or add ES256 to the tenant's signing)",
      '18 tenants[0].clients[0].scope: unknown scope `profil` (did you mean `profile`?)',
    ]);
  });

  it('are ten for ten planted ones, and nothing follows from another', () => {
    const ten = findings(tenMistakes.replace('password: 12345678', 'password: "12345678"'));
    expect(ten).toHaveLength(10);
    for (const finding of ten) expect(finding).toMatch(/^\d+ [a-z][^:]*: .+ \(.+\)$/);
  });

  it('are shown with file, line and column first', () => {
    const loaded = read(tenMistakes);
    expect(loaded.ok ? '' : format(loaded.findings, 'symbolon.yaml')).toMatch(
      /^symbolon\.yaml:2:11: server\.listen: must be a text\n {4}write host:port.*\n/,
    );
  });

  it('inside an alias are reported once, where the anchor is written', () => {
    expect(findings(text.replace('username: alice', 'userName: alice'))).toEqual([
      '33 tenants[0].users[0].userName: unknown key `userName` (did you mean `username`?)',
    ]);
    expect(findings(text.replace('username: alice', 'groups: []'))).toContain(
      '33 tenants[0].users[0].username: username is missing (add username: ...)',
    );
  });

  it('of spelling do not make the key that was meant a missing one', () => {
    const source = `tenants:
  - id: a
    isuer: https://a.example
    scope: [{ name: payments }]
    clients:
      - { client_id: x, client_secrt: ${strong}, redirect_uri: [https://rp.example/cb], scope: openid payments }
`;
    expect(findings(source)).toEqual([
      '3 tenants[0].isuer: unknown key `isuer` (did you mean `issuer`?)',
      '4 tenants[0].scope: unknown key `scope` (did you mean `scopes`?)',
      '6 tenants[0].clients[0].client_secrt: unknown key `client_secrt` (did you mean `client_secret`?)',
      '6 tenants[0].clients[0].redirect_uri: unknown key `redirect_uri` (did you mean `redirect_uris`?)',
    ]);
  });

  it('name every unknown key, at any depth, with the nearest known one', () => {
    expect(findings('tenats: []\ntenants:\n  - id: a\n    issuer: https://a.example\n    signin: [RS256]\n    policy: {}\n')).toEqual([
      '1 tenats: unknown key `tenats` (did you mean `tenants`?)',
      '5 tenants[0].signin: unknown key `signin` (did you mean `signing`?)',
      expect.stringMatching(/^6 tenants\[0\]\.policy: unknown key `policy` \(known here: id, issuer, name, /),
    ]);
  });

  it('of type say what is expected and what to write', () => {
    const source =
      'tenants:\n  - id: a\n    issuer: https://a.example\n    clients:\n    locales: en\n    users: { alice: x }\n    name: [a]\n';
    expect(findings(source)).toEqual([
      '4 tenants[0].clients: has no value; must be a list (write a value, or leave the key out)',
      '5 tenants[0].locales: must be a list (write [ ... ], or lines that start with a dash)',
      '6 tenants[0].users: must be a list (write [ ... ], or lines that start with a dash)',
      '7 tenants[0].name: must be a single text, not a list (write one value)',
    ]);
  });
});

describe('load', () => {
  it('reports a file that is not there or not text', async () => {
    expect(await load(join(directory, 'nowhere.yaml'), {})).toMatchObject({
      ok: false,
      findings: [{ line: 1, message: expect.stringContaining('no such file') }],
    });
    expect(await load(directory, {})).toMatchObject({ ok: false, findings: [{ message: expect.stringContaining('EISDIR') }] });
    await writeFile(join(directory, 'latin1.yaml'), Buffer.from([0x61, 0xe4, 0x0a]));
    expect(await load(join(directory, 'latin1.yaml'), {})).toMatchObject({
      ok: false,
      findings: [{ message: expect.stringContaining('UTF-8') }],
    });
  });

  it('fills in server and database where nothing is said', () => {
    const loaded = read(minimal(strong));
    expect(loaded.ok && loaded.config).toMatchObject({
      server: { listen: { host: '127.0.0.1', port: 4000 } },
      database: `sqlite:${directory}/symbolon.db`,
    });
    expect(loaded.ok && Object.hasOwn(loaded.config, 'masterKey')).toBe(false);
  });
});
