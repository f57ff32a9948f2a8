/** Through a partner in a real browser: the link in the partner's tool, the partner's own sign-in page, and home. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserHint, launchBrowser, screenshot, views } from './support/browser.ts';
import { people as persons } from './support/client.ts';
import { alice, partner, people, shop, startHub, startLink } from './support/hub.ts';
import { freePort } from './support/process.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import { startSymbolon, type TestServer } from './support/symbolon.ts';

const browser: Browser | undefined = await launchBrowser();

describe.skipIf(browser === undefined)(
  `o2o: a person comes from a partner (${browser === undefined ? browserHint : browser.version()})`,
  () => {
    let idp: TestServer;
    let hub: TestServer;
    let other: Awaited<ReturnType<typeof startScriptedProvider>>;
    let newcomer: typeof other;

    beforeAll(async () => {
      const port = await freePort();
      idp = await startSymbolon({ yaml: partnerYaml(`http://127.0.0.1:${port}/auth/oidc/callback`) });
      other = await startScriptedProvider({ userinfo: { name: 'Someone', email: 'alice@acme.test' } });
      newcomer = await startScriptedProvider({ sub: 'new', userinfo: { name: 'Nora New', email: 'nora@acme.test' } });
      const rules = { email: { required: true }, contract_type: { required: true, to: 'contractType' } };
      hub = await startHub({
        upstreams: [
          partner('17', idp, { name: 'Acme Payroll', ...registration, claims: rules, support: 'help@acme.test' }),
          partner('ask', other, { name: 'Zeta Bank', linking: 'ask' }),
          partner('bare', other, { name: 'Bare Bank' }),
          partner('fresh', newcomer, { name: 'Fresh Bank', registration: 'review' }),
        ],
        users: [{ ...alice, claims: { ...alice.claims, email: 'alice@acme.test' } }],
        clients: [shop],
        server: { port },
      });
    });
    afterAll(async () => {
      await browser?.close();
      await Promise.all([idp.close(), hub.close(), other.close(), newcomer.close()]);
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

    async function signInAtPartner(page: Page, username: keyof typeof persons): Promise<void> {
      await page.goto(hub.issuer + startLink('17'));
      await page.fill('#username', persons[username].username);
      await page.fill('#password', persons[username].password);
      await page.click('#login-submit');
    }

    it('O2-10, O2-11: the first visit registers her and lands at /home, the second one updates', async () => {
      await inBrowser(views.plain, async (page) => {
        await signInAtPartner(page, 'alice');
        await page.waitForURL(`${hub.issuer}/home`);
        expect(await page.textContent('#home-account')).toBe('Ann of Payroll');
        await screenshot(page, 'partner-home');
        const [tenant] = idp.tenants;
        const ann = (await tenant?.store.users.list(undefined, 10))?.find(({ username }) => username === 'alice');
        if (ann !== undefined) await tenant?.store.users.replace({ ...ann, claims: { ...ann.claims, name: 'Ann Baker' } });
        // Signed in at the partner already: one click, no page.
        await page.goto(hub.issuer + startLink('17'));
        await page.waitForURL(`${hub.issuer}/home`);
        expect(await page.textContent('#home-account')).toBe('Ann Baker');
      });
      expect((await people(hub)).map(({ username }) => username)).toEqual(['17/ann', 'alice']);
    });

    it('O2-9: a missing claim is named on a page, and nothing is created', async () => {
      const before = (await people(hub)).length;
      await inBrowser(views.plain, async (page) => {
        await signInAtPartner(page, 'bob');
        await page.waitForSelector('#problem-claim-0');
        expect(await page.textContent('#problem-claim-0')).toBe('contract_type is missing');
        expect(await page.textContent('#problem-support')).toBe('help@acme.test');
      });
      expect(await people(hub)).toHaveLength(before);
    });

    it.each(Object.entries(views))('looks right, and works: %s', async (name, options) => {
      await inBrowser(options, async (page) => {
        await page.goto(`${hub.issuer}/login`);
        await page.waitForSelector('#upstream-ask');
        await screenshot(page, `partner-${name}-login`);
        // The scripted partner sends back at once.
        await page.click('#upstream-ask');
        await page.waitForSelector('#confirm-submit');
        await screenshot(page, `partner-${name}-confirm`);
        await page.click('#confirm-cancel');
        await page.waitForSelector('#problem-retry');
        await screenshot(page, `partner-${name}-after`);
        await signInAtPartner(page, 'bob');
        await page.waitForSelector('#problem-claim-0');
        await screenshot(page, `partner-${name}-claims`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
      });
    });

    it.each(Object.entries(views))('AG-28: a newcomer reviews her account and sees where she may come from: %s', async (name, options) => {
      await inBrowser(options, async (page) => {
        newcomer.script = {
          claims: (claims) => ({ ...claims, sub: name }),
          userinfo: (claims) => ({ ...claims, sub: name, email: `${name}@acme.test` }),
        };
        await page.goto(hub.issuer + startLink('fresh'));
        await page.waitForSelector('#review-submit');
        await screenshot(page, `partner-${name}-review`);
        await page.fill('#name', 'Nora Newman');
        await page.click('#review-submit');
        await page.waitForURL(`${hub.issuer}/home`);
        expect(await page.textContent('#home-account')).toBe('Nora Newman');
        await page.goto(`${hub.issuer}/account`);
        await page.click('#account-links');
        await page.waitForSelector('#link-0');
        await screenshot(page, `partner-${name}-links`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
      });
    });

    it('links an account after its password, and goes home', async () => {
      await inBrowser(views.plain, async (page) => {
        await page.goto(`${hub.issuer}/login`);
        await page.click('#upstream-ask');
        await page.fill('#username', 'alice');
        await page.fill('#password', alice.password);
        await page.click('#confirm-submit');
        await page.waitForURL(`${hub.issuer}/home`);
        expect(await page.textContent('#home-account')).toBe('Alice Archer');
      });
    });

    it('K1: somebody who is signed in is asked before she becomes somebody else', async () => {
      await inBrowser(views.plain, async (page) => {
        await page.goto(`${hub.issuer}/login`);
        await page.fill('#username', 'alice');
        await page.fill('#password', alice.password);
        await page.click('#login-submit');
        await signInAtPartner(page, 'alice');
        await page.waitForSelector('#switch-yes');
        await screenshot(page, 'partner-switch');
        hub.advance(2);
        await page.click('#switch-yes');
        await page.waitForURL(`${hub.issuer}/home`);
        expect(await page.textContent('#home-account')).toBe('Ann Baker');
      });
    });
  },
);

const registration = {
  client_id: 'o2o',
  client_secret: 'o2o-secret-0123456789abcdef0123456789',
  token_endpoint_auth_method: 'client_secret_post',
};

function partnerYaml(callback: string): string {
  const client = {
    ...registration,
    redirect_uris: [callback],
    scope: 'openid profile email',
    policy: { consent: 'implicit' },
    claims: [{ to: 'contract_type', from: 'claim', claim: 'contract_type', into: ['id_token'] }],
  };
  const claims = { name: 'Ann of Payroll', email: 'ann@payroll.test', email_verified: true, contract_type: 'clerk' };
  const users = [
    { ...persons.alice, claims },
    { ...persons.bob, claims: { name: 'Bob', email: 'bob@payroll.test' } },
  ];
  const tenant = { id: 'partner', name: 'Acme Payroll', issuer: 'http://127.0.0.1:4000', users, clients: [client] };
  return `server: { listen: 127.0.0.1:4000 }\ndatabase: sqlite::memory:\ntenants: ${JSON.stringify([tenant])}\n`;
}
