/** The kit's page that begins a sign-in through an account selector: where it leads, and whom it believes. */
import { cookieSessions, handlers, selectedIn, selectorUrl } from '@symbolon/relying-party';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applicationOf, settingsOf } from './support/kit.ts';
import { type ScriptedProvider, startScriptedProvider } from './support/scripted-provider.ts';

const origin = 'https://app.example';
const secrets = ['0123456789abcdef0123456789abcdef'];
const selector = {
  url: 'https://network.example/auth/select-accounts?lang=en',
  client_id: 'kit',
  scope: 'openid email',
  claims: ['name', 'age'],
};
let bank: ScriptedProvider;
let other: ScriptedProvider;

beforeAll(async () => {
  [bank, other] = await Promise.all([startScriptedProvider({ sub: 'ann' }), startScriptedProvider()]);
});
afterAll(() => Promise.all([bank.close(), other.close()]));

function application(providerOf: (iss: string) => string | undefined = (iss) => (iss === bank.issuer ? 'bank' : undefined)) {
  const rp = applicationOf({ bank: settingsOf(bank) }, { redirectUri: `${origin}/callback` });
  const sessions = cookieSessions({ secrets, origin });
  const { handle, owns } = handlers({ rp, secrets, sessions, landing: '/home', selection: { ...selector, path: '/login', providerOf } });
  let cookie = '';
  const get = async (path: string) => {
    const response = await handle(new Request(new URL(path, origin), { headers: { cookie } }));
    if (response === undefined) throw new Error(`nobody answers ${path}`);
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return { status: response.status, location: response.headers.get('location') ?? '', cookie, text: await response.text() };
  };
  return { get, owns };
}

const parameters = (url: string) => Object.fromEntries(new URL(url).searchParams);

describe('the kit and an account selector', () => {
  it('leads to the selector as the application it is, with the visitor id and nothing else that was brought', async () => {
    const { get } = application();
    const { status, location } = await get('/login?client_id=somebody-else&visitor_id=undefined&idp_id=acme&scope=all');
    expect([status, location.split('?')[0]]).toEqual([303, 'https://network.example/auth/select-accounts']);
    expect(parameters(location)).toEqual({
      lang: 'en',
      client_id: 'kit',
      visitor_id: 'undefined',
      scope: 'openid email',
      claims: 'name age',
    });
  });

  it('begins the sign-in at the chosen issuer, for the chosen provider behind it, and ends it', async () => {
    const { get } = application();
    const query = new URLSearchParams({ iss: bank.issuer, idp_id: 'acme', visitor_id: 'v', idpartner_token: 't' });
    const begun = await get(`/login?${query}`);
    expect(begun.location.split('?')[0]).toBe(`${bank.issuer}/authorize`);
    expect(parameters(begun.location)).toMatchObject({ client_id: 'kit', identity_provider_id: 'acme', idpartner_token: 't' });
    expect(begun.cookie).not.toContain(bank.issuer);
    const back = new URL(await bank.visit(begun.location));
    const home = await get(`/callback${back.search}`);
    expect([home.status, home.location]).toEqual([303, '/home']);
  });

  it('refuses an issuer that the application does not know, before anybody is asked', async () => {
    const { get } = application();
    const { status, location, cookie } = await get(`/login?${new URLSearchParams({ iss: other.issuer })}`);
    expect([status, location, cookie, other.requests.length]).toEqual([404, '', '', 0]);
  });

  it('refuses an issuer that is not the one of the provider it was taken for', async () => {
    const { get } = application(() => 'bank');
    expect(await get(`/login?${new URLSearchParams({ iss: other.issuer })}`)).toMatchObject({ status: 500, location: '', cookie: '' });
  });

  it('refuses what is said twice or without end', async () => {
    const { get } = application();
    const iss = `iss=${encodeURIComponent(bank.issuer)}`;
    for (const query of [`${iss}&${iss}`, 'iss=', `${iss}&idp_id=a&idp_id=b`, `visitor_id=${'x'.repeat(3000)}`])
      expect(await get(`/login?${query}`), query.slice(0, 50)).toMatchObject({ status: 502, location: '', cookie: '' });
  });

  it('has no such page without a selector', () => {
    const rp = applicationOf({ bank: settingsOf(bank) }, { redirectUri: `${origin}/callback` });
    const plain = handlers({ rp, secrets, sessions: cookieSessions({ secrets, origin }) });
    expect([plain.owns('/login'), application().owns('/login')]).toEqual([false, true]);
  });

  it('is two functions for who has no use for handlers', () => {
    expect(selectorUrl({ url: 'https://n.example/s', client_id: 'a b' }, new URLSearchParams())).toBe('https://n.example/s?client_id=a+b');
    expect(selectedIn(new URLSearchParams('visitor_id=v'))).toBeUndefined();
    expect(selectedIn(new URLSearchParams('iss=https://i.example&idp_id=x'))).toEqual({ iss: 'https://i.example', idp_id: 'x' });
  });
});
