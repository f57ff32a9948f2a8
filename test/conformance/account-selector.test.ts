/**
 * The account selector: the first step of a sign-in through the bank network (seed 001, Account Selection Process), as its clients come to it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectErrorPage } from '../support/error-page.ts';
import type { Agent } from '../support/http-agent.ts';
import { asKit, newPerson, shop, startHub, textOf } from '../support/hub.ts';
import {
  selectorAt as at,
  type Banks,
  banksShop,
  drawing,
  linkOf as link,
  listed,
  returned,
  startBanks,
  startHubOfBanks,
} from '../support/selector.ts';
import type { TestServer } from '../support/symbolon.ts';

const folder = mkdtempSync(join(tmpdir(), 'selector-'));
const { origin_url: _, ...bare } = { ...banksShop, client_id: 'bare' };
let banks: Banks;
let hub: TestServer;

beforeAll(async () => {
  writeFileSync(join(folder, 'acme.svg'), drawing);
  banks = await startBanks();
  hub = await startHubOfBanks(banks, { logo: join(folder, 'acme.svg'), clients: [bare] });
});
afterAll(async () => {
  await Promise.all([hub.close(), banks.acme.close(), banks.zeta.close()]);
  rmSync(folder, { recursive: true });
});

const choose = async (person: Agent, query: string, id: string) => person.get(link(await person.get(at(query)), id));

describe('account selector', () => {
  it('IP-1: lists the upstreams, and the one that is chosen goes back to origin_url with iss, idp_id and visitor_id', async () => {
    const person = newPerson(hub);
    const page = await person.get(at('&visitor_id=v-1&scope=openid%20profile%20email&claims=name%20email'));
    expect([page.status, listed(page)]).toEqual([200, ['upstream-acme', 'upstream-zeta']]);
    expect(textOf(page, 'client-host')).toBe('127.0.0.1:5000');
    const back = await person.get(link(page, 'upstream-zeta'));
    expect(back.status).toBe(302);
    expect(returned(back)).toEqual({ shop: '1', iss: hub.issuer, idp_id: 'zeta', visitor_id: 'v-1' });
  });

  it('IP-2: who chose before is sent on at once: by the cookie of her browser, and by the visitor id in another one', async () => {
    const person = newPerson(hub);
    await choose(person, '&visitor_id=v-2', 'upstream-zeta');
    for (const [who, query] of [
      [person, ''],
      [person, '&visitor_id=v-2&scope=openid%20profile'],
      [newPerson(hub), '&visitor_id=v-2'],
    ] as const) {
      const back = await who.get(at(query));
      expect([back.status, returned(back).idp_id]).toEqual([302, 'zeta']);
    }
    expect((await newPerson(hub).get(at('&visitor_id=v-3'))).status).toBe(200);
  });

  it('IP-2: a former choice that cannot give what is asked for is not taken, and neither is one that is over', async () => {
    const other = await startHubOfBanks(banks);
    const person = newPerson(other);
    await choose(person, '&visitor_id=v-4', 'upstream-acme');
    expect(listed(await person.get(at('&visitor_id=v-4&scope=openid%20phone')))).toEqual(['upstream-zeta']);
    other.advance(15_552_000);
    expect((await newPerson(other).get(at('&visitor_id=v-4'))).status).toBe(200);
    expect(returned(await person.get(at('&visitor_id=v-4'))).idp_id).toBe('acme');
    other.advance(31_536_000 - 15_552_000);
    expect((await person.get(at('&visitor_id=v-4'))).status).toBe(200);
    await other.close();
  });

  it.each([
    ['undefined', 'undefined'],
    ['None', 'None'],
    ['nothing', ''],
  ])('IP-3: with %s as visitor_id, empty claims and an unknown scope it works, and remembers nobody by it', async (_, visitor) => {
    const query = `&visitor_id=${visitor}&scope=openid%20wonder&claims=`;
    const back = await choose(newPerson(hub), query, 'upstream-acme');
    expect(returned(back)).toEqual({ shop: '1', iss: hub.issuer, idp_id: 'acme' });
    expect((await newPerson(hub).get(at(query))).status).toBe(200);
  });

  it.each([
    'scope=openid+phone',
    'scope=openid,phone',
    'scope=openid%2Bphone',
    'claims=phone_number+name',
    'claims=name,phone_number',
    'claims=name%2Bphone_number',
  ])('IP-3: %s is read as the clients mean it', async (query) => {
    expect(listed(await newPerson(hub).get(at(`&${query}`)))).toEqual(['upstream-zeta']);
  });

  it('IP-3: what only the rules of an upstream bring counts too; what nobody can give keeps nobody from choosing', async () => {
    expect(listed(await newPerson(hub).get(at('&scope=openid%20payment_details')))).toEqual(['upstream-acme']);
    const page = await newPerson(hub).get(at('&scope=openid%20phone%20payment_details'));
    expect(listed(page)).toEqual(['upstream-acme', 'upstream-zeta']);
    expect(page.text).toContain('id="selector-partial"');
  });

  it('IP-4: an unknown client, none, two, or one without origin_url gets an error page and no redirect', async () => {
    for (const query of ['?client_id=nobody', '', '?client_id=shop&client_id=bare', '?client_id=bare', '?client_id=bare&choice=acme'])
      expectErrorPage(await newPerson(hub).get(`/auth/select-accounts${query}`), 'invalid_request');
  });

  it('chooses again: the former choice is forgotten, by cookie and by visitor id, and stands first', async () => {
    const person = newPerson(hub);
    await choose(person, '&visitor_id=v-5', 'upstream-zeta');
    const page = await person.get(at('&visitor_id=v-5&choose=again'));
    expect([page.status, listed(page)]).toEqual([200, ['upstream-zeta', 'upstream-acme']]);
    expect(page.url).not.toContain('choose');
    expect((await person.get(at('&visitor_id=v-5'))).status).toBe(200);
    expect((await newPerson(hub).get(at('&visitor_id=v-5'))).status).toBe(200);
    expect(returned(await person.get(link(page, 'upstream-acme'))).idp_id).toBe('acme');
    expect(returned(await person.get(at('&visitor_id=v-5'))).idp_id).toBe('acme');
  });

  it('idp_hint of an upstream goes on at once, and one that nobody has here says nothing', async () => {
    expect(returned(await newPerson(hub).get(at('&idp_hint=acme'))).idp_id).toBe('acme');
    for (const hint of ['nobody', 'hidden', 'closed']) expect((await newPerson(hub).get(at(`&idp_hint=${hint}`))).status).toBe(200);
  });

  it('search finds names by their letters, without script, and keeps what the client asked', async () => {
    const person = newPerson(hub);
    const page = await person.get(at('&visitor_id=v-6&scope=openid%20profile&q=oster'));
    expect(listed(page)).toEqual(['upstream-zeta']);
    const again = await person.submit(page, { fields: { q: 'nothing like it' } });
    expect([listed(again), textOf(again, 'selector-none')]).toEqual([[], expect.stringMatching(/nobody by that name/)]);
    expect(returned(await person.get(link(await person.get(link(again, 'search-all')), 'upstream-acme')))).toMatchObject({
      visitor_id: 'v-6',
    });
  });

  it('the picture of an upstream comes from us, and its page allows nothing', async () => {
    const page = await newPerson(hub).get(at(''));
    const [, src = ''] = /id="upstream-acme".*?<img src="([^"]+)"/.exec(page.text) ?? [];
    const picture = await fetch(hub.issuer + src);
    expect([picture.headers.get('content-type'), await picture.text()]).toEqual(['image/svg+xml', drawing]);
    expect(picture.headers.get('set-cookie')).toBeNull();
  });

  it('accounts that are signed in stand first, and lead to where they are signed in', async () => {
    const person = newPerson(hub);
    await person.get(await banks.acme.visit((await person.get('/auth/oidc/start/acme')).location ?? ''));
    const page = await person.get(at(''));
    expect(listed(page)).toEqual(['account-0', 'upstream-acme', 'upstream-zeta']);
    expect(page.text).toContain('Ann Archer');
    expect(returned(await person.get(link(page, 'account-0'))).idp_id).toBe('acme');
  });
});

describe('places of the selector', () => {
  it('idpartner: it answers where the clients of the network look for it at the host', async () => {
    const issuer = 'http://127.0.0.1:4000/t/net';
    const upstreams = [{ id: 'bank', name: 'Bank', discovery: banks.acme.issuer, ...asKit }];
    const net = {
      id: 'net',
      issuer,
      dialect: 'idpartner',
      upstreams,
      clients: [{ ...shop, scope: 'openid', origin_url: 'https://shop.example/login' }],
    };
    const server = await startHub({ upstreams: [], tenants: [net] });
    for (const path of ['/t/net/auth/select-accounts', '/oidc-proxy/auth/select-accounts', '/v1/select-accounts']) {
      const page = await newPerson(server).get(`${path}?client_id=shop&visitor_id=v`);
      expect([page.status, listed(page)]).toEqual([200, ['upstream-bank']]);
      expect(link(page, 'upstream-bank')).toMatch(/^\/t\/net\/auth\/select-accounts\?/);
    }
    expect((await newPerson(server).get('/v1/nothing')).status).toBe(404);
    await server.close();
  });
});
