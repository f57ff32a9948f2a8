/** The shop as a person uses it: in the sandbox, on the configuration that comes with it, and in production, with a certificate made from its request. */
import { readFile } from 'node:fs/promises';
import type { ClientCertificate } from '@symbolon/relying-party';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { people, signInAndConsent } from '../../test/support/client.ts';
import { createCookieJar } from '../../test/support/cookie-jar.ts';
import { type Agent, createAgent } from '../../test/support/http-agent.ts';
import { bankAccount, startNetwork } from '../../test/support/network.ts';
import { freePort } from '../../test/support/process.ts';
import { startSymbolon } from '../../test/support/symbolon.ts';
import { startShop } from './shop.ts';

// The program is started for the certificate.
vi.setConfig({ testTimeout: 60_000 });

const secret = '0123456789abcdef0123456789abcdef';
const { username, password } = people.alice;

const opened: { readonly close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

function kept<T extends { readonly close: () => Promise<void> }>(each: T): T {
  opened.push(each);
  return each;
}

/** The network of the example, with the shop at another port. */
async function sandbox() {
  const port = await freePort();
  const yaml = (await readFile(new URL('network.yaml', import.meta.url), 'utf8')).replaceAll('127.0.0.1:5000', `127.0.0.1:${port}`);
  const issuer = `${kept(await startSymbolon({ yaml })).issuer}/oidc`;
  const proof = { client_secret: 'shop-secret-0123456789abcdef01234567' };
  return { issuer, shop: kept(await startShop({ issuer, client_id: 'shop', proof, secret, port })) };
}

async function production() {
  const port = await freePort();
  const registered = `redirect_uris: [http://127.0.0.1:${port}/jwt], scope: openid profile email address payment_details, environment: production`;
  const bound = 'token_endpoint_auth_method: tls_client_auth, tls_client_certificate_bound_access_tokens: true';
  const entry = (id: string) => `      - { client_id: ${id}, ${bound}, tls_client_auth_subject_dn: "CN=${id}", ${registered} }\n`;
  const network = kept(await startNetwork({ clients: entry('shop-mtls') + entry('another') }));
  const open = async (certificate: ClientCertificate) =>
    kept(await startShop({ issuer: network.issuer, client_id: 'shop-mtls', proof: { certificate }, secret, port }));
  return { network, open };
}

/** What the selector does, by its contract: back to `origin_url` with the issuer. */
function backFromSelector(iss: string, chosen: Readonly<Record<string, string>> = {}): string {
  return `/login?${new URLSearchParams({ iss, visitor_id: 'v-1', ...chosen })}`;
}

/** From the selector to the shop, by way of the network, and of the bank that was chosen. */
async function signIn(shopper: Agent, network: Agent, iss: string, chosen: Readonly<Record<string, string>> = {}) {
  const begun = await shopper.get(backFromSelector(iss, chosen));
  const { location = '' } = await signInAndConsent(network, await network.get(begun.location ?? ''), { username, password });
  return { begun, location, page: await shopper.get(location) };
}

describe('the shop', () => {
  it('has a button for a stranger, and leads her to the selector with the visitor id', async () => {
    const { issuer, shop } = await sandbox();
    const shopper = createAgent(shop.url);
    const page = await shopper.get('/');
    expect(page.text).toContain(`<symbolon-button client-id="shop" origin-url="${shop.url}/login"`);
    expect(page.text).toContain(`src="${issuer}/button.js"`);
    expect((await fetch(`${issuer}/button.js`)).status).toBe(200);
    const { location = '' } = await shopper.get('/login?client_id=shop&visitor_id=v-1');
    expect(location).toMatch(`${issuer}/auth/select-accounts?`);
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({ client_id: 'shop', visitor_id: 'v-1' });
  });

  it('in the sandbox knows from the chosen bank who came: pushed request, signed answer, claims', async () => {
    const { issuer, shop } = await sandbox();
    const [shopper, network] = [createAgent(shop.url), createAgent(issuer)];
    const { begun, location, page } = await signIn(shopper, network, issuer, { idp_id: 'acme' });
    expect([...new URL(begun.location ?? '').searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect([...new URL(location).searchParams.keys()]).toEqual(['response']);
    for (const text of ['Welcome, Alice Archer.', 'alice@example.test', '4360 Dragon Dr', bankAccount.identifier])
      expect(page.text).toContain(text);
    const gone = await shopper.submit(page, { button: 'logout' });
    expect(gone.location).toMatch(`${issuer}/session/end?`);
    expect((await shopper.get('/')).text).toContain('symbolon-button');
  });

  it('takes no issuer but the one it knows', async () => {
    const { shop } = await sandbox();
    const answer = await createAgent(shop.url).get(backFromSelector('https://evil.example'));
    expect([answer.status, answer.location]).toEqual([404, undefined]);
  });

  it('in production knows it by a certificate made from its request', async () => {
    const { network, open } = await production();
    const shop = await open({ ...(await network.identityOf('shop-mtls')), ca: network.ca });
    const browser = createAgent(network.issuer, createCookieJar(), network.ask());
    const { page } = await signIn(createAgent(shop.url), browser, network.issuer);
    expect(page.text).toContain('Welcome, Alice Archer.');
    expect(page.text).toContain(bankAccount.identifier);
  });

  it('in production is nobody with the certificate of another', async () => {
    const { network, open } = await production();
    const shop = await open({ ...(await network.identityOf('another')), ca: network.ca });
    const refused = await createAgent(shop.url).get(backFromSelector(network.issuer));
    expect([refused.status, refused.location]).toEqual([502, undefined]);
  });
});
