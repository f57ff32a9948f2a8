/** `<symbolon-button>` on somebody else's page, in a real browser, loaded from our server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserHint, launchBrowser, screenshot, views } from './support/browser.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const browser: Browser | undefined = await launchBrowser();

describe.skipIf(browser === undefined)(`idpartner: the button (${browser === undefined ? browserHint : browser.version()})`, () => {
  let server: TestServer;
  let shop: Server;
  let origin: string;
  let body = '';
  beforeAll(async () => {
    server = await startSymbolon();
    // As strict as can be: scripts of one address, no styles of elements. The fingerprint library gives up a little of itself under trusted types.
    const strict = `default-src 'none'; script-src ${server.issuer}`;
    shop = createServer((request, response) => {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': request.url === '/trusted' ? `${strict}; require-trusted-types-for 'script'` : strict,
      });
      response.end(
        ['/', '/trusted'].includes(request.url ?? '')
          ? `<!doctype html><html lang="fi"><title>shop</title><body>${body}</body></html>`
          : '<title>next</title>',
      );
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    shop.close();
    await server.close();
  });

  async function open(
    markup: string,
    options: BrowserContextOptions = {},
    path = '/',
  ): Promise<{ page: Page; said: string[]; asked: Set<string> }> {
    const page = await (await browser?.newContext(options))?.newPage();
    if (page === undefined) throw new Error('no page');
    const said: string[] = [];
    const asked = new Set<string>();
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    body = `<script type="module" src="${server.issuer}/button.js"></script>${markup}`;
    await page.goto(origin + path);
    await page.waitForFunction(() => customElements.get('symbolon-button') !== undefined);
    return { page, said, asked };
  }
  const button = (attributes = '') =>
    `<symbolon-button client-id="shop" origin-url="${origin}/login?from=1" ${attributes}></symbolon-button>`;

  it('goes to the origin URL with client_id and a visitor_id that is the same at every visit, and tells nobody else', async () => {
    const ids: (string | null)[] = [];
    for (let visit = 0; visit < 2; visit++) {
      const { page, said, asked } = await open(button());
      await page.getByRole('link', { name: 'Kirjaudu sisään' }).click();
      await page.waitForURL(/\/login/);
      const url = new URL(page.url());
      expect([url.pathname, url.searchParams.get('from'), url.searchParams.get('client_id')]).toEqual(['/login', '1', 'shop']);
      ids.push(url.searchParams.get('visitor_id'));
      expect(said).toEqual([]);
      expect([...asked].sort()).toEqual([origin, server.issuer].sort());
      await page.context().close();
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('makes no visitor id where the page switches it off, and does not even load what would make it', async () => {
    const { page, said } = await open(button('fingerprint="off"'), {}, '/trusted');
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.getByRole('link').click();
    await page.waitForURL(/\/login/);
    expect(new URL(page.url()).searchParams.has('visitor_id')).toBe(false);
    expect(loaded.filter((url) => url.endsWith('.js'))).toEqual([]);
    expect(said).toEqual([]);
    await page.context().close();
  });

  it('works with the keyboard alone, and without the visitor id when its script cannot be had', async () => {
    const { page } = await open(button());
    await page.route(/visitor\.js/, (route) => route.abort());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/login/);
    expect(new URL(page.url()).search).toBe('?from=1&client_id=shop');
    await page.context().close();
  });

  it('speaks the language of the page, of its own attribute, or says what the page tells it to', async () => {
    const { page } = await open(`${button()}${button('lang="sv-FI"')}${button('label="Tunnistaudu"')}`);
    expect(await page.locator('symbolon-button a').allTextContents()).toEqual(['Kirjaudu sisään', 'Logga in', 'Tunnistaudu']);
    await page
      .locator('symbolon-button')
      .first()
      .evaluate((element) => element.setAttribute('label', 'Anna <b>'));
    expect(await page.locator('symbolon-button a').first().textContent()).toBe('Anna <b>');
    await page.context().close();
  });

  it('A5: leads nowhere, and tells the developer why, without a client or with an address that is none', async () => {
    const { page, said } = await open(
      '<symbolon-button origin-url="/login"></symbolon-button><symbolon-button client-id="shop"></symbolon-button>' +
        '<symbolon-button client-id="shop" origin-url="javascript:alert(1)"></symbolon-button>',
    );
    expect(said.map((text) => text.replace(/^.*?: /, '').slice(0, 24))).toEqual([
      'client-id is missing: gi',
      'origin-url is missing: g',
      'origin-url must be an ht',
    ]);
    expect(await page.locator('symbolon-button a[href]').count()).toBe(0);
    await page.context().close();
  });

  it('K13: can be pinned by its hash at an address that never changes', async () => {
    const manifest = (await (await fetch(`${server.issuer}/button.json`)).json()) as { script: string; integrity: string };
    const address = `${server.issuer}/${manifest.script}`;
    const answer = await fetch(address);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect((await answer.arrayBuffer()).byteLength).toBeLessThan(6000);
    expect((await fetch(`${server.issuer}/button.js`)).headers.get('cache-control')).toBe('public, max-age=300');
    const { page } = await open(
      `<script type="module" crossorigin src="${address}" integrity="${manifest.integrity}"></script>${button()}`,
    );
    expect(await page.getByRole('link').count()).toBe(1);
    await page.context().close();
  });

  it.each(Object.entries({ light: {}, dark: views.dark, narrow: views.narrow }))('looks like our pages: %s', async (name, options) => {
    const { page } = await open(`${button()} ${button('theme="dark"')} ${button('theme="light"')}`, options);
    await page.keyboard.press('Tab');
    await screenshot(page, `button-${name}`);
    const { width, height } = (await page.locator('symbolon-button').first().boundingBox()) ?? { width: 0, height: 0 };
    expect(height).toBeGreaterThanOrEqual(44);
    expect(width).toBeLessThan(320);
    await page.context().close();
  });
});
