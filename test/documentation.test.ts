/** What the documentation tells people to use is used here: the smallest configuration, and the application of the quickstart. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { load } from 'symbolon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInAndConsent } from './support/client.ts';
import { type Agent, createAgent } from './support/http-agent.ts';
import { freePort } from './support/process.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const minimal = `${root}examples/minimal.yaml`;
const secret = 'quickstart-secret-0123456789abcdef012';

it('examples/minimal.yaml has no mistakes, and all of it is in effect', async () => {
  const loaded = await load(minimal, { MY_APPLICATION_SECRET: secret });
  expect(loaded).toMatchObject({ ok: true, pending: [] });
});

/** The one block of JavaScript in the page that imports the library. */
async function quickstart(): Promise<string> {
  const text = await readFile(`${root}docs/integrate/quickstart.md`, 'utf8');
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code).find((code) => code.includes('openid-client')) ?? '';
}

/** Runs in the root of the workspace, where its one dependency is found. Answers when it listens; throws what it said when it ended before. */
function run(code: string, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

describe('the application of docs/integrate/quickstart.md', () => {
  let server: TestServer;
  let child: ChildProcess;
  let code = '';
  let app = '';

  beforeAll(async () => {
    app = `http://127.0.0.1:${await freePort()}`;
    const yaml = (await readFile(minimal, 'utf8')).replace(/\$\{MY_APPLICATION_SECRET\}/, secret).replaceAll('http://127.0.0.1:5000', app);
    server = await startSymbolon({ yaml });
    code = (await quickstart())
      .replaceAll('http://127.0.0.1:4000', server.issuer)
      .replaceAll('http://127.0.0.1:5000', app)
      .replace('listen(5000', `listen(${new URL(app).port}`);
    child = await run(code, { CLIENT_ID: 'my-application', CLIENT_SECRET: secret });
  });

  afterAll(async () => {
    child.kill();
    await server.close();
  });

  /** Follows the browser over to the provider and back. */
  async function signIn(browser: Agent): Promise<Awaited<ReturnType<Agent['get']>>> {
    const there = createAgent(server.issuer);
    const begun = await browser.get(`${app}/`);
    const back = await signInAndConsent(there, await there.get(begun.location ?? ''));
    return browser.get(back.location ?? '');
  }

  it('signs alice in, keeps her signed in, and takes its own cookie back', async () => {
    const browser = createAgent(app);
    const greeted = await signIn(browser);
    expect([greeted.url, greeted.text]).toEqual([`${app}/`, 'Hello Alice Archer, your address is alice@example.test\n']);
    expect((await browser.get('/')).text).toBe(greeted.text);
    expect(browser.cookies.get('attempt')).toBeUndefined();
  });

  it('begins a sign-in at its one page only', async () => {
    for (const path of ['/favicon.ico', '/anything']) {
      const { status, headers } = await createAgent(app).get(path);
      expect([status, headers.getSetCookie()], path).toEqual([404, []]);
    }
    expect((await createAgent(app).get('/callback?code=a&state=b')).status).toBe(400);
  });

  it('does not start without its client', async () => {
    await expect(run(code, { CLIENT_ID: 'my-application' })).rejects.toThrow('set CLIENT_ID and CLIENT_SECRET');
  });
});

describe('the application of docs/integrate/relying-party.md', () => {
  it('signs Alice in, and greets her by the name that its rule demands', async () => {
    const app = `http://127.0.0.1:${await freePort()}`;
    const yaml = (await readFile(minimal, 'utf8')).replace(/\$\{MY_APPLICATION_SECRET\}/, secret).replaceAll('http://127.0.0.1:5000', app);
    const server = await startSymbolon({ yaml });
    const text = await readFile(`${root}docs/integrate/relying-party.md`, 'utf8');
    const code = (/^```js\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? '')
      .replaceAll('http://127.0.0.1:4000', server.issuer)
      .replaceAll('http://127.0.0.1:5000', app)
      .replace('listen(5000', `listen(${new URL(app).port}`);
    const child = await run(code, { CLIENT_ID: 'my-application', CLIENT_SECRET: secret, COOKIE_SECRET: secret });
    const [browser, provider] = [createAgent(app), createAgent(server.issuer)];
    const login = await provider.get((await browser.get('/auth/login/symbolon')).location ?? '');
    const back = await signInAndConsent(provider, login);
    expect((await browser.get(back.location ?? '')).text).toMatch(/^Hello \w+/);
    child.kill();
    await server.close();
  });
});
