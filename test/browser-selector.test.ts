/**
 * The whole story of the bank network in a real browser: a shop's button, the account selector, two banks (one `oidc-provider`, one ours), consent,
 * a signed answer, and the claims in the shop. The shop knows nothing of us but the contract.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserHint, launchBrowser, screenshot, views } from './support/browser.ts';
import { type AuthorizationRequest, claimsIn, people, redeem } from './support/client.ts';
import { type ForeignProvider, startForeignProvider } from './support/foreign-provider.ts';
import { startHub } from './support/hub.ts';
import { freePort } from './support/process.ts';
import { push, verifiedAnswer } from './support/pushed.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const browser: Browser | undefined = await launchBrowser();
const title = `idpartner: a shop and two banks (${browser === undefined ? browserHint : browser.version()})`;

const asBankClient = {
  client_id: 'hub',
  client_secret: 'hub-secret-0123456789abcdef0123456789',
  token_endpoint_auth_method: 'client_secret_post',
};

describe.skipIf(browser === undefined)(title, () => {
  let foreign: ForeignProvider;
  let ours: TestServer;
  let hub: TestServer;
  let shop: Shop;

  beforeAll(async () => {
    const port = await freePort();
    const redirect_uris = [`http://127.0.0.1:${port}/auth/oidc/callback`];
    foreign = await startForeignProvider([
      { ...asBankClient, redirect_uris, response_types: ['code'], grant_types: ['authorization_code'] },
    ]);
    ours = await startSymbolon({ yaml: bankYaml(redirect_uris) });
    shop = await startShop(() => hub.issuer);
    const bank = (id: string, name: string, discovery: string) => ({ id, name, discovery, ...asBankClient });
    const others = ['Alpenbank', 'Banque du Lac', 'Caja Sol', 'Dnipro Bank', 'Erste Österbank'];
    hub = await startHub({
      upstreams: [
        bank('foreign', 'Acme Bank', foreign.issuer),
        bank('ours', 'Zeta Bank', ours.issuer),
        ...others.map((name, index) => bank(`other-${index}`, name, foreign.issuer)),
      ],
      clients: [
        {
          ...shopClient,
          client_name: 'Corner Shop',
          redirect_uris: [`${shop.origin}/jwt`],
          origin_url: `${shop.origin}/login`,
          scope: 'openid profile email',
          id_token_signed_response_alg: 'PS256',
          authorization_signed_response_alg: 'PS256',
          policy: { scopeClaims: 'id_token' },
        },
      ],
      tenant: { name: 'Bank Network' },
      server: { port },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([ours.close(), hub.close(), foreign.close(), shop.close()]);
  });

  async function inBrowser(options: Parameters<Browser['newContext']>[0], body: (page: Page, context: BrowserContext) => Promise<void>) {
    const context = await browser?.newContext(options);
    const page = await context?.newPage();
    if (context === undefined || page === undefined) throw new Error('no page');
    const blocked: string[] = [];
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && blocked.push(message.text()));
    await body(page, context);
    await context.close();
    expect(blocked).toEqual([]);
  }

  const claimsShown = async (page: Page) => JSON.parse((await page.textContent('#claims')) ?? '') as Record<string, unknown>;

  it('IP-1, IP-2, IP-12, IP-25: button, selector, bank, consent, claims; the second visit goes straight to the bank, and another can be chosen', async () => {
    await inBrowser(views.plain, async (page) => {
      await page.goto(shop.origin);
      await page.getByRole('link', { name: 'Sign in', exact: true }).click();
      await page.waitForSelector('#upstream-foreign');
      expect(new URL(page.url()).searchParams.get('visitor_id')).toMatch(/^\w{8,}$/);
      await screenshot(page, 'selector-first');
      await page.click('#upstream-foreign');
      await page.waitForSelector('#consent-allow');
      expect(await page.textContent('#consent-from')).toBe('Acme Bank');
      await screenshot(page, 'selector-consent');
      await page.click('#consent-allow');
      await page.waitForSelector('#claims');
      expect(await claimsShown(page)).toMatchObject({ iss: hub.issuer, name: 'Ann Archer', email: 'ann@partner.example' });

      const seen: string[] = [];
      page.on('framenavigated', (frame) => seen.push(frame.url()));
      await page.goto(shop.origin);
      await page.getByRole('link', { name: 'Sign in', exact: true }).click();
      await page.waitForSelector('#claims');
      expect(seen.filter((url) => url.startsWith(hub.issuer))).toEqual([]);

      await page.goto(`${shop.origin}/login?client_id=shop&choose=again`);
      await page.waitForSelector('#account-0');
      expect(await page.textContent('#account-0')).toContain('Ann Archer');
      await screenshot(page, 'selector-again');
      await page.click('#upstream-ours');
      await page.fill('#username', people.alice.username);
      await page.fill('#password', people.alice.password);
      await page.click('#login-submit');
      await page.waitForSelector('#consent-allow, #switch-yes');
      if ((await page.$('#switch-yes')) !== null) await page.click('#switch-yes');
      await page.waitForSelector('#consent-allow');
      expect(await page.textContent('#consent-from')).toBe('Zeta Bank');
      await page.click('#consent-allow');
      await page.waitForSelector('#claims');
      expect(await claimsShown(page)).toMatchObject({ iss: hub.issuer, name: 'Alice of Zeta' });
    });
  });

  it('IP-1: with nothing but the keyboard', async () => {
    await inBrowser(views.plain, async (page) => {
      await page.goto(`${shop.origin}/login?client_id=shop&visitor_id=keyboard`);
      const focused = () => page.evaluate(() => document.activeElement?.id);
      const tabTo = async (id: string) => {
        for (let presses = 0; presses < 30 && (await focused()) !== id; presses += 1) await page.keyboard.press('Tab');
        expect(await focused()).toBe(id);
        expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe('solid');
      };
      await tabTo('search');
      await page.keyboard.type('oster');
      await page.keyboard.press('Enter');
      await page.waitForURL(/q=oster/);
      expect(await page.locator('[id^=upstream-]').count()).toBe(1);
      await tabTo('search-all');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#upstream-foreign');
      await tabTo('upstream-foreign');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#consent-allow, #claims');
    });
  });

  it.each(Object.entries({ ...views, 'narrow dark': { ...views.narrow, ...views.dark } }))(
    'IP-1: looks right, and works: %s',
    async (name, options) => {
      await inBrowser(options, async (page) => {
        const picture = name.replaceAll(' ', '-');
        const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
        await page.goto(`${shop.origin}/login?client_id=shop`);
        await page.waitForSelector('#upstream-ours');
        await screenshot(page, `selector-${picture}`);
        expect(await fits()).toBe(true);
        for (const element of await page.locator('a.account').all())
          expect((await element.boundingBox())?.height).toBeGreaterThanOrEqual(44);
        await page.fill('#search', 'nobody at all');
        await page.click('#search-submit');
        await page.waitForSelector('#selector-none');
        await screenshot(page, `selector-${picture}-none`);
        await page.click('#search-all');
        await page.click('a[lang=fi]');
        await page.waitForSelector('html[lang=fi] #upstream-foreign');
        await screenshot(page, `selector-${picture}-fi`);
        await page.click('#upstream-foreign');
        await page.waitForSelector('#consent-allow, #claims');
        if ((await page.$('#consent-allow')) !== null) {
          await screenshot(page, `selector-${picture}-consent`);
          expect(await fits()).toBe(true);
          await page.click('#consent-switch');
          await page.waitForSelector('#upstream-ours');
          await screenshot(page, `selector-${picture}-login`);
          expect(await fits()).toBe(true);
        }
        await page.goto(`${shop.origin}/login?client_id=shop&prompt=select_account`);
        await page.waitForSelector('#account-0');
        await screenshot(page, `selector-${picture}-accounts`);
        expect(await fits()).toBe(true);
      });
    },
  );
});

const shopClient = { client_id: 'shop', client_secret: 'shop-secret-0123456789abcdef01234567' };

type Shop = { readonly origin: string; readonly close: () => void };

/** The shop's side of seed 001: to the selector without `iss`, to the hub with it, and what comes back is shown. */
async function startShop(hub: () => string): Promise<Shop> {
  const requests = new Map<string, AuthorizationRequest>();
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.stack));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { ...shopClient, redirect_uri: `${origin}/jwt` };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', origin);
    const page = (html: string) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><html lang="en">${html}`);
    if (pathname === '/jwt') return void page(`<pre id="claims">${JSON.stringify(await claimsOf(query.get('response') ?? ''))}</pre>`);
    if (pathname !== '/login')
      return void page(
        `<script type="module" src="${hub()}/button.js"></script><symbolon-button client-id="shop" origin-url="${origin}/login"></symbolon-button>`,
      );
    response.writeHead(302, { location: await next(query) }).end();
  }

  async function next(query: URLSearchParams): Promise<string> {
    const prompt = query.get('prompt');
    if (query.get('iss') !== hub() && prompt === null) {
      const asked = new URLSearchParams({
        client_id: 'shop',
        visitor_id: query.get('visitor_id') ?? 'undefined',
        scope: 'openid profile email',
      });
      if (query.has('choose')) asked.set('choose', 'again');
      return `${hub()}/auth/select-accounts?${asked}`;
    }
    const named = prompt === null ? { identity_provider_id: query.get('idp_id') ?? '' } : { prompt };
    const request = await push(hub(), client, { scope: 'openid profile email', response_mode: 'jwt', ...named });
    requests.set(request.state, request);
    return request.url;
  }

  async function claimsOf(jwt: string) {
    const { payload } = await verifiedAnswer(hub(), client, jwt, { algorithms: ['PS256'] });
    const request = requests.get(String(payload.state));
    if (request === undefined) throw new Error('no such request');
    const { body } = await redeem(hub(), client, request, new URLSearchParams({ code: String(payload.code) }));
    return claimsIn(body.id_token);
  }
  return { origin, close: () => void server.close().closeAllConnections() };
}

function bankYaml(redirect_uris: readonly string[]): string {
  const client = { ...asBankClient, redirect_uris, scope: 'openid profile email', policy: { consent: 'implicit' } };
  const users = [{ ...people.alice, claims: { name: 'Alice of Zeta', email: 'alice@zeta.test', email_verified: true } }];
  const tenant = { id: 'zeta', name: 'Zeta Bank', issuer: 'http://127.0.0.1:4000', users, clients: [client] };
  return `server: { listen: 127.0.0.1:4000 }\ndatabase: sqlite::memory:\ntenants: ${JSON.stringify([tenant])}\n`;
}
