/**
 * The account selector in hostile hands. It sends people away before anybody has signed in, and believes hints: so it may send nobody anywhere but
 * to the registered address, and no hint may show, sign in or remember anything for anybody else.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest } from '../support/client.ts';
import { expectErrorPage } from '../support/error-page.ts';
import type { Agent } from '../support/http-agent.ts';
import { newPerson, partner } from '../support/hub.ts';
import { type Banks, banksShop, drawing, linkOf, listed, returned, selectorAt, startBanks, startHubOfBanks } from '../support/selector.ts';
import type { TestServer } from '../support/symbolon.ts';
import { textOf } from './pages.ts';

const client = { ...banksShop, redirect_uri: 'http://127.0.0.1:5000/callback' };
const evil = '<script>alert(1)</script>"\'';
const folder = mkdtempSync(join(tmpdir(), 'selector-'));
let banks: Banks;
let hub: TestServer;

beforeAll(async () => {
  writeFileSync(join(folder, 'acme.svg'), drawing);
  banks = await startBanks();
  const other = { id: 'other', issuer: 'http://127.0.0.1:4000/t/other', upstreams: [partner('foreign', banks.zeta)] };
  const clients = [{ ...banksShop, client_id: 'loud', client_name: `${evil}\u202Emoc.knab\u202C${'x'.repeat(500)}` }];
  hub = await startHubOfBanks(banks, {
    logo: join(folder, 'acme.svg'),
    clients,
    tenants: [{ ...other, clients: [{ ...banksShop, scope: 'openid' }] }],
  });
});
afterAll(async () => {
  await Promise.all([hub.close(), banks.acme.close(), banks.zeta.close()]);
  rmSync(folder, { recursive: true });
});

/** Chooses as a person does. */
async function chosen(bank: string, query = '', person = newPerson(hub)): Promise<Agent> {
  returned(await person.get(linkOf(await person.get(selectorAt(query)), `upstream-${bank}`)));
  return person;
}

const cookieOf = (person: Agent, name: string) =>
  (person.cookies.header(new URL(hub.issuer)) ?? '').split('; ').find((cookie) => cookie.startsWith(`${name}=`)) ?? '';

describe('security: the account selector', () => {
  const addresses = [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    '%2F%2Fevil.example',
    'javascript:alert(1)',
  ];
  it.each(addresses)('A13: %s in any parameter never becomes where somebody is sent', async (address) => {
    const value = encodeURIComponent(address);
    const names = [
      'origin_url',
      'redirect_uri',
      'returnTo',
      'return_to',
      'iss',
      'idp_id',
      'state',
      'ui_locales',
      'q',
      'visitor_id',
      'scope',
    ];
    const query = names.map((name) => `&${name}=${value}`).join('');
    const sent = returned(await newPerson(hub).get(selectorAt(`${query}&choice=acme`)));
    expect(sent).toEqual({ shop: '1', iss: hub.issuer, idp_id: 'acme', visitor_id: address });
    for (const name of ['choice', 'idp_hint', 'choose', 'mark'])
      expect((await newPerson(hub).get(selectorAt(`&${name}=${value}`))).location, name).toBeUndefined();
    expectErrorPage(await newPerson(hub).get(`/auth/select-accounts?client_id=${value}&choice=acme`));
    const again = await fetch(`${hub.issuer}${selectorAt(`${query}&choose=again`)}`, { redirect: 'manual' });
    expect(again.headers.get('location')).toMatch(/^\/auth\/select-accounts\?client_id=shop&/);
  });

  it('K11: a link that another page made is no choice: it leads on, and nothing is remembered', async () => {
    const mine = newPerson(hub);
    const link = linkOf(await newPerson(hub).get(selectorAt('&visitor_id=k11')), 'upstream-zeta');
    await mine.get(selectorAt(''));
    for (const forged of [link, link.replace(/mark=[^&]+/, 'mark='), link.replace('choice=zeta', 'choice=acme')]) {
      const back = await mine.get(forged, { 'sec-fetch-site': 'cross-site' });
      expect(Object.keys(returned(back))).toContain('idp_id');
      expect(back.headers.getSetCookie()).toEqual([]);
    }
    expect((await mine.get(selectorAt('&visitor_id=k11'))).status).toBe(200);
    expect((await newPerson(hub).get(selectorAt('&visitor_id=k11'))).status).toBe(200);
  });

  it('K11: the mark of one bank is none for another', async () => {
    const person = newPerson(hub);
    const link = linkOf(await person.get(selectorAt('')), 'upstream-zeta');
    expect((await person.get(link.replace('choice=zeta', 'choice=acme'))).headers.getSetCookie()).toEqual([]);
    expect((await person.get(link)).headers.getSetCookie()).toHaveLength(1);
  });

  it('K1: a forged, changed, foreign or oversized cookie says nothing', async () => {
    const person = await chosen('zeta');
    const [name, value = ''] = cookieOf(person, 'symbolon-hub.choice').split('=');
    const [payload = '', seal] = value.split('.');
    const changed = Buffer.from(payload, 'base64url').toString().replaceAll('zeta', 'acme');
    const forged = [
      `${Buffer.from(changed).toString('base64url')}.${seal}`,
      `${payload}.`,
      payload,
      `.${seal}`,
      '.',
      `${payload}.${'A'.repeat(43)}`,
      `${payload.repeat(40)}.${seal}`,
      Buffer.from('{"chosen":"acme"}').toString('base64url'),
    ];
    for (const cookie of forged) {
      const answer = await fetch(`${hub.issuer}${selectorAt('')}`, { redirect: 'manual', headers: { cookie: `${name}=${cookie}` } });
      expect(answer.status, cookie.slice(0, 50)).toBe(200);
    }
    const good = await fetch(`${hub.issuer}${selectorAt('')}`, { redirect: 'manual', headers: { cookie: `${name}=${value}` } });
    expect(good.status).toBe(302);
  });

  it('D12: what was chosen at one tenant, and the name of its bank, are nothing at another', async () => {
    const person = await chosen('zeta', '&visitor_id=d12');
    const value = cookieOf(person, 'symbolon-hub.choice').split('=')[1] ?? '';
    const at = `${hub.issuer}/t/other/auth/select-accounts?client_id=shop&visitor_id=d12`;
    for (const query of ['', '&idp_hint=zeta', '&choice=zeta'])
      expect((await fetch(at + query, { redirect: 'manual', headers: { cookie: `symbolon-other.choice=${value}` } })).status).toBe(200);
    for (const query of ['&idp_hint=foreign', '&choice=foreign', '&choice=hidden', '&choice=closed'])
      expect((await newPerson(hub).get(selectorAt(query))).status).toBe(200);
    const named = await newPerson(hub).get(authorizationRequest(hub.issuer, client, { identity_provider_id: 'foreign' }).url);
    expect([named.location, listed(named)]).toEqual([undefined, ['upstream-acme', 'upstream-zeta']]);
  });

  it('D11: an account of one bank does not answer a request that names another', async () => {
    const person = newPerson(hub);
    await person.get(await banks.zeta.visit((await person.get('/auth/oidc/start/zeta')).location ?? ''));
    const silent = { prompt: 'none', scope: 'openid profile' };
    for (const identity_provider_id of ['acme', 'local']) {
      const answer = answerOf(await person.get(authorizationRequest(hub.issuer, client, { ...silent, identity_provider_id }).url));
      expect(answer.get('error')).toBe('login_required');
    }
    const answer = answerOf(await person.get(authorizationRequest(hub.issuer, client, { ...silent, identity_provider_id: 'zeta' }).url));
    expect(answer.get('code')).not.toBeNull();
  });

  it('D8: coming back from the bank twice with one answer finishes one request once', async () => {
    const person = newPerson(hub);
    const request = authorizationRequest(hub.issuer, client, { scope: 'openid', identity_provider_id: 'acme' });
    const answer = await banks.acme.visit((await person.get(request.url)).location ?? '');
    expect(answerOf(await person.get(answer)).get('code')).not.toBeNull();
    expectErrorPage(await person.get(answer));
  });

  it('K2: no hint signs anybody in or shows a name; names are for the browser that signed in', async () => {
    const ann = await chosen('acme', '&visitor_id=k2');
    await ann.get(await banks.acme.visit((await ann.get('/auth/oidc/start/acme')).location ?? ''));
    expect((await ann.get(selectorAt('&visitor_id=k2&choose=again'))).text).toContain('Ann Archer');
    await chosen('acme', '&visitor_id=k2', ann);
    const thief = newPerson(hub);
    returned(await thief.get(selectorAt('&visitor_id=k2')));
    const stolen = cookieOf(ann, 'symbolon-hub.choice');
    for (const query of ['&visitor_id=k2&scope=openid%20phone', '&visitor_id=k2&choose=again']) {
      const page = await thief.get(selectorAt(query), { cookie: stolen });
      expect([page.status, page.text.includes('Ann'), listed(page).includes('account-0')]).toEqual([200, false, false]);
    }
    const request = authorizationRequest(hub.issuer, client, { prompt: 'none', login_hint: 'ann@acme.test', identity_provider_id: 'acme' });
    expect(answerOf(await thief.get(request.url)).get('error')).toBe('login_required');
  });

  it('the visitor id itself is not kept', async () => {
    await chosen('acme', '&visitor_id=fingerprint');
    const [tenant] = hub.tenants;
    expect(await tenant?.store.choices.find('fingerprint', 0)).toBeUndefined();
    const kept = tenant?.op.vault.mac('visitor', 'fingerprint').toString('base64url') ?? '';
    expect(await tenant?.store.choices.find(kept, 0)).toBe('acme');
  });

  it('K4, K5, K14, K15: the page is kept by nobody, framed by nobody, readable by no script elsewhere, and says nothing to the next', async () => {
    const asked = { redirect: 'manual', headers: { origin: 'https://evil.example' } } as const;
    const page = await fetch(`${hub.issuer}${selectorAt('')}`, asked);
    const back = await fetch(`${hub.issuer}${selectorAt('&choice=acme')}`, asked);
    for (const { headers } of [page, back]) {
      expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    const text = await page.text();
    for (const [, src = ''] of text.matchAll(/<(?:img|script|link)[^>]*(?:src|href)="([^"]+)"/g)) expect(src).toMatch(/^\/[^/]/);
  });

  it('K6: a payload in any parameter stays text, and the page has no script of its own', async () => {
    const value = encodeURIComponent(evil);
    const names = ['visitor_id', 'scope', 'claims', 'idp_hint', 'choice', 'mark', 'q', 'ui_locales', 'state'];
    const page = await newPerson(hub).get(selectorAt(names.map((name) => `&${name}=${value}`).join('')));
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/<script|<[^>]*\son\w+=/i);
    expectErrorPage(await newPerson(hub).get(`/auth/select-accounts?client_id=${value}`));
  });

  it('H4, K7: a name with markup, direction marks and 500 characters is text, cut, and the host stands beside it', async () => {
    const page = await newPerson(hub).get('/auth/select-accounts?client_id=loud');
    expect(page.text).not.toMatch(/<script|\u202e/);
    expect(page.text).not.toContain('x'.repeat(100));
    expect(textOf(page, 'client-host')).toBe('127.0.0.1:5000');
  });

  it('K10: nothing can be posted, and whatever the method, a parameter given twice is refused', async () => {
    const person = newPerson(hub);
    expect((await person.post(selectorAt('&choice=acme'), { choice: 'acme' })).status).toBe(405);
    for (const name of ['visitor_id', 'scope', 'choice', 'mark', 'idp_hint'])
      expectErrorPage(await person.get(selectorAt(`&choice=acme&${name}=a&${name}=b`)), name);
  });

  it('K6: a parameter that would swell every link of the page is refused', async () => {
    for (const name of ['visitor_id', 'scope', 'claims', 'q', 'choice', 'ui_locales'])
      expectErrorPage(await newPerson(hub).get(selectorAt(`&${name}=${'x'.repeat(1025)}`)), name);
    expect((await newPerson(hub).get(selectorAt(`&scope=${'x'.repeat(1024)}`))).status).toBe(200);
  });

  it('I6: a picture is served with a policy that lets it do nothing, and no other file is', async () => {
    const page = await newPerson(hub).get(selectorAt(''));
    const [, src = ''] = /<img src="(\/logos\/[^"]+)"/.exec(page.text) ?? [];
    const picture = await fetch(hub.issuer + src);
    expect([picture.status, picture.headers.get('content-security-policy')]).toEqual([200, expect.stringContaining("default-src 'none'")]);
    expect([picture.headers.get('content-security-policy'), picture.headers.get('x-content-type-options')]).toEqual([
      expect.stringContaining('sandbox'),
      'nosniff',
    ]);
    for (const path of ['x.svg', '..%2f..%2fpackage.json', 'acme.svg', `${src.slice(7)}%00`])
      expect((await fetch(`${hub.issuer}/logos/${path}`)).status, path).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${hub.issuer}/t/other${src}`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('security: consent at the hub', () => {
  const scope = 'openid profile';

  async function atConsent(person: Agent, changes: Record<string, string> = {}) {
    const request = authorizationRequest(server().issuer, client, { scope, identity_provider_id: 'acme', ...changes });
    return { request, page: await person.get(await banks.acme.visit((await person.get(request.url)).location ?? '')) };
  }

  let strict: TestServer | undefined;
  const server = () => strict ?? hub;
  beforeAll(async () => {
    strict = await startHubOfBanks(banks, { client: { policy: {} } });
  });
  afterAll(() => strict?.close());

  it('H1: a consent posted from another site, or for another request, releases nothing', async () => {
    const person = newPerson(server());
    const { page } = await atConsent(person);
    const foreign = await person.submit(page, {
      button: 'consent-allow',
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    });
    expect([foreign.status, foreign.location]).toEqual([403, undefined]);
    const thief = newPerson(server());
    const other = await atConsent(thief);
    const hidden = Object.fromEntries(page.forms[0]?.fields.map(({ name, value }) => [name, value]) ?? []);
    expect((await thief.post('/consent', { ...hidden, action: 'allow' })).status).toBe(403);
    expect(other.page.url).toContain('/consent');
    expect(answerOf(await person.submit(page, { button: 'consent-allow' })).get('code')).not.toBeNull();
  });

  it('H2: what was allowed once does not cover more: payment details are asked for', async () => {
    const person = newPerson(server());
    const more = { scope: `${scope} payment_details`, identity_provider_id: 'acme' };
    const { page } = await atConsent(person, { prompt: 'consent' });
    await person.submit(page, { button: 'consent-allow' });
    const silent = await person.get(authorizationRequest(server().issuer, client, { ...more, prompt: 'none' }).url);
    expect(answerOf(silent).get('error')).toBe('consent_required');
    const asked = await person.get(authorizationRequest(server().issuer, client, more).url);
    expect([asked.url.includes('/consent'), asked.text.includes('Your bank account details')]).toEqual([true, true]);
  });

  it('H3: a client whose redirect URI was taken away while the person reads gets nothing', async () => {
    const person = newPerson(server());
    const { page } = await atConsent(person, { prompt: 'consent' });
    const [tenant] = server().tenants;
    const shop = await tenant?.store.clients.find('shop');
    if (tenant === undefined || shop === undefined) throw new Error('no shop');
    await tenant.store.clients.replace({ ...shop, redirect_uris: ['https://elsewhere.example/cb'] }, tenant.op.now());
    const after = await person.submit(page, { button: 'consent-allow' });
    expect(after.location).toBeUndefined();
    await tenant.store.clients.replace(shop, tenant.op.now());
  });
});
