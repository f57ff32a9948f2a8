/** Signing in to a client behind us through an upstream: which one, by which rule, and what the client gets to know. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, basicOf, claimsIn, redeem, userinfo } from '../support/client.ts';
import type { Agent } from '../support/http-agent.ts';
import { alice, newPerson, partner, people, shop, startHub, textOf } from '../support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let zeta: ScriptedProvider;
let hub: TestServer;
const client = { client_id: 'shop', client_secret: shop.client_secret, redirect_uri: 'http://127.0.0.1:5000/callback' };

beforeAll(async () => {
  [acme, zeta] = await Promise.all([
    startScriptedProvider({ userinfo: { name: 'Ann Archer', email: 'ann@acme.test', email_verified: true, groups: ['riders', 'x'] } }),
    startScriptedProvider({ sub: 'zoe', userinfo: { name: 'Zoe' } }),
  ]);
  const groups = { claim: 'groups', map: { riders: 'bikers', staff: 'staff' } };
  hub = await startHub({
    upstreams: [
      partner('acme', acme, { groups, roles: { claim: 'jobs', map: { boss: 'rest-admin' } } }),
      partner('zeta', zeta, { name: 'Zeta', client_id: 'kit', domains: ['zeta.test'] }),
      partner('hidden', zeta, { linkOnly: true, domains: ['hidden.test'] }),
    ],
  });
});
afterAll(() => Promise.all([hub.close(), acme.close(), zeta.close()]));
afterEach(() => {
  acme.script = {};
});

const ask = (changes: Record<string, string> = {}) =>
  authorizationRequest(hub.issuer, client, { scope: 'openid profile email groups', ...changes });

/** Asks, and answers where the person is sent: an upstream's issuer, or `page`. */
async function ledTo(changes: Record<string, string>): Promise<string> {
  const at = await newPerson(hub).get(ask(changes).url);
  return at.location === undefined ? (textOf(at, 'login-submit') === undefined ? 'page' : 'page') : new URL(at.location).origin;
}

/** The whole way through an upstream to the tokens. */
async function signIn(person: Agent, provider: ScriptedProvider, changes: Record<string, string>) {
  const request = ask(changes);
  const gone = await person.get(request.url);
  const back = await person.get(await provider.visit(gone.location ?? ''));
  const tokens = await redeem(hub.issuer, client, request, answerOf(back));
  return { gone, claims: claimsIn(tokens.body.id_token), tokens };
}

describe('home realm', () => {
  it('IP-25: identity_provider_id of an upstream goes straight to its sign-in', async () => {
    const { gone, claims } = await signIn(newPerson(hub), zeta, { identity_provider_id: 'zeta' });
    expect(gone.trail.map(({ url }) => new URL(url).pathname)).toEqual(['/authorize', '/login', '/auth/oidc/start/zeta']);
    expect(claims).toMatchObject({ amr: ['fed'], iss: hub.issuer });
  });

  it('IP-25: also when the request was pushed and comes back without client_id', async () => {
    const { url } = ask({ identity_provider_id: 'zeta' });
    const headers = { authorization: basicOf('shop', shop.client_secret) };
    const pushed = await fetch(`${hub.issuer}/par`, { method: 'POST', headers, body: new URL(url).searchParams });
    const { request_uri } = (await pushed.json()) as { request_uri: string };
    const gone = await newPerson(hub).get(`/authorize?${new URLSearchParams({ request_uri })}`);
    expect([pushed.status, new URL(gone.location ?? 'x:').origin]).toEqual([201, zeta.issuer]);
  });

  it('SW-9: whr as uuid:, name: and urn: skips the selector and goes to the right upstream', async () => {
    expect(await ledTo({ whr: 'uuid:acme' })).toBe(acme.issuer);
    expect(await ledTo({ whr: 'name:Zeta' })).toBe(zeta.issuer);
    expect(await ledTo({ whr: `urn:${acme.issuer}` })).toBe(acme.issuer);
    expect(await ledTo({ whr: 'name:Local' })).toBe('page');
  });

  it('SW-9: the first rule that names an upstream wins; what names none, or one that is only for linking, says nothing', async () => {
    expect(await ledTo({ identity_provider_id: 'zeta', whr: 'uuid:acme', login_hint: 'ann@acme.test' })).toBe(zeta.issuer);
    expect(await ledTo({ identity_provider_id: 'nobody', whr: 'uuid:acme' })).toBe(acme.issuer);
    expect(await ledTo({ whr: 'uuid:nobody', login_hint: 'Zoe@ZETA.test' })).toBe(zeta.issuer);
    for (const whr of ['uuid:hidden', 'acme', 'uuid:', 'urn:kit', 'name:zeta']) expect(await ledTo({ whr })).toBe('page');
    for (const login_hint of ['zoe', 'zoe@evil.zeta.test', 'a@b@zeta.test', 'zoe@hidden.test', 'zoe@zeta.test.evil.test'])
      expect(await ledTo({ login_hint })).toBe('page');
  });

  it('SW-10: without a hint the sign-in page has a button for each upstream, and one for a password', async () => {
    const person = newPerson(hub);
    const page = await person.get(ask().url);
    expect([...page.text.matchAll(/id="(upstream-[^"]+)"/g)].map(([, id]) => id)).toEqual(['upstream-acme', 'upstream-zeta']);
    expect(page.text).toContain('id="login-submit"');
    const link = /id="upstream-zeta"[^>]*href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const back = await person.get(await zeta.visit((await person.get(link)).location ?? ''));
    expect(answerOf(back).get('code')).not.toBeNull();
  });

  it('a person who says no at the upstream gets back to the choice, and to the client', async () => {
    acme.script.answer = ({ state = '', iss = '' }) => ({ error: 'access_denied', state, iss });
    const person = newPerson(hub);
    const request = ask({ identity_provider_id: 'acme' });
    const page = await person.get(await acme.visit((await person.get(request.url)).location ?? ''));
    expect(textOf(page, 'error-code')).toBe('upstream_denied');
    const link = /id="problem-back"[^>]*href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const answer = answerOf(await person.submit(await person.get(link), { button: 'login-cancel' }));
    expect([answer.get('error'), answer.get('state')]).toEqual(['access_denied', request.state]);
  });

  it('two sign-ins for two clients in two tabs end each in its own', async () => {
    const person = newPerson(hub);
    const requests = [ask({ identity_provider_id: 'acme' }), ask({ identity_provider_id: 'zeta' })];
    const [first, second] = [await person.get(requests[0]?.url ?? ''), await person.get(requests[1]?.url ?? '')];
    const answers = [await acme.visit(first.location ?? ''), await zeta.visit(second.location ?? '')];
    const last = answerOf(await person.get(answers[1] ?? ''));
    expect(answerOf(await person.get(answers[0] ?? '')).get('state')).toBe(requests[0]?.state);
    expect(last.get('state')).toBe(requests[1]?.state);
  });
});

describe('Agate: realms', () => {
  it('AG-28: an unknown user is registered with her groups, and a group removed upstream is removed at the next sign-in', async () => {
    acme.script.claims = (claims) => ({ ...claims, sub: 'ag28', jobs: 'boss' });
    acme.script.userinfo = (claims) => ({ ...claims, sub: 'ag28', email: 'ag28@acme.test' });
    const { tokens } = await signIn(newPerson(hub), acme, { identity_provider_id: 'acme' });
    expect((await userinfo(hub.issuer, tokens.body.access_token)).body).toMatchObject({ name: 'Ann Archer', groups: ['bikers'] });
    const made = async () => (await people(hub)).find(({ claims }) => claims.email === 'ag28@acme.test');
    expect(await made()).toMatchObject({ groups: ['bikers'], roles: ['rest-admin'] });
    acme.script.claims = (claims) => ({ ...claims, sub: 'ag28', jobs: [] });
    acme.script.userinfo = (claims) => ({ ...claims, sub: 'ag28', email: 'ag28@acme.test', groups: ['staff'] });
    await signIn(newPerson(hub), acme, { identity_provider_id: 'acme' });
    expect(await made()).toMatchObject({ groups: ['staff'], roles: [] });
  });
});

describe('Identify: upstreams', () => {
  it('SW-31: of an upstream without a userinfo endpoint the ID token says everything', async () => {
    const bare = await startScriptedProvider({ sub: 'bare' });
    bare.script.discovery = ({ userinfo_endpoint: _, ...document }) => document;
    bare.script.claims = (claims) => ({ ...claims, name: 'Bare Bones', locale: 'sv' });
    const other = await startHub({ upstreams: [partner('bare', bare)] });
    const person = newPerson(other);
    const home = await person.get(await bare.visit((await person.get('/auth/oidc/start/bare')).location ?? ''));
    expect([textOf(home, 'home-account'), bare.asked('/userinfo')]).toEqual(['Bare Bones', 0]);
    await Promise.all([other.close(), bare.close()]);
  });
});

describe('o2o: linking', () => {
  it('O2-12: what a partner says unverified about the address of a local account neither signs in nor makes a second one', async () => {
    acme.script.claims = (claims) => ({ ...claims, sub: 'mallory' });
    acme.script.userinfo = () => ({ sub: 'mallory', email: alice.claims.email });
    const before = (await people(hub)).length;
    const person = newPerson(hub);
    const page = await person.get(await acme.visit((await person.get('/auth/oidc/start/acme')).location ?? ''));
    expect([textOf(page, 'error-code'), (await people(hub)).length]).toEqual(['upstream_taken', before]);
  });
});
