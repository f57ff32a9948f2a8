/** The command line as an operator uses it, beside a server that runs on the same SQLite file. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asserting, assertion, newSigner } from './support/assertion.ts';
import {
  answerOf,
  authorizationRequest,
  basicOf,
  type ClientUnderTest,
  clients,
  hasButton,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
  userinfo,
} from './support/client.ts';
import { command } from './support/command.ts';
import { createAgent } from './support/http-agent.ts';
import { freePort, type RunningServer, runProgram, startServer } from './support/process.ts';
import { register } from './support/registration.ts';

const { trusted, web } = clients;

const configuration = (port: number) => `
server: { listen: "127.0.0.1:${port}" }
database: sqlite:./symbolon.db
tenants:
  - id: main
    issuer: http://127.0.0.1:${port}
    signing: [RS256]
    registration: {}
    users:
      - { username: alice, password: ${people.alice.password}, claims: { name: Alice Archer, email: alice@example.test } }
    clients:
      - client_id: web
        client_secret: ${web.client_secret}
        redirect_uris: ["${web.redirect_uri}"]
        scope: openid profile email offline_access
      - client_id: trusted
        client_secret: ${trusted.client_secret}
        redirect_uris: ["${trusted.redirect_uri}"]
        scope: openid profile email offline_access
        policy: { consent: implicit }
  - id: curves
    issuer: http://127.0.0.1:${port}/t/curves
    signing: [ES256]
    users:
      - { username: alice, password: ${people.alice.password} }
`;

/** Mistakes and what the report must say of each: the reason, and what to do. */
const planted: readonly (readonly [line: string, reason: RegExp, fix: RegExp])[] = [
  ['  lisen: 127.0.0.1:4000', /unknown key `lisen`/, /did you mean `listen`/],
  ['database: mysql://db.example/x', /names no database/, /sqlite:PATH/],
  ['    issuer: http://login.example.com', /must be https/, /https:\/\//],
  ['    locales: [en, e_n!]', /not a language tag/, /BCP 47|en, fi/],
  ['    lifetimes: { code: 0 }', /at least 1/, /seconds/],
  ['      - { username: ALICE, password: another password }', /same name as users\[0\]/, /name of her own/],
  ['        client_secret: too-short-to-be-kept', /at least 32 characters/, /openssl rand/],
  ['        redirect_uris: ["https://rp.example/*"]', /wildcard/, /write the whole address/],
  ['        token_endpoint_auth_method: basic', /must be one of/, /did you mean `client_secret_basic`/],
  ['        scope: openid reports', /reports/, /./],
];

const wrong = `server:
  listen: 127.0.0.1:4000
${planted[0]?.[0]}
${planted[1]?.[0]}
tenants:
  - id: main
${planted[2]?.[0]}
${planted[3]?.[0]}
${planted[4]?.[0]}
    users:
      - { username: alice, password: correct horse battery staple }
${planted[5]?.[0]}
    clients:
      - client_id: web
${planted[6]?.[0]}
${planted[7]?.[0]}
${planted[8]?.[0]}
${planted[9]?.[0]}
`;

describe('cli: check and start on a file with mistakes', () => {
  it.each(['check', 'start'])('%s reports ten planted mistakes, each with line, reason and fix, and ends with 1', async (name) => {
    const { code, output, directory } = await runProgram({ config: wrong, args: [name, '-c', 'symbolon.yaml'] });
    expect(code).toBe(1);
    const findings = output.split(/^(?=symbolon\.yaml:)/m);
    expect(findings, output).toHaveLength(planted.length);
    for (const [index, [text, reason, fix]] of planted.entries()) {
      const line = wrong.split('\n').indexOf(text) + 1;
      const [first = '', second = ''] = (findings[index] ?? '').split('\n');
      expect(first).toMatch(new RegExp(`^symbolon\\.yaml:${line}:\\d+: `));
      expect(first).toMatch(reason);
      expect(second).toMatch(/^ {4}\S/);
      expect(second).toMatch(fix);
    }
    expect(output).not.toMatch(/correct horse|another password|too-short-to-be-kept/);
    expect(
      (await readdir(directory)).filter((name) => name !== 'symbolon.yaml'),
      'nothing was begun',
    ).toEqual([]);
  });

  it('check accepts the example configuration with 0, names what is not in effect yet by line, and starts nothing', async () => {
    const config = await readFile(fileURLToPath(new URL('../examples/symbolon.yaml', import.meta.url)), 'utf8');
    const { code, output, directory } = await runProgram({ config, args: ['check', '-c', 'symbolon.yaml'] });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('no mistakes') });
    for (const finding of output.split('\n').filter((each) => each.includes('not yet in effect:')))
      expect(finding).toMatch(/^symbolon\.yaml:\d+:\d+: /);
    expect(await readdir(directory)).toEqual(['symbolon.yaml']);
  });

  it('check says of each configured URL that the server would not ask, why, and what to do', async () => {
    const addresses = ['http://127.0.0.1:5000/out', 'https://10.1.2.3/out', 'https://169.254.169.254/out', 'https://[fd00::1]/out'];
    const entries = addresses.map(
      (uri, index) =>
        `      - { client_id: c${index}, client_secret: "${web.client_secret}", redirect_uris: ["https://rp.example/cb"], backchannel_logout_uri: "${uri}" }`,
    );
    const [head] = configuration(4000).split('      - client_id: web');
    const allowed = `${head}${entries.join('\n')}\n`.replace(/(server: \{[^}]*) \}/, '$1, outbound: { allow: ["10.0.0.0/8"] } }');
    const { code, output, directory } = await runProgram({ config: allowed, args: ['check', '-c', 'symbolon.yaml'] });
    expect(code).toBe(0);
    const [, refused = ''] = output.split('The server would not ask:');
    expect(refused).toMatch(/clients\[0\]\.backchannel_logout_uri: 127\.0\.0\.1 is loopback.*\n.*server\.outbound\.allow/);
    expect(refused).not.toContain('clients[1]');
    expect(refused).toMatch(/clients\[2\]\.backchannel_logout_uri: 169\.254\.169\.254 is link-local/);
    expect(refused).toMatch(/clients\[3\]\.backchannel_logout_uri: fd00::1 is unique local/);
    await rm(directory, { recursive: true });
  });

  it.each(['check', 'start'])('%s without a file says which one it missed', async (name) => {
    const { code, output } = await runProgram({ args: [name, '-c', 'nowhere.yaml'] });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('nowhere.yaml') });
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('start on a port that is taken says so and ends with 1', async () => {
    const config = configuration(await freePort());
    const running = await startServer({ config });
    const { code, output } = await runProgram({ config });
    await running.kill();
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/already listens on 127\.0\.0\.1:\d+/) });
  });
});

describe('cli: people and applications beside a running server', () => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer({ config: configuration(await freePort()), env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
  });

  afterAll(() => server?.kill());

  const run = (...args: string[]) => command(server.directory, args);

  /** What follows a name and a colon in the output. */
  async function printed(name: string, ...args: string[]): Promise<string> {
    const { code, output } = await run(...args);
    expect(code, output).toBe(0);
    return new RegExp(`^${name}: (\\S+)$`, 'm').exec(output)?.[1] ?? '';
  }

  async function canSignIn(username: string, password: string): Promise<boolean> {
    const agent = createAgent(server.url);
    await agent.submit(await agent.get('/login'), { button: 'login-submit', fields: { username, password } });
    return (await agent.get('/home')).text.includes(username);
  }

  it('user add makes a person who can sign in at once, with a password that is printed once', async () => {
    const password = await printed('password', 'user', 'add', 'carol', '--name', 'Carol Chandler', '--email', 'carol@example.test');
    expect(password).toMatch(/^[\w-]{24}$/);
    expect(await canSignIn('carol', password)).toBe(true);
    expect(await canSignIn('carol', 'something else')).toBe(false);
    const again = await run('user', 'add', 'CAROL');
    expect(again).toEqual({ code: 1, output: expect.stringContaining('already a user') });
    const list = await run('user', 'list');
    expect(list.code).toBe(0);
    expect(list.output).toMatch(/^alice\tactive\t[\w-]{22}$/m);
    expect(list.output).toMatch(/^carol\tactive\t[\w-]{22}$/m);
    expect(list.output).not.toMatch(/argon2|\$/);
  });

  it('user disable ends session, access token and refresh token at the next request', async () => {
    const password = await printed('password', 'user', 'add', 'dora');
    const agent = createAgent(server.url);
    const { tokens } = await signInFor(server.url, agent, trusted, { scope: 'openid offline_access' }, { username: 'dora', password });
    expect((await userinfo(server.url, tokens.body.access_token)).status).toBe(200);
    expect((await run('user', 'disable', 'dora')).code).toBe(0);
    expect((await userinfo(server.url, tokens.body.access_token)).status).toBe(401);
    const refreshed = await tokenRequest(server.url, trusted, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.body.refresh_token),
    });
    expect(refreshed).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await agent.get('/home')).text).not.toContain('dora');
    expect(await canSignIn('dora', password)).toBe(false);
    expect((await run('user', 'list')).output).toMatch(/^dora\tdisabled\t/m);
  });

  it('user password replaces the password and ends what hangs on the old one', async () => {
    const old = await printed('password', 'user', 'add', 'emma');
    const agent = createAgent(server.url);
    const { tokens } = await signInFor(server.url, agent, trusted, {}, { username: 'emma', password: old });
    const password = await printed('password', 'user', 'password', 'emma');
    expect(password).not.toBe(old);
    expect((await userinfo(server.url, tokens.body.access_token)).status).toBe(401);
    expect((await agent.get('/home')).text).not.toContain('emma');
    expect([await canSignIn('emma', old), await canSignIn('emma', password)]).toEqual([false, true]);
  });

  it('a password comes from standard input when asked so, and then nowhere else', async () => {
    const given = 'pässword from a pipe';
    const { code, output } = await withInput(server.directory, `${given}\n`, 'user', 'add', 'fiona', '--password-stdin');
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('fiona') });
    expect(output).not.toContain(given);
    expect(await canSignIn('fiona', given)).toBe(true);
    const empty = await withInput(server.directory, '', 'user', 'password', 'fiona', '--password-stdin');
    expect(empty).toEqual({ code: 1, output: expect.stringContaining('cannot be used') });
    expect(await canSignIn('fiona', given)).toBe(true);
  });

  it('a name nobody has ends with 1 and says so', async () => {
    const refused = await Promise.all([
      run('user', 'disable', 'nobody'),
      run('user', 'password', 'nobody'),
      run('client', 'remove', 'nobody'),
      run('user', 'list', '-t', 'nobody'),
    ]);
    for (const each of refused) expect(each).toEqual({ code: 1, output: expect.stringMatching(/there is no (user|client|tenant) nobody/) });
  });

  it('client add makes an application that works at the next request, client remove ends it and its tokens', async () => {
    const redirect_uri = 'https://new.example/cb';
    const { code, output } = await run(
      'client',
      'add',
      '--name',
      'New one',
      '--redirect-uri',
      redirect_uri,
      '--scope',
      'openid profile',
      '--trusted',
    );
    expect(code, output).toBe(0);
    const client: ClientUnderTest = {
      client_id: lineOf(output, 'client_id'),
      client_secret: lineOf(output, 'client_secret'),
      redirect_uri,
    };
    expect(client.client_secret).toMatch(/^[\w-]{43}$/);
    const agent = createAgent(server.url);
    const { tokens } = await signInFor(server.url, agent, client);
    expect(tokens.status).toBe(200);
    const list = await run('client', 'list');
    expect(list.output).toContain(`${client.client_id}\tNew one\t`);
    expect(list.output).not.toContain(client.client_secret);
    expect((await run('client', 'list', '--lenient')).output).toMatch(new RegExp(`^${client.client_id}\tconsent=implicit$`, 'm'));

    const pending = authorizationRequest(server.url, client);
    const unused = answerOf(await agent.get(pending.url));
    expect((await run('client', 'remove', client.client_id)).code).toBe(0);
    expect((await userinfo(server.url, tokens.body.access_token)).status).toBe(401);
    expect((await agent.get(authorizationRequest(server.url, client).url)).location).toBeUndefined();
    expect(await redeem(server.url, client, pending, unused)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await run('client', 'list')).output).not.toContain(client.client_id);
  });

  it.each([
    ['RS256', 'main', ''],
    ['ES256, the only one of its tenant', 'curves', '/t/curves'],
  ])('client add without an option more makes an application people sign in to, and stay signed in: %s', async (alg, tenant, path) => {
    const redirect_uri = 'https://plain.example/cb';
    const { output } = await run('client', 'add', '-t', tenant, '--name', 'Plain', '--redirect-uri', redirect_uri);
    const client: ClientUnderTest = {
      client_id: lineOf(output, 'client_id'),
      client_secret: lineOf(output, 'client_secret'),
      redirect_uri,
    };
    const issuer = server.url + path;
    const request = authorizationRequest(issuer, client, { scope: 'openid profile email offline_access', prompt: 'consent' });
    const agent = createAgent(issuer);
    const tokens = await redeem(issuer, client, request, answerOf(await signInAndConsent(agent, await agent.get(request.url))));
    expect(tokens).toMatchObject({ status: 200, body: { scope: 'openid profile email offline_access' } });
    const header = Buffer.from(String(tokens.body.id_token).split('.')[0] ?? '', 'base64url').toString();
    expect(alg).toContain(JSON.parse(header).alg);
    const refresh_token = String(tokens.body.refresh_token);
    expect((await tokenRequest(issuer, client, { grant_type: 'refresh_token', refresh_token })).status).toBe(200);
  });

  it('client add takes the public keys of an application, which then needs no secret', async () => {
    const signer = await newSigner('ES256', 'robot');
    await writeFile(join(server.directory, 'keys.json'), JSON.stringify({ keys: [signer.jwk] }));
    const keyed = await run('client', 'add', '--name', 'Keyed', '--machine', '--scope', 'reports', '--jwks', 'keys.json');
    expect(keyed.output).not.toContain('client_secret');
    const signed = asserting(await assertion(server.url, lineOf(keyed.output, 'client_id'), signer));
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...signed });
    expect((await fetch(`${server.url}/token`, { method: 'POST', body })).status).toBe(200);
    await writeFile(join(server.directory, 'private.json'), JSON.stringify({ keys: [{ ...signer.jwk, d: 'AAAA' }] }));
    await writeFile(join(server.directory, 'none.json'), '{"keys": "none"}');

    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['--machine', '--jwks', 'private.json'], /^--jwks: key 1 has private members/],
      [['--machine', '--jwks', 'none.json'], /no key set/],
      [['--machine', '--jwks', 'keys.json', '--jwks-uri', 'https://rp.example/jwks'], /^--jwks: stands beside a jwks_uri/],
      [['--machine', '--jwks-uri', 'http://rp.example/jwks'], /^--jwks-uri: must be https/],
      [['--redirect-uri', 'https://rp.example/cb', '--profile', 'fapi2'], /^--jwks, --jwks-uri: must be one of .*FAPI 2\.0, 5\.3\.2\.1-6/],
      [
        ['--redirect-uri', 'http://127.0.0.1/cb', '--profile', 'fapi2', '--jwks', 'keys.json'],
        /--redirect-uri: must be https.*5\.3\.2\.2-8/,
      ],
    ];
    const answers = await Promise.all(wrong.map(([args]) => run('client', 'add', '--name', 'Wrong', ...args)));
    for (const [index, [, says]] of wrong.entries()) expect(answers[index]).toEqual({ code: 1, output: expect.stringMatching(says) });
  });

  it('client token lets so many applications register themselves, while the server runs', async () => {
    const metadata = { redirect_uris: ['https://self.example/cb'] };
    const made = await run('client', 'token', '--uses', '2');
    const token = lineOf(made.output, 'initial_access_token');
    expect((await register(server.url, metadata)).status).toBe(401);
    for (const status of [201, 201, 401]) expect((await register(server.url, metadata, token)).status).toBe(status);
    expect(await run('client', 'token', '--uses', '0')).toEqual({
      code: 1,
      output: expect.stringContaining('--uses must be a whole number'),
    });
    const refused = await run('client', 'token', '-t', 'curves');
    expect(refused).toEqual({ code: 1, output: expect.stringContaining('do not register themselves with the tenant curves') });
  });

  it('client add makes public and machine clients, and refuses what cannot be', { timeout: 60_000 }, async () => {
    const spa = await run('client', 'add', '--name', 'In a browser', '--redirect-uri', 'https://spa.example/cb', '--public', '--trusted');
    expect(spa.output).not.toContain('client_secret');
    const publicClient: ClientUnderTest = { client_id: lineOf(spa.output, 'client_id'), redirect_uri: 'https://spa.example/cb' };
    expect((await signInFor(server.url, createAgent(server.url), publicClient)).tokens.status).toBe(200);

    const machine = await run('client', 'add', '--name', 'Machine', '--machine', '--scope', 'reports');
    const robot: ClientUnderTest = {
      client_id: lineOf(machine.output, 'client_id'),
      client_secret: lineOf(machine.output, 'client_secret'),
      redirect_uri: '',
    };
    expect(await tokenRequest(server.url, robot, { grant_type: 'client_credentials' })).toMatchObject({
      status: 200,
      body: { scope: 'reports' },
    });

    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['--redirect-uri', 'http://rp.example/cb'], /must be https/],
      [['--redirect-uri', 'https://rp.example/*'], /wildcard/],
      [['--redirect-uri', 'javascript:alert(1)'], /javascript/],
      [['--redirect-uri', 'https://rp.example/cb', '--post-logout-redirect-uri', 'https://rp.example/#x'], /fragment/],
      [[], /^--redirect-uri: is missing/],
      [['--machine', '--public'], /^--machine: client_credentials is not for public clients/],
      [['--machine', '--scope', 'reports email'], /^--scope: `email` is about a person/],
      [['--redirect-uri', 'https://rp.example/cb', '--scope', 'openid emial'], /^--scope: unknown scope `emial`/],
      [['--redirect-uri', 'http://rp.example/cb', '--scope', 'openid emial'], /unknown scope.*must be https/s],
    ];
    const answers = await Promise.all(wrong.map(([args]) => run('client', 'add', '--name', 'Wrong', ...args)));
    for (const [index, [, says]] of wrong.entries()) expect(answers[index]).toEqual({ code: 1, output: expect.stringMatching(says) });
    expect((await run('client', 'list')).output).not.toContain('Wrong');
  });

  it('client add --group makes an application for members only', async () => {
    const redirect_uri = 'https://members.example/cb';
    const { code, output } = await run(
      'client',
      'add',
      '--name',
      'Members',
      '--redirect-uri',
      redirect_uri,
      '--trusted',
      '--group',
      'staff',
      'board',
    );
    expect(code, output).toBe(0);
    const client: ClientUnderTest = {
      client_id: lineOf(output, 'client_id'),
      client_secret: lineOf(output, 'client_secret'),
      redirect_uri,
    };
    const agent = createAgent(server.url);
    const answer = answerOf(await signInAndConsent(agent, await agent.get(authorizationRequest(server.url, client).url)));
    expect([answer.get('error'), answer.has('code')]).toEqual(['access_denied', false]);
  });

  describe('security: secrets on the command line', () => {
    it('G12: a client secret is printed once, when it is made, and by no command after that', async () => {
      const made = await run('client', 'add', '--name', 'Secretive', '--redirect-uri', 'https://secretive.example/cb', '--trusted');
      const secret = lineOf(made.output, 'client_secret');
      const client_id = lineOf(made.output, 'client_id');
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(made.output.split(secret)).toHaveLength(2);
      const later = [
        await run('client', 'list'),
        await run('client', 'list', '--lenient'),
        await run('user', 'list'),
        await run('check', '-c', 'symbolon.yaml'),
        await run('client', 'remove', client_id),
      ];
      expect(later.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
      expect(later[0]?.output).toContain(client_id);
      // Neither the value, nor one of the file's, nor anything it is kept as.
      for (const { output } of later) expect(output).not.toMatch(new RegExp(`${secret}|${web.client_secret}|digest|sealed|secrets`));
    });
  });

  it('what the command line changed outlives a restart on the same file', async () => {
    const password = await printed('password', 'user', 'password', 'alice');
    expect(await server.kill()).toBe(0);
    const config = await readFile(join(server.directory, 'symbolon.yaml'), 'utf8');
    server = await startServer({ config, directory: server.directory, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
    expect([await canSignIn('alice', people.alice.password), await canSignIn('alice', password)]).toEqual([false, true]);
    expect(await canSignIn('dora', password)).toBe(false);
  });
});

describe('cli: commands that cannot do what they are asked', () => {
  it('user list on a database that is none says so, without a stack', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'symbolon-test-'));
    await writeFile(join(directory, 'symbolon.db'), 'this is no database, but long enough to be looked at as one '.repeat(10));
    const { code, output } = await runProgram({ config: configuration(4000), directory, args: ['user', 'list'] });
    await rm(directory, { recursive: true });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/^the database cannot be used: file is not a database$/m) });
    expect(output).not.toMatch(/^\s+at |did not start/m);
  });

  it('a database that nobody serves is said in a line too', async () => {
    const config = configuration(4000).replace(
      /^database: .*$/m,
      `database: postgres://symbolon:secret-word@127.0.0.1:${await freePort()}/x`,
    );
    const env = { SYMBOLON_MASTER_KEY: 'k'.repeat(43) };
    const { code, output } = await runProgram({ config, env, args: ['client', 'list'] });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/^the database cannot be used: .*ECONNREFUSED/m) });
    expect(output).not.toMatch(/^\s+at |secret-word/m);
  });

  it('the database is closed all the same', async () => {
    const { code, directory } = await runProgram({ config: configuration(4000), args: ['user', 'disable', 'nobody'] });
    expect(code).toBe(1);
    // SQLite's last connection takes the write-ahead log along when it is closed.
    expect(await readdir(directory)).toEqual(['symbolon.db', 'symbolon.db.key', 'symbolon.yaml']);
  });
});

describe('cli: dev', () => {
  it('starts without a file, prints what it needs to be tried, and keeps everything in its folder', async () => {
    const port = await freePort();
    const server = await startServer({ args: ['dev', '--port', String(port), '--data', 'data'] });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    expect(server.output()).toContain('alice / correct horse battery staple');
    const agent = createAgent(server.url);
    const { tokens } = await signInFor(server.url, agent, web);
    expect((await userinfo(server.url, tokens.body.access_token)).body.name).toBe('Alice Archer');
    expect(await server.kill()).toBe(0);
    expect(await readdir(server.directory)).toEqual(['data']);
    expect(existsSync(join(server.directory, 'data', 'dev.db'))).toBe(true);
  });
});

describe('cli: logs and the end', () => {
  it('L21: a full journey at level trace leaves no password, token, code, cookie or secret in logs or database', async () => {
    const server = await startServer({ config: configuration(await freePort()), env: { SYMBOLON_LOG_LEVEL: 'trace' } });
    const secrets = await journey(server);
    const added = await runProgram({ directory: server.directory, args: ['user', 'add', 'gina'], env: { SYMBOLON_LOG_LEVEL: 'trace' } });
    secrets['password made by the command line'] = lineOf(added.output, 'password');
    expect(await server.kill()).toBe(0);
    const log = server.output();
    expect(log, 'the log is not silent').toMatch(/"tokens\.issued"/);
    expect(log.split('\n').length).toBeGreaterThan(10);
    const names = (await readdir(server.directory)).filter((name) => name.startsWith('symbolon.db') && !name.endsWith('.key'));
    const database = Buffer.concat(await Promise.all(names.map((name) => readFile(join(server.directory, name))))).toString('latin1');
    expect(database).toContain('alice');
    for (const [kind, secret] of Object.entries(secrets)) {
      expect(secret.length, kind).toBeGreaterThan(7);
      for (const [where, text] of Object.entries({ log, database }))
        for (const spelling of [secret, encodeURIComponent(secret), secret.replaceAll(' ', '+')])
          expect(text.includes(spelling), `${kind} in the ${where}`).toBe(false);
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s finishes the requests under way and ends with 0', async (signal) => {
    const server = await startServer({ config: configuration(await freePort()), env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
    const agents = Array.from({ length: 8 }, () => createAgent(server.url));
    const logins = await Promise.all(agents.map((agent) => agent.get(authorizationRequest(server.url, trusted).url)));
    // Hashing eight passwords takes a while; the signal comes in the middle of it.
    const under = logins.map((login, index) => {
      const own = login.forms[0];
      const body = new URLSearchParams((own?.fields ?? []).map(({ name, value }) => [name, value]));
      body.set('username', people.alice.username);
      body.set('password', people.alice.password);
      const cookie = agents[index]?.cookies.header(new URL(login.url)) ?? '';
      return fetch(new URL(own?.action ?? '', login.url), { method: 'POST', body, redirect: 'manual', headers: { cookie } });
    });
    await Promise.race(under);
    const started = Date.now();
    const code = server.kill(signal);
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 303));
    expect(await code).toBe(0);
    expect(Date.now() - started).toBeLessThan(5000);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });
});

/** A journey through everything that holds a secret. Answers what must not be found afterwards. */
async function journey(server: RunningServer): Promise<Record<string, string>> {
  const agent = createAgent(server.url);
  const request = authorizationRequest(server.url, web, { scope: 'openid email offline_access', prompt: 'consent' });
  const login = await agent.get(request.url);
  const before = agent.cookies.get('symbolon-main')?.value ?? '';
  const csrf = login.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
  const wrongPassword = 'a wrong password of mine';
  await agent.submit(login, { button: 'login-submit', fields: { username: 'alice', password: wrongPassword } });
  const end = await signInAndConsent(agent, login);
  expect(hasButton(end, 'login-submit')).toBe(false);
  const answer = answerOf(end);
  const tokens = await redeem(server.url, web, request, answer);
  const refreshed = await tokenRequest(server.url, web, { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) });
  await userinfo(server.url, refreshed.body.access_token);
  // The same secrets where they do not belong, and in requests that fail.
  const code = answer.get('code') ?? '';
  await redeem(server.url, web, request, answer);
  await redeem(server.url, trusted, request, answer);
  const wrongSecret = 'a-wrong-client-secret-0123456789abcdef';
  await tokenRequest(server.url, { ...web, client_secret: wrongSecret }, { grant_type: 'authorization_code', code });
  await fetch(`${server.url}/token?client_secret=${web.client_secret}&code=${code}`, { method: 'POST' });
  await fetch(`${server.url}/userinfo?access_token=${tokens.body.access_token}`);
  await fetch(`${server.url}/nothing/${tokens.body.refresh_token}?token=${code}`, {
    headers: { authorization: `Bearer ${tokens.body.access_token}` },
  });
  await fetch(`${server.url}/%ff/${code}`);
  await fetch(`${server.url}/token`, { method: 'POST', body: 'x'.repeat(70_000) + web.client_secret });
  const after = agent.cookies.get('symbolon-main')?.value ?? '';
  expect((await agent.get(`/logout?id_token_hint=${refreshed.body.id_token}`)).status).toBe(200);
  return {
    password: people.alice.password,
    'wrong password': wrongPassword,
    'client secret': web.client_secret,
    "another client's secret": trusted.client_secret,
    'wrong client secret': wrongSecret,
    'basic credentials': basicOf(web.client_id, web.client_secret).slice('Basic '.length),
    code,
    'code verifier': request.code_verifier,
    'access token': String(tokens.body.access_token),
    'second access token': String(refreshed.body.access_token),
    'refresh token': String(tokens.body.refresh_token),
    'second refresh token': String(refreshed.body.refresh_token),
    'id token': String(tokens.body.id_token),
    'cookie before the sign-in': before,
    'cookie after it': after,
    csrf,
  };
}

function lineOf(output: string, name: string): string {
  return new RegExp(`^${name}: (\\S+)$`, 'm').exec(output)?.[1] ?? '';
}

/** The program with something on its standard input. */
function withInput(directory: string, input: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stdin.end(input);
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, output })));
}
