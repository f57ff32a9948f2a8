/** The main job in a real browser: the example application signs alice in through our provider. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebApp } from '../examples/web-app/web-app.ts';
import { browserHint, launchBrowser, screenshot, views } from './support/browser.ts';
import { freePort } from './support/process.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from './support/symbolon.ts';

const browser: Browser | undefined = await launchBrowser();

describe.skipIf(browser === undefined)(`a person signs in (${browser === undefined ? browserHint : browser.version()})`, () => {
  let server: TestServer;
  let app: Awaited<ReturnType<typeof startWebApp>>;

  beforeAll(async () => {
    const port = await freePort();
    // The application has no page to be loaded in a frame.
    const yaml = (await exampleConfiguration()).replace(/^ *frontchannel_logout_uri: .*\n/gm, '');
    server = await startSymbolon({ yaml: yaml.replaceAll('127.0.0.1:5000', `127.0.0.1:${port}`) });
    app = await startWebApp({ issuer: server.issuer, client_id: 'web', client_secret: 'web-secret-0123456789abcdef0123456789', port });
  });

  afterAll(async () => {
    await browser?.close();
    await app.close();
    await server.close();
  });

  async function journey(page: Page, name: string): Promise<void> {
    await page.goto(app.url);
    await page.click('#sign-in');
    await page.waitForSelector('#login-submit');
    await screenshot(page, `${name}-login`);
    await page.fill('#username', 'alice');
    await page.fill('#password', 'wrong');
    await page.click('#login-submit');
    await page.waitForSelector('[role=alert]');
    await screenshot(page, `${name}-login-refused`);
    await page.fill('#username', 'alice');
    await page.fill('#password', 'correct horse battery staple');
    await page.click('#login-submit');
    await page.waitForSelector('#consent-allow');
    await screenshot(page, `${name}-consent`);
    await page.click('#consent-allow');
    await page.waitForSelector('#claims');
    expect(await page.textContent('#userinfo')).toContain('Alice Archer');
    expect(await page.textContent('#userinfo')).toContain('alice@example.test');
    await screenshot(page, `${name}-signed-in`);
    await page.click('#refresh');
    await page.waitForSelector('#refreshed-at');
    await page.click('#sign-out');
    await page.waitForSelector('#signed-out');
    await screenshot(page, `${name}-signed-out`);
    await page.goto(`${server.issuer}/home`);
    await page.waitForSelector('#home-sign-in');
  }

  it.each(Object.entries(views))('signs in with consent, shows name and e-mail, refreshes and signs out: %s', async (name, options) => {
    const context = await browser?.newContext(options);
    const page = await context?.newPage();
    if (page === undefined) throw new Error('no page');
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await journey(page, name);
    await context?.close();
    // A wrong password is answered with 400, which the console mentions; a blocked script or style would be a fault.
    expect(problems.filter((text) => !text.includes('400'))).toEqual([]);
  });

  it('B1: a sign-out everywhere on her account page ends the session of the application too, and she sees that it was told', async () => {
    const context = await browser?.newContext();
    const page = await context?.newPage();
    if (page === undefined) throw new Error('no page');
    await page.goto(app.url);
    await page.click('#sign-in');
    await page.fill('#username', 'alice');
    await page.fill('#password', 'correct horse battery staple');
    await page.click('#login-submit');
    await page.click('#consent-allow');
    await page.waitForSelector('#claims');
    await page.goto(`${server.issuer}/account`);
    expect(await page.textContent('#access-name-0')).toContain('Example Web App');
    await screenshot(page, 'account');
    await page.click('#sign-out-everywhere');
    await page.waitForSelector('#ended-0');
    await screenshot(page, 'signed-out');
    await expect.poll(() => page.reload().then(() => page.locator('.ended-told').count()), { timeout: 10_000, interval: 500 }).toBe(1);
    await page.goto(app.url);
    await page.waitForSelector('#sign-in');
    await context?.close();
  });

  it('with the keyboard alone', async () => {
    const context = await browser?.newContext();
    const page = await context?.newPage();
    if (page === undefined) throw new Error('no page');
    await page.goto(`${server.issuer}/home`);
    await page.focus('#home-sign-in');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#login-submit');
    await page.focus('#username');
    await page.keyboard.type('bob');
    await page.keyboard.press('Tab');
    await page.keyboard.type('hunter2 hunter2');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#home-account');
    expect(await page.textContent('#home-account')).toContain('Bob Builder');
    await context?.close();
  });

  it('an error is told in the language of the page before it', async () => {
    const response = await fetch(`${server.issuer}/login?request=gone&ui_locales=fi`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Tämä kirjautuminen on päättynyt');
  });

  it('response_mode=form_post reaches the client with script and, by a button, without', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser?.newContext({ javaScriptEnabled });
      const page = await context?.newPage();
      if (page === undefined) throw new Error('no page');
      const url = new URL('/authorize', server.issuer);
      url.search = String(
        new URLSearchParams({
          client_id: 'nopkce',
          redirect_uri: `${app.url}/callback`,
          response_type: 'code',
          scope: 'openid',
          response_mode: 'form_post',
          state: 's',
        }),
      );
      const posted = page.waitForRequest((request) => request.method() === 'POST' && request.url() === `${app.url}/callback`);
      await page.goto(url.href);
      await page.fill('#username', 'alice');
      await page.fill('#password', 'correct horse battery staple');
      await page.click('#login-submit');
      if (!javaScriptEnabled) await page.click('#form-post-continue');
      expect(new URLSearchParams((await posted).postData() ?? '').get('state')).toBe('s');
      await context?.close();
    }
  });
});
