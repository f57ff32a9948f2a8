/**
 * oidc-client-ts and its forerunner, unmodified, in a real browser: an application of one page that signs in, renews its tokens without the person, hears that somebody signed
 * in or out elsewhere in the browser, and signs out. And the page it frames for that, asked by others.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserHint, launchBrowser } from './support/browser.ts';
import { authorizationRequest, form, people } from './support/client.ts';
import { freePort } from './support/process.ts';
import { clientEntry, type RelyingParty, startRelyingParty } from './support/relying-party.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from './support/symbolon.ts';

const browser: Browser | undefined = await launchBrowser();

/**
 * The library applications use today, and the one that those of Safewhere Identify were written with (version 1.11.5). `event`: what it tells when
 * somebody else signs in. The old one then asks without a hint, and between two accounts there is no silent answer: that counts as a sign-out.
 */
const libraries = {
  'oidc-client-ts': {
    file: 'oidc-client-ts/dist/browser/oidc-client-ts.min.js',
    name: 'oidc',
    interval: 'checkSessionIntervalInSeconds: 1',
    event: 'session changed',
  },
  'oidc-client': { file: 'oidc-client/dist/oidc-client.min.js', name: 'Oidc', interval: 'checkSessionInterval: 1000', event: 'signed out' },
} as const;
type Library = keyof typeof libraries;

/** Serves the libraries, and one page for every path below a library's name: it finishes what the library began there, and keeps what it tells. */
async function serveApp(port: number, issuer: () => string): Promise<Server> {
  const scripts = new Map<string, Buffer>();
  for (const [library, { file }] of Object.entries(libraries))
    scripts.set(`/${library}.js`, await readFile(new URL(`../node_modules/${file}`, import.meta.url)));
  const page = (library: Library) => `<!doctype html><title>App</title><script src="/${library}.js"></script><script>
    const at = location.origin + '/${library}';
    const manager = new ${libraries[library].name}.UserManager({ authority: '${issuer()}', client_id: 'one-page', redirect_uri: at + '/callback',
      silent_redirect_uri: at + '/silent', post_logout_redirect_uri: at + '/bye', scope: 'openid profile', response_type: 'code', response_mode: 'query',
      monitorSession: true, ${libraries[library].interval}, automaticSilentRenew: false, includeIdTokenInSilentRenew: true, loadUserInfo: true });
    const heard = [];
    manager.events.addUserSignedOut(() => heard.push('signed out'));
    manager.events.addUserSessionChanged(() => heard.push('session changed'));
    if (location.pathname.endsWith('/callback')) manager.signinRedirectCallback().then(() => location.replace(at + '/'));
    else if (location.pathname.endsWith('/silent')) manager.signinSilentCallback();
    else if (location.pathname.endsWith('/')) manager.getUser().then((user) => { document.title = user === null ? 'Nobody' : user.profile.name; });
  </script>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const script = scripts.get(pathname);
    const html = page(pathname.startsWith('/oidc-client/') ? 'oidc-client' : 'oidc-client-ts');
    response.writeHead(200, { 'content-type': script === undefined ? 'text/html' : 'text/javascript' }).end(script ?? html);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** What the scripts of the application's page have in their hands. */
declare const manager: {
  readonly signinRedirect: () => Promise<void>;
  readonly signinSilent: () => Promise<{
    readonly access_token: string;
    readonly session_state: string;
    readonly profile: { readonly sub: string };
  }>;
  readonly signoutRedirect: () => Promise<void>;
  readonly getUser: () => Promise<{ readonly access_token: string; readonly session_state: string } | null>;
};
declare const heard: readonly string[];

describe.skipIf(browser === undefined)(
  `conformance: session management in a browser (${browser === undefined ? browserHint : browser.version()})`,
  () => {
    let server: TestServer;
    let app: Server;
    let origin = '';
    let context: BrowserContext;
    let party: RelyingParty;

    beforeAll(async () => {
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      const entry = clientEntry('one-page', origin, {
        client_secret: undefined,
        token_endpoint_auth_method: 'none',
        backchannel_logout_uri: undefined,
        redirect_uris: Object.keys(libraries).flatMap((library) => [`${origin}/${library}/callback`, `${origin}/${library}/silent`]),
        post_logout_redirect_uris: Object.keys(libraries).map((library) => `${origin}/${library}/bye`),
        scope: 'openid profile',
      });
      party = await startRelyingParty();
      const framed = clientEntry('framed', party.origin, {
        backchannel_logout_uri: undefined,
        frontchannel_logout_uri: `${party.origin}/out`,
      });
      const [list, yaml] = ['    clients: &clients\n', await exampleConfiguration()];
      server = await startSymbolon({ yaml: yaml.replace(list, list + entry + framed) });
      app = await serveApp(port, () => server.issuer);
      context = await (browser as Browser).newContext();
    });

    afterAll(async () => {
      await browser?.close();
      app.closeAllConnections();
      app.close();
      await Promise.all([server.close(), party.close()]);
    });

    async function signIn(page: Page, person: { readonly username: string; readonly password: string }): Promise<void> {
      await page.fill('#username', person.username);
      await page.fill('#password', person.password);
      await page.click('#login-submit');
    }

    async function signedInApp(library: Library = 'oidc-client-ts'): Promise<Page> {
      await context.clearCookies();
      const page = await context.newPage();
      await page.goto(`${origin}/${library}/`);
      await page.evaluate(() => void manager.signinRedirect());
      await page.waitForSelector('#login-submit');
      await signIn(page, people.alice);
      await page.waitForFunction(() => document.title === 'Alice Archer');
      return page;
    }

    it.each(Object.keys(libraries) as Library[])(
      'SW-17: with %s a page signs in, renews silently in a frame, hears of another sign-in, and signs out',
      async (library) => {
        const page = await signedInApp(library);
        const [before, renewed] = await page.evaluate(async () => [await manager.getUser(), await manager.signinSilent()] as const);
        expect(before?.session_state).toMatch(/^[\w-]{43}\.[\w-]+$/);
        expect(renewed.access_token).not.toBe(before?.access_token);

        const other = await context.newPage();
        await other.goto(`${server.issuer}/login`);
        await signIn(other, people.bob);
        await other.waitForSelector('#home-account');
        await page.waitForFunction(() => heard.length > 0, undefined, { timeout: 15_000 });
        expect(await page.evaluate(() => [...heard])).toEqual([libraries[library].event]);

        await page.evaluate(() => void manager.signoutRedirect());
        await page.waitForURL(`${origin}/${library}/bye`);
        // Alice is out, and Bob, who asked for nothing, is not.
        await other.goto(`${server.issuer}/home`);
        expect(await other.textContent('#home-account')).toBe('Bob Builder');
        await other.close();
        await page.close();
      },
    );

    it.each(Object.keys(libraries) as Library[])(
      'SW-17, B4: with %s a page hears that the person signed out elsewhere in the browser',
      async (library) => {
        const page = await signedInApp(library);
        const other = await context.newPage();
        await other.goto(`${server.issuer}/logout`);
        await other.click('#logout-yes');
        await other.waitForSelector('#logged-out-sign-in');
        await page.waitForFunction(() => heard.includes('signed out'), undefined, { timeout: 15_000 });
        expect(await page.evaluate(() => [...heard])).toEqual(['signed out']);
        await other.close();
        await page.close();
      },
    );

    /** What the framed page answers to a message from this page. */
    async function asked(page: Page, messages: readonly unknown[]): Promise<readonly unknown[]> {
      return page.evaluate(
        async ([url, each]) => {
          const frame = document.createElement('iframe');
          frame.src = url;
          const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
          document.body.append(frame);
          await loaded;
          const answers: unknown[] = [];
          for (const message of each) {
            const answer = new Promise((resolve) => {
              addEventListener('message', ({ data, source }) => source === frame.contentWindow && resolve(data), { once: true });
              setTimeout(() => resolve('silence'), 500);
            });
            frame.contentWindow?.postMessage(message, new URL(url).origin);
            answers.push(await answer);
          }
          frame.remove();
          return answers;
        },
        [`${server.issuer}/check-session`, messages] as const,
      );
    }

    it('SW-18, B4: the framed page answers unchanged, changed after a sign-out, and error to what is no question', async () => {
      const page = await signedInApp();
      const state = (await page.evaluate(() => manager.getUser()))?.session_state ?? '';
      const [hash = '', salt = ''] = state.split('.');
      const questions = [
        ['unchanged', `one-page ${state}`],
        ['changed', `one-page ${hash}.other`],
        ['changed', `one-page ${'A'.repeat(43)}.${salt}`],
        ['error', 'one-page'],
        ['error', state],
        ['error', `one-page ${hash}`],
        ['error', ''],
        ['silence', { client: 'one-page' }],
        ['silence', 'x'.repeat(2000)],
      ] as const;
      expect(
        await asked(
          page,
          questions.map(([, question]) => question),
        ),
      ).toEqual(questions.map(([answer]) => answer));
      const other = await context.newPage();
      await other.goto(`${server.issuer}/logout`);
      await other.click('#logout-yes');
      await other.waitForSelector('#logged-out-sign-in');
      expect(await asked(page, [`one-page ${state}`])).toEqual(['changed']);
      await page.close();
    });

    it('K18: the state of one client tells nothing when another client, or another origin, asks with it', async () => {
      const page = await signedInApp();
      const state = (await page.evaluate(() => manager.getUser()))?.session_state ?? '';
      expect(await asked(page, [`web ${state}`, `one-page ${state}`])).toEqual(['changed', 'unchanged']);
      const foreign = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'));
      await once(foreign.listen(0, '127.0.0.1'), 'listening');
      const address = foreign.address();
      await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
      expect(await asked(page, [`one-page ${state}`, `web ${state}`])).toEqual(['changed', 'changed']);
      foreign.closeAllConnections();
      foreign.close();
      await page.close();
    });

    it.each([true, false])(
      'B3: the application’s own page is loaded in the browser, and then the person goes on; with script: %s',
      async (javaScriptEnabled) => {
        const own = await (browser as Browser).newContext({ javaScriptEnabled });
        const page = await own.newPage();
        const request = authorizationRequest(server.issuer, { client_id: 'framed', redirect_uri: `${party.origin}/callback` });
        await page.goto(request.url);
        await signIn(page, people.alice);
        await page.waitForURL((url) => url.pathname === '/callback');
        await page.goto(
          `${server.issuer}/logout?${form({ client_id: 'framed', post_logout_redirect_uri: `${party.origin}/bye`, state: 's' })}`,
        );
        await page.click('#logout-yes');
        await page.waitForURL(`${party.origin}/bye?state=s`);
        const asked = party.told.filter(({ path }) => path.startsWith('/out')).at(-1);
        expect(Object.fromEntries(new URL(asked?.path ?? '', party.origin).searchParams)).toEqual({
          iss: server.issuer,
          sid: expect.any(String),
        });
        expect(asked?.headers['sec-fetch-dest']).toBe('iframe');
        await own.close();
      },
    );

    it('K18: only the session page may be framed, and it brings nothing but our script', async () => {
      const response = await fetch(`${server.issuer}/check-session`);
      expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; script-src 'self'; base-uri 'none'");
      expect([response.headers.get('x-frame-options'), response.headers.getSetCookie()]).toEqual([null, []]);
      for (const path of ['/login', '/account', '/signed-out', '/home', '/logout']) {
        const { headers } = await fetch(`${server.issuer}${path}`);
        expect([headers.get('x-frame-options'), headers.get('content-security-policy')?.includes("frame-ancestors 'none'")], path).toEqual([
          'DENY',
          true,
        ]);
      }
    });
  },
);
