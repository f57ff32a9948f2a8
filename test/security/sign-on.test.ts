/** Sign-on tokens: who may have one, and everything that makes one worthless (onePortal's `sso_token`). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { address, dialectConfiguration, old, post } from '../conformance/dialect-tenants.ts';
import { answerOf, basicOf, type ClientUnderTest, claimsIn, people, signInAndConsent } from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { tenantOf, userNamed, withClient } from './changing.ts';

const { family, digitransit, jore4, portalPublic } = old;
type Person = (typeof people)[keyof typeof people];

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  server = await startSymbolon({ yaml: await dialectConfiguration() });
  issuer = `${server.issuer}/t/oneportal`;
});

afterAll(() => server?.close());

const basic = ({ client_id, client_secret = '' }: ClientUnderTest) => ({ authorization: basicOf(client_id, client_secret) });
const request = ({ client_id, redirect_uri }: ClientUnderTest, changes: Record<string, string> = {}) =>
  address(`${issuer}/openid/auth`, { client_id, redirect_uri, response_type: 'code', scope: 'openid profile', ...changes });

/** Tokens of a person at a client, by a sign-in in a browser of its own. */
async function tokensOf(
  client: ClientUnderTest,
  person: Person = people.alice,
  agent: Agent = createAgent(server.issuer),
  changes: Record<string, string> = {},
) {
  const answer = answerOf(await signInAndConsent(agent, await agent.get(request(client, changes)), person));
  const parameters = { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: client.redirect_uri };
  return (await post(`${issuer}/openid/token`, parameters, basic(client))).body;
}

function mint(client: ClientUnderTest, token: unknown, audience: string = digitransit.client_id) {
  return post(`${issuer}/openid/sign-on`, { token: String(token), audience }, basic(client));
}

const silent = (sso_token: unknown, changes: Record<string, string> = {}) =>
  request(digitransit, { prompt: 'none', sso_token: String(sso_token), ...changes });

/** What comes of it in a browser: a code, or an error. */
async function outcome(url: string, agent: Agent = createAgent(server.issuer)): Promise<string | null> {
  const answer = answerOf(await agent.get(url));
  return answer.has('code') ? 'code' : answer.get('error');
}

describe('security: sign-on tokens', () => {
  let access_token: unknown;
  let sso_token: unknown;
  beforeEach(async () => {
    access_token = (await tokensOf(family)).access_token;
    sso_token = (await mint(family, access_token)).body.sso_token;
  });

  it('B4: one signs a person in once, also when many browsers try at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => outcome(silent(sso_token))));
    expect(outcomes.filter((each) => each === 'code')).toHaveLength(1);
    expect(outcomes.filter((each) => each === 'login_required')).toHaveLength(15);
    expect(await outcome(silent(sso_token))).toBe('login_required');
  });

  it('is worth nothing when it is old, changed, another client’s or tenant’s, or asked with anything but a silent GET', async () => {
    const [text = '', mac = ''] = String(sso_token).split('.');
    const content = JSON.parse(Buffer.from(text, 'base64url').toString());
    const longer = Buffer.from(JSON.stringify({ ...content, expiresAt: content.expiresAt + 1000 })).toString('base64url');
    for (const forged of [`${longer}.${mac}`, `${text}.${'A'.repeat(43)}`, `${text}.`, text, `${text}.${mac}.`, '', 'x'.repeat(5000)])
      expect(await outcome(silent(forged)), forged.slice(0, 20)).toBe('login_required');
    expect(await outcome(request(family, { prompt: 'none', sso_token: String(sso_token) }))).toBe('login_required');
    const elsewhere = silent(sso_token).replace('/t/oneportal/openid/auth', '/authorize');
    expect(answerOf(await createAgent(server.issuer).get(elsewhere)).get('error')).toBe('login_required');
    // Without prompt=none, and twice, it is no more than any parameter nobody knows.
    expect((await createAgent(server.issuer).get(request(digitransit, { sso_token: String(sso_token) }))).location).toBeUndefined();
    expect(answerOf(await createAgent(server.issuer).get(`${silent(sso_token)}&sso_token=x`)).has('code')).toBe(false);
    const posted = await fetch(`${issuer}/openid/auth`, {
      method: 'POST',
      body: new URL(silent(sso_token)).searchParams,
      redirect: 'manual',
    });
    const crossed = await fetch(silent(sso_token), { method: 'POST', redirect: 'manual' });
    for (const { headers } of [posted, crossed]) expect(headers.getSetCookie()).toEqual([]);
    // A foreign redirect_uri signs nobody in, and does not use it up.
    const foreign = await createAgent(server.issuer).get(silent(sso_token, { redirect_uri: 'https://evil.example/cb' }));
    expect([foreign.location, foreign.headers.getSetCookie()]).toEqual([undefined, []]);
    expect(await outcome(silent(sso_token))).toBe('code');
    const late = (await mint(family, access_token)).body.sso_token;
    server.advance(120);
    expect(await outcome(silent(late))).toBe('login_required');
  });

  it('B1: it changes the browser’s secret, and leaves a browser alone in which somebody is signed in', async () => {
    const agent = createAgent(server.issuer);
    await agent.get(request(digitransit));
    const planted = agent.cookies.get('symbolon-oneportal');
    expect(await outcome(silent(sso_token), agent)).toBe('code');
    expect(planted).toBeDefined();
    expect(agent.cookies.get('symbolon-oneportal')).not.toBe(planted);
    // Bob's browser stays Bob's, whatever link he follows; and the token is not used up by it.
    const bobs = createAgent(server.issuer);
    const bob = claimsIn(String((await tokensOf(digitransit, people.bob, bobs)).id_token)).sub;
    const cookie = bobs.cookies.get('symbolon-oneportal');
    const next = (await mint(family, access_token)).body.sso_token;
    const answer = answerOf(await bobs.get(silent(next)));
    const parameters = { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri: digitransit.redirect_uri };
    expect(claimsIn(String((await post(`${issuer}/openid/token`, parameters, basic(digitransit))).body.id_token)).sub).toBe(bob);
    expect(bobs.cookies.get('symbolon-oneportal')).toBe(cookie);
    expect(await outcome(silent(next))).toBe('code');
  });

  it('F6: it ends with what it rests on: the access token, the account, and either client’s switch', async () => {
    const tenant = tenantOf(server, 'oneportal');
    const revoked = (await tokensOf(family)).access_token;
    const resting = (await mint(family, revoked)).body.sso_token;
    await post(`${issuer}/openid/revoke`, { token: String(revoked) }, basic(family));
    expect(await outcome(silent(resting))).toBe('login_required');
    expect((await mint(family, revoked)).body.error).toBe('invalid_grant');

    const policy = (await tenant.store.clients.find(digitransit.client_id))?.policy;
    if (policy === undefined) throw new Error('no such client');
    await withClient(tenant, digitransit.client_id, { policy: { ...policy, signOnTokens: false } }, async () => {
      expect(await outcome(silent(sso_token))).toBe('login_required');
      expect((await mint(family, access_token)).body.error).toBe('invalid_target');
    });
    for (const changes of [{ policy: { ...policy, signOnTokens: false } }, { disabled: true }]) {
      const next = (await mint(family, access_token)).body.sso_token;
      await withClient(tenant, family.client_id, changes, async () => {
        expect(await outcome(silent(next))).toBe('login_required');
      });
    }
    const bobs = (await mint(family, (await tokensOf(family, people.bob)).access_token)).body.sso_token;
    const { sub } = await userNamed(tenant, 'bob');
    await tenant.store.users.setActive(sub, false, tenant.op.now());
    expect(await outcome(silent(bobs))).toBe('login_required');
    await tenant.store.users.setActive(sub, true, tenant.op.now());
    expect(await outcome(silent(sso_token))).toBe('code');
  });

  it('F11: it ends when the application that handed a person over is not for her any more', async () => {
    const tenant = tenantOf(server, 'oneportal');
    await withClient(tenant, family.client_id, { access: { groups: ['nobody-is-in-it'] } }, async () => {
      expect(await outcome(silent(sso_token))).toBe('login_required');
      expect((await mint(family, access_token)).body.error).toBe('invalid_grant');
    });
    const next = (await mint(family, access_token)).body.sso_token;
    expect(await outcome(silent(next))).toBe('code');
  });

  it('K2: whoever signed out is not signed in again by one, nor given another for a token that outlived her session', async () => {
    const tenant = tenantOf(server, 'oneportal');
    const { sub } = await userNamed(tenant, 'alice');
    const known = await tenant.store.clients.find(family.client_id);
    const scopes = [...(known?.scopes ?? []), 'offline_access'];
    await withClient(tenant, family.client_id, { scopes }, async () => {
      const asking = { scope: 'openid profile offline_access', prompt: 'consent' };
      const { access_token: kept } = await tokensOf(family, people.alice, createAgent(server.issuer), asking);
      const living = async () => (await post(`${issuer}/openid/introspect`, { token: String(kept) }, basic(family))).body.active;
      const before = (await mint(family, kept)).body.sso_token;
      await tenant.store.sessions.endAll(sub, tenant.op.now());
      expect(await living()).toBe(true);
      expect(await outcome(silent(before))).toBe('login_required');
      expect((await mint(family, kept)).body.error).toBe('invalid_grant');
    });
  });

  it('is given to a client that an administrator allowed it, for its own living token about a person, and for another such client', async () => {
    const errors = async (answer: ReturnType<typeof mint>) => {
      const { status, body } = await answer;
      return [status, body.error, body.sso_token];
    };
    expect(await errors(mint(jore4, (await tokensOf(jore4)).access_token))).toEqual([400, 'unauthorized_client', undefined]);
    expect(await errors(mint({ ...family, client_secret: 'wrong' }, access_token))).toEqual([401, 'invalid_client', undefined]);
    expect(await errors(mint(digitransit, access_token))).toEqual([400, 'invalid_grant', undefined]);
    for (const audience of [jore4.client_id, 'nobody'])
      expect(await errors(mint(family, access_token, audience))).toEqual([400, 'invalid_target', undefined]);
    const { id_token, refresh_token } = await tokensOf(family);
    for (const token of [id_token, refresh_token, 'x'])
      expect(await errors(mint(family, token))).toEqual([400, 'invalid_grant', undefined]);
    const open = await post(`${issuer}/openid/sign-on`, { client_id: portalPublic.client_id, token: 'x', audience: 'family' });
    expect([open.status, open.body.error]).toEqual([400, 'unauthorized_client']);
  });

  it('a sign-in handed over is not younger than it was: it ends when the session it came from would', async () => {
    const lasting = createAgent(server.issuer);
    const { access_token: token, refresh_token } = await tokensOf(family, people.alice, lasting);
    const first = (await mint(family, token)).body.sso_token;
    const agent = createAgent(server.issuer);
    expect(await outcome(silent(first), agent)).toBe('code');
    server.advance(86_401);
    expect(await outcome(request(digitransit, { prompt: 'none' }), agent)).toBe('login_required');
    const renewed = await post(
      `${issuer}/openid/token`,
      { grant_type: 'refresh_token', refresh_token: String(refresh_token) },
      basic(family),
    );
    expect(renewed.body.access_token).toEqual(expect.any(String));
    expect((await mint(family, renewed.body.access_token)).body.error).toBe('invalid_grant');
  });
});
