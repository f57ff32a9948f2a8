/** Partner-initiated sign-on as o2o has it: a link in the partner's tool lands the person signed in and registered. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arriveFrom, newPerson, outAndBack, partner, people, shop, startHub, startLink, textOf } from '../support/hub.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let zeta: ScriptedProvider;
let hub: TestServer;

const bike = { contract_type: 'clerk', plan: 'A', locale: 'nl' };
const rules = {
  email: { required: true },
  contract_type: { required: true, values: ['clerk', 'blue-collar'], to: 'contractType' },
  plan: { to: 'plan' },
};

beforeEach(async () => {
  [acme, zeta] = await Promise.all([startScriptedProvider({ userinfo: ann() }), startScriptedProvider({ sub: 'zoe' })]);
  acme.script.claims = (claims) => ({ ...claims, ...bike });
  hub = await startHub({
    upstreams: [
      partner('17', acme, { claims: rules, support: 'help@acme.test' }),
      partner('zeta', zeta),
      partner('off', zeta, { enabled: false }),
    ],
    clients: [{ ...shop, initiate_login_uri: 'http://127.0.0.1:5000/initiate' }],
  });
});
afterEach(() => Promise.all([hub.close(), acme.close(), zeta.close()]));

function ann(changes: object = {}) {
  return { name: 'Ann Archer', email: 'ann@acme.test', email_verified: true, ...changes };
}

describe('o2o: partner sign-on', () => {
  it('O2-1: the start link fetches discovery once and leads to the partner with exact parameters', async () => {
    const first = await newPerson(hub).get(startLink('17'));
    const again = await newPerson(hub).get(startLink('17'));
    expect([first.status, again.status]).toEqual([302, 302]);
    const { origin, pathname, searchParams } = new URL(first.location ?? '');
    expect(origin + pathname).toBe(`${acme.issuer}/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'kit',
      redirect_uri: `${hub.issuer}/auth/oidc/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(searchParams.get('state')).not.toBe(new URL(again.location ?? '').searchParams.get('state'));
    expect(acme.asked('/.well-known/openid-configuration')).toBe(1);
    expect(first.headers.get('cache-control')).toBe('no-store');
  });

  it.each([startLink('18'), startLink('off'), '/auth/oidc/owner/employer/17/redirect', '/auth/oidc/start/off', '/auth/oidc/start/x'])(
    'O2-2: %s leads nowhere: a page with 404',
    async (link) => {
      const answer = await newPerson(hub).get(link);
      expect([answer.status, answer.location, textOf(answer, 'error-code')]).toEqual([404, undefined, 'upstream_unknown']);
      expect(answer.headers.get('set-cookie')).toBeNull();
    },
  );

  it('O2-3: two partners in two tabs finish each in its own, also after the cookie was replaced in between', async () => {
    const person = newPerson(hub);
    const [fromAcme, fromZeta] = [await outAndBack(person, startLink('17'), acme), await outAndBack(person, startLink('zeta'), zeta)];
    const first = await person.get(fromZeta);
    hub.advance(1);
    expect(first.url).toBe(`${hub.issuer}/home`);
    const second = await person.get(fromAcme);
    expect(second.forms.some(({ buttons }) => buttons.some(({ id }) => id === 'switch-yes'))).toBe(true);
    const home = await person.submit(second, { button: 'switch-yes' });
    expect(textOf(home, 'home-account')).toBe('Ann Archer');
    expect((await people(hub)).map(({ usernameKey }) => usernameKey)).toEqual(['17/ann', 'alice', expect.stringMatching(/^zeta\/user-/)]);
  });

  it('O2-6: credentials go to the token endpoint in the body only', async () => {
    await arriveFrom(newPerson(hub), '17', acme);
    const { method, headers, form } = acme.requests.find(({ path }) => path === '/token') ?? {};
    expect([method, headers?.authorization, headers?.['content-type']]).toEqual([
      'POST',
      undefined,
      'application/x-www-form-urlencoded;charset=UTF-8',
    ]);
    expect(Object.fromEntries(form ?? [])).toEqual({
      grant_type: 'authorization_code',
      code: expect.any(String),
      redirect_uri: `${hub.issuer}/auth/oidc/callback`,
      client_id: 'kit',
      client_secret: 'a secret of /+= the partner',
      code_verifier: expect.any(String),
    });
  });

  it('O2-9: a claim that is missing or wrong is named, with the partner’s support, and nothing is created', async () => {
    acme.script.claims = (claims) => ({ ...claims, contract_type: 'director' });
    acme.script.userinfo = ({ email: _, ...claims }) => claims;
    const person = newPerson(hub);
    const page = await arriveFrom(person, '17', acme);
    expect([page.status, textOf(page, 'error-code')]).toEqual([403, 'upstream_claims']);
    expect(textOf(page, 'problem-claim-0')).toBe('email is missing');
    expect(textOf(page, 'problem-claim-1')).toMatch(/^contract_type is none of/);
    expect(textOf(page, 'problem-support')).toBe('help@acme.test');
    expect((await people(hub)).map(({ username }) => username)).toEqual(['alice']);
    expect((await person.get('/home')).text).toContain('home-sign-in');
  });

  it('O2-10: the first sign-in makes an account of what the rules say, and lands at /home with a session', async () => {
    const person = newPerson(hub);
    const home = await arriveFrom(person, '17', acme);
    expect(home.trail.map(({ status, url }) => [status, new URL(url).pathname])).toEqual([
      [302, '/auth/oidc/callback'],
      [200, '/home'],
    ]);
    expect(textOf(home, 'home-account')).toBe('Ann Archer');
    const [made] = await people(hub);
    expect(made).toMatchObject({ username: '17/ann', active: true, groups: [], roles: [] });
    expect(made?.claims).toEqual({ ...ann(), locale: 'nl', contractType: 'clerk', plan: 'A' });
  });

  it('O2-11: a later sign-in updates the same account, and takes back what the partner no longer says', async () => {
    await arriveFrom(newPerson(hub), '17', acme);
    const [before] = await people(hub);
    acme.script.claims = (claims) => ({ ...claims, contract_type: 'blue-collar', locale: 'fr' });
    acme.script.userinfo = (claims) => ({ ...claims, name: 'Ann Baker' });
    const home = await arriveFrom(newPerson(hub), '17', acme);
    expect(textOf(home, 'home-account')).toBe('Ann Baker');
    const [after, ...others] = await people(hub);
    expect(others.map(({ username }) => username)).toEqual(['alice']);
    expect(after?.sub).toBe(before?.sub);
    expect(after?.claims).toEqual({ ...ann({ name: 'Ann Baker' }), locale: 'fr', contractType: 'blue-collar' });
  });

  it('O2-13: a person who says no at the partner gets a friendly page and a way back', async () => {
    acme.script.answer = ({ state = '', iss = '' }) => ({ error: 'access_denied', state, iss });
    const person = newPerson(hub);
    const page = await arriveFrom(person, '17', acme);
    expect([page.status, textOf(page, 'error-code')]).toEqual([403, 'upstream_denied']);
    acme.script = { claims: (claims) => ({ ...claims, ...bike }) };
    const retry = /id="problem-retry"[^>]*href="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const home = await person.get(await outAndBack(person, retry, acme));
    expect(textOf(home, 'home-account')).toBe('Ann Archer');
  });

  it('O2-14: a partner that is down is a page for its people, nobody else notices, and it works again by itself', async () => {
    acme.script.discovery = () => 500;
    const page = await newPerson(hub).get(startLink('17'));
    expect([page.status, textOf(page, 'error-code')]).toEqual([503, 'upstream_unavailable']);
    expect((await arriveFrom(newPerson(hub), 'zeta', zeta)).url).toBe(`${hub.issuer}/home`);
    delete acme.script.discovery;
    hub.advance(6);
    expect((await arriveFrom(newPerson(hub), '17', acme)).url).toBe(`${hub.issuer}/home`);
  });

  it('O2-14: so is one that is slow, one that answers without end, and one that says it is another', async () => {
    acme.script.discovery = () => new Promise((resolve) => setTimeout(() => resolve({}), 5000).unref());
    const slow = newPerson(hub).get(startLink('17'));
    const begun = Date.now();
    expect((await arriveFrom(newPerson(hub), 'zeta', zeta)).url).toBe(`${hub.issuer}/home`);
    expect(Date.now() - begun).toBeLessThan(2500);
    expect([(await slow).status, textOf(await slow, 'error-code')]).toEqual([503, 'upstream_unavailable']);
    acme.script.discovery = () => ' '.repeat(10_000_000);
    hub.advance(6);
    expect(textOf(await newPerson(hub).get(startLink('17')), 'error-code')).toBe('upstream_unavailable');
    acme.script.discovery = (document) => ({ ...document, issuer: 'https://other.example' });
    hub.advance(6);
    const other = await newPerson(hub).get(startLink('17'));
    expect([other.status, textOf(other, 'error-code')]).toEqual([502, 'upstream_misconfigured']);
    delete acme.script.discovery;
    hub.advance(6);
    expect((await arriveFrom(newPerson(hub), '17', acme)).url).toBe(`${hub.issuer}/home`);
  });

  it('O2-18: when the partner rotates its keys the next sign-in works', async () => {
    await arriveFrom(newPerson(hub), '17', acme);
    acme.key = await newKey();
    hub.advance(6);
    expect((await arriveFrom(newPerson(hub), '17', acme)).url).toBe(`${hub.issuer}/home`);
  });

  it('lands in a client behind us that begins a sign-in of its own', async () => {
    await hub.close();
    hub = await startHub({
      upstreams: [partner('17', acme, { landingClient: 'shop' })],
      clients: [{ ...shop, initiate_login_uri: 'http://127.0.0.1:5000/initiate?from=us' }],
    });
    const person = newPerson(hub);
    const landed = await arriveFrom(person, '17', acme);
    expect(landed.location).toBe(`http://127.0.0.1:5000/initiate?from=us&iss=${encodeURIComponent(hub.issuer)}`);
  });
});
