/**
 * Sign-outs that come from an upstream, or that somebody says come from one. The upstream in the test is real and signs what a test tells it to; every
 * refused message leaves the person signed in.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from '../support/http-agent.ts';
import { alice, arriveFrom, newPerson, partner, people, startHub, textOf } from '../support/hub.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

const session = 'session-there-0123456789';
const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };

let acme: ScriptedProvider;
let zeta: ScriptedProvider;
let hub: TestServer;
let ann: Agent;

beforeEach(async () => {
  [acme, zeta] = await Promise.all([startScriptedProvider({ userinfo: { name: 'Ann' } }), startScriptedProvider({ sub: 'zoe' })]);
  acme.script.claims = (claims) => ({ ...claims, sid: session });
  hub = await startHub({
    upstreams: [
      partner('acme', acme, { frontChannelLogout: true, logout: 'rp-initiated' }),
      partner('zeta', zeta),
      partner('off', acme, { enabled: false }),
    ],
    tenants: [{ id: 'other', issuer: 'http://127.0.0.1:4000/t/other', upstreams: [partner('acme', acme)] }],
  });
  ann = newPerson(hub);
  await arriveFrom(ann, 'acme', acme);
});
afterEach(() => Promise.all([hub.close(), acme.close(), zeta.close()]));

const isSignedIn = async (person: Agent) => textOf(await person.get('/home'), 'claim-username') !== undefined;
const now = () => Math.floor(Date.now() / 1000);
const claimsOf = (changes: object = {}) => ({
  iss: acme.issuer,
  aud: 'kit',
  iat: now(),
  exp: now() + 120,
  jti: `jti-${Math.random()}`,
  events,
  sid: session,
  ...changes,
});
const typ = { typ: 'logout+jwt' };

function send(body: string, id = 'acme', base = hub.issuer): Promise<Response> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return fetch(`${base}/auth/oidc/backchannel-logout/${id}`, { method: 'POST', body, headers });
}
const logout = (token: string, id?: string, base?: string) => send(String(new URLSearchParams({ logout_token: token })), id, base);

const frame = (query: Record<string, string>, headers: Record<string, string> = { 'sec-fetch-dest': 'iframe' }, id = 'acme') =>
  fetch(`${hub.issuer}/auth/oidc/frontchannel-logout/${id}?${new URLSearchParams(query)}`, { headers });

describe('security: sign-outs from upstreams', () => {
  it.each([
    ['sid', {}],
    ['sub', { sid: undefined, sub: 'person-1' }],
    ['sid and sub', { sub: 'person-1' }],
  ])('K16: a logout token that names the %s ends what rests on it, once, and with an answer nobody keeps', async (_, changes) => {
    const token = await acme.sign(claimsOf(changes), typ);
    const answer = await logout(token);
    expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    expect(await isSignedIn(ann)).toBe(false);
    // Signed in again, in the same second even: the same message is nothing.
    await arriveFrom(ann, 'acme', acme);
    const again = await logout(token);
    expect([again.status, (await again.json()).error]).toEqual([400, 'invalid_request']);
    expect(await isSignedIn(ann)).toBe(true);
  });

  const wrong: readonly (readonly [string, object])[] = [
    ['another audience', { aud: 'another' }],
    ['another issuer', { iss: 'https://zeta.example' }],
    ['a nonce', { nonce: 'n' }],
    ['neither sid nor sub', { sid: undefined }],
    ['no events', { events: undefined }],
    ['the event of something else', { events: { 'https://example.com/other': {} } }],
    ['no jti', { jti: undefined }],
    ['an iat of eleven minutes ago', { iat: now() - 660 }],
    ['an iat of tomorrow', { iat: now() + 86_400 }],
    ['an exp in the past', { exp: now() - 120 }],
    ['no exp', { exp: undefined }],
  ];
  it.each(wrong)('K16: a logout token with %s ends nothing', async (_, changes) => {
    const answer = await logout(await acme.sign(claimsOf(changes), typ));
    expect([answer.status, (await answer.json()).error]).toEqual([400, 'invalid_request']);
    expect(await isSignedIn(ann)).toBe(true);
  });

  it('K16: one that was forged, is none, or comes twice in a request ends nothing', async () => {
    const good = await acme.sign(claimsOf(), typ);
    const [header = '', body = '', mac = ''] = good.split('.');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { key } = acme;
    acme.key = await newKey();
    const foreign = await acme.sign(claimsOf(), { ...typ, kid: String(key.publicJwk.kid) });
    acme.key = key;
    const forged = [
      foreign,
      await acme.sign(claimsOf(), { typ: 'at+jwt' }),
      `${part({ alg: 'none', ...typ })}.${body}.`,
      `${header}.${part(claimsOf({ sid: 'x' }))}.${mac}`,
      '',
      'x',
      'x'.repeat(20_000),
    ];
    for (const token of forged) expect((await logout(token)).status, token.slice(0, 60)).toBe(400);
    const pair = new URLSearchParams({ logout_token: good });
    expect((await send(`${pair}&${pair}`)).status).toBe(400);
    expect((await send('')).status).toBe(400);
    expect((await fetch(`${hub.issuer}/auth/oidc/backchannel-logout/acme?${pair}`)).status).toBe(405);
    expect(await isSignedIn(ann)).toBe(true);
    expect((await logout(good)).status).toBe(200);
  });

  it('D12, K16: what one upstream, or the same for another tenant, says is nothing to the people of another', async () => {
    const zoe = newPerson(hub);
    zeta.script.claims = (claims) => ({ ...claims, sid: session });
    await arriveFrom(zoe, 'zeta', zeta);
    const other = { ...claimsOf({ iss: zeta.issuer }) };
    expect((await logout(await zeta.sign(other, typ), 'acme')).status).toBe(400);
    expect((await logout(await acme.sign(claimsOf(), typ), 'zeta')).status).toBe(400);
    expect((await logout(await acme.sign(claimsOf(), typ), 'acme', `${hub.issuer}/t/other`)).status).toBe(200);
    for (const id of ['off', 'nobody', '__proto__']) expect((await logout(await acme.sign(claimsOf(), typ), id)).status).toBe(404);
    expect([await isSignedIn(ann), await isSignedIn(zoe)]).toEqual([true, true]);
    expect((await logout(await zeta.sign(other, typ), 'zeta')).status).toBe(200);
    expect([await isSignedIn(ann), await isSignedIn(zoe)]).toEqual([true, false]);
  });

  it('an upstream whose keys cannot be had is told to send it again, and a session begun after the message lives', async () => {
    const [late, early] = [
      await acme.sign(claimsOf({ sid: undefined, sub: 'person-1', iat: now() - 30 }), typ),
      await zeta.sign(claimsOf(), typ),
    ];
    zeta.script.discovery = () => 503;
    expect((await logout(early, 'zeta')).status).toBe(503);
    expect((await logout(late)).status).toBe(200);
    expect(await isSignedIn(ann)).toBe(true);
  });

  it('a session that the person made with her password does not end with the upstream’s', async () => {
    const bob = newPerson(hub);
    const page = await bob.get('/login');
    await bob.submit(page, { button: 'login-submit', fields: { username: alice.username, password: alice.password } });
    expect(await isSignedIn(bob)).toBe(true);
    expect((await logout(await acme.sign(claimsOf({ sub: 'person-1' }), typ))).status).toBe(200);
    expect([await isSignedIn(ann), await isSignedIn(bob)]).toEqual([false, true]);
  });

  it('K17, K18: through the browser only who knows the session’s name there is believed, in a frame, where the operator allows it', async () => {
    const known = { iss: acme.issuer, sid: session };
    const refused = [
      frame({ iss: acme.issuer }),
      frame({ sid: session }),
      frame({}),
      frame({ ...known, iss: zeta.issuer }),
      frame({ ...known, sid: 'short' }),
      frame(known, { 'sec-fetch-dest': 'image' }),
      frame(known, { 'sec-fetch-dest': 'document' }),
      frame({ ...known, iss: zeta.issuer }, {}, 'zeta'),
      frame(known, {}, 'off'),
    ];
    expect((await Promise.all(refused)).map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 400, 404, 404]);
    // Another session there is another's, and the answer does not tell.
    const other = await frame({ ...known, sid: 'another-session-there-01' });
    expect(await isSignedIn(ann)).toBe(true);
    const own = await frame(known);
    expect(await isSignedIn(ann)).toBe(false);
    for (const answer of [other, own]) {
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(answer.headers.get('content-security-policy')).toBe(`default-src 'none'; frame-ancestors ${acme.issuer}`);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await other.text()).toBe(await own.text());
  });

  it('A12, K17: coming back from the upstream ends nothing and leads nowhere without the cookie and the state of this browser', async () => {
    const away = newPerson(hub);
    await arriveFrom(away, 'acme', acme);
    const left = await away.submit(await away.get('/logout'), { button: 'logout-yes' });
    const state = new URL(hrefOf(left.text)).searchParams.get('state') ?? '';
    const back = (given: string) => `/auth/oidc/signed-out?state=${given}`;
    for (const [person, given] of [
      [ann, state],
      [away, 'x'],
      [away, ''],
    ] as const) {
      const answer = await person.get(back(given));
      expect([answer.status, answer.location, answer.text.includes('ended-')]).toEqual([200, undefined, false]);
    }
    expect(await isSignedIn(ann)).toBe(true);
    expect((await away.get(back(state))).url).toContain('/signed-out?ended=');
    // Once.
    expect((await away.get(back(state))).url).toContain('/auth/oidc/signed-out');
  });

  it('E12: unlinking ends the sessions that rest on the link, and no others', async () => {
    const [tenant] = hub.tenants;
    const other = newPerson(hub);
    await arriveFrom(other, 'zeta', zeta);
    const user = (await people(hub)).find(({ username }) => username.startsWith('acme/'));
    if (tenant === undefined || user === undefined) throw new Error('nobody came');
    const key = { upstream: 'acme', issuer: acme.issuer, subject: 'person-1' };
    expect(await tenant.store.identities.unlink(user.sub, key, tenant.op.now())).toBe(true);
    expect([await isSignedIn(ann), await isSignedIn(other)]).toEqual([false, true]);
  });
});

function hrefOf(html: string): string {
  return (/id="signed-out-continue"[^>]*href="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
}
