/** The payment endpoints of a bank network: who may come in, what is answered, and where they are not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  authorizationRequest,
  type ClientUnderTest,
  type Parameters,
  people,
  redeem,
  signInAndConsent,
  signInFor,
  tokenRequest,
} from '../support/client.ts';
import { dpopKey, dpopProof, hashOf } from '../support/dpop.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const redirect_uri = 'http://127.0.0.1:5000/callback';
const secret = 'a-secret-that-nobody-else-has-0123456789';
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secret, redirect_uri });
const shop = client('shop');
const both = 'openid payment_details payment_processing';
const account = { bankId: '125000024', identifier: '454992210071', identifierType: 'ACCOUNT_NUMBER', type: 'US_ACH', accountId: 'g83' };

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  const common = `client_secret: ${secret}, redirect_uris: ["${redirect_uri}"], policy: { consent: implicit }, scope: ${both} email`;
  const scopes = '[{ name: payment_details, claims: [payment_details] }, { name: payment_processing }]';
  const alice = `{ username: alice, password: ${people.alice.password}, groups: [staff], claims: { payment_details: ${JSON.stringify(account)} } }`;
  const tenant = (rest: string) => `
  - ${rest}
    scopes: ${scopes}
    users:
      - ${alice}
      - { username: bob, password: ${people.bob.password}, claims: { payment_details: "125000024" } }
      - { username: carol, password: ${people.bob.password}, groups: [staff], claims: { payment_details: [${JSON.stringify(account)}, { bankId: "2" }, none] } }
    resources: [{ id: "https://api.example", client_id: machine }]
    clients:
      - { client_id: shop, ${common} }
      - { client_id: staff-shop, ${common}, access: { groups: [staff] } }
      - { client_id: machine, client_secret: ${secret}, grant_types: [client_credentials], scope: payment_details }`;
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:${tenant('id: hub\n    issuer: http://127.0.0.1:4000/hub\n    dialect: idpartner')}${tenant('id: plain\n    issuer: http://127.0.0.1:4000/plain')}
`,
  });
  issuer = `${server.issuer}/hub`;
});
afterAll(() => server?.close());

type Person = { readonly username: string; readonly password: string };

async function tokenFor(
  scope: string,
  person: Person = people.alice,
  of: ClientUnderTest = shop,
  changes: Parameters = {},
): Promise<string> {
  const { tokens } = await signInFor(issuer, createAgent(issuer), of, { scope, ...changes }, person);
  if (tokens.status !== 200) throw new Error(JSON.stringify(tokens.body));
  return String(tokens.body.access_token);
}

async function ask(path: string, token: string | undefined, init: RequestInit = {}) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${issuer}${path}`, { ...init, headers: { ...authorization, ...init.headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const details = (token: string | undefined, headers: HeadersInit = {}) => ask('/payment_details', token, { headers });

function pay(token: string | undefined, body: string, type = 'application/json') {
  return ask('/payment_processing', token, { method: 'POST', body, headers: { 'content-type': type } });
}

describe('idpartner: payment details', () => {
  it('IP-20: a token with the scope is answered with a list of accounts', async () => {
    const { status, headers, body } = await details(await tokenFor(both));
    expect([status, body]).toEqual([200, [account]]);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('IP-20: a token without the scope is told which one, and that it is not enough', async () => {
    for (const scope of ['openid', 'openid payment_processing']) {
      const { status, headers, body } = await details(await tokenFor(scope));
      expect([status, body.error]).toEqual([403, 'insufficient_scope']);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+\/hub", error="insufficient_scope", .*scope="payment_details"/);
    }
  });

  it('IP-20: no token, one that is nobody’s, and one in the query open nothing', async () => {
    const token = await tokenFor(both);
    const none = await details(undefined);
    expect([none.status, none.body, none.headers.get('www-authenticate')?.includes('error=')]).toEqual([401, undefined, false]);
    expect(await details('x'.repeat(43))).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(await ask(`/payment_details?access_token=${token}`, undefined)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    expect((await ask('/payment_details', token, { method: 'POST' })).status).toBe(405);
  });

  it('a list stays a list, and what is no account is none', async () => {
    expect((await details(await tokenFor(both, { username: 'carol', password: people.bob.password }))).body).toEqual([
      account,
      { bankId: '2' },
    ]);
    expect((await details(await tokenFor(both, people.bob))).body).toEqual([]);
  });

  it('a token that speaks for no person, that was made for another API, or that is revoked or expired, opens nothing', async () => {
    const machine = await tokenRequest(issuer, client('machine'), { grant_type: 'client_credentials', scope: 'payment_details' });
    expect(await details(String(machine.body.access_token))).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    const elsewhere = await tokenFor(both, people.alice, shop, { resource: 'https://api.example' });
    expect(await details(elsewhere)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    const revoked = await tokenFor(both);
    const authorization = `Basic ${Buffer.from(`shop:${secret}`).toString('base64')}`;
    await fetch(`${issuer}/token/revocation`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ token: revoked }),
    });
    expect((await details(revoked)).status).toBe(401);
    const old = await tokenFor(both);
    server.advance(61);
    const late = await details(old);
    server.advance(-61);
    expect(late.status).toBe(401);
  });

  it('who is put out of service, or out of the group the application is for, has no accounts to show any more', async () => {
    const [token, staff] = [await tokenFor(both), await tokenFor(both, people.alice, client('staff-shop'))];
    const [tenant] = server.tenants;
    const user = await tenant?.store.users.findForPassword('alice');
    if (tenant === undefined || user === undefined) throw new Error('no alice');
    expect((await details(staff)).status).toBe(200);
    await tenant.store.users.replace({ ...user.user, groups: [] });
    expect([(await details(staff)).status, (await details(token)).status]).toEqual([401, 200]);
    await tenant.store.users.setActive(user.user.sub, false, tenant.op.now());
    expect((await details(token)).status).toBe(401);
    await tenant.store.users.setActive(user.user.sub, true, tenant.op.now());
    await tenant.store.users.replace(user.user);
  });

  it('a token bound to a key needs a proof of it for this very address, used once', async () => {
    const key = dpopKey();
    const agent = createAgent(issuer);
    const request = authorizationRequest(issuer, shop, { scope: both });
    const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
    const given = await tokenRequest(
      issuer,
      shop,
      { grant_type: 'authorization_code', code: answer.get('code') ?? '', redirect_uri, code_verifier: request.code_verifier },
      { dpop: dpopProof(key, 'POST', `${issuer}/token`) },
    );
    const token = String(given.body.access_token);
    const shown = (dpop?: string) =>
      ask('/payment_details', undefined, { headers: { authorization: `DPoP ${token}`, ...(dpop === undefined ? {} : { dpop }) } });
    const proof = (path: string) => dpopProof(key, 'GET', issuer + path, { claims: { ath: hashOf(token) } });
    const good = proof('/payment_details');
    expect(await shown(good)).toMatchObject({ status: 200, body: [account] });
    expect((await shown(good)).status, 'a second time').toBe(401);
    expect((await shown(proof('/me'))).status, 'made for userinfo').toBe(401);
    expect((await shown()).status, 'without').toBe(401);
    expect((await details(token)).status, 'as a bearer token').toBe(401);
  });
});

describe('idpartner: payment processing', () => {
  it('IP-21: an amount is answered with the four fields, the default 0 too', async () => {
    const token = await tokenFor(both);
    const { status, body } = await pay(token, '{"amount":12.34}');
    expect(status).toBe(200);
    expect(body).toEqual({
      verification_id: expect.stringMatching(/^[\w-]{24}$/),
      account_statement_descriptor: expect.stringMatching(/^SANDBOX [0-9A-F]{8}$/),
      amount: 12.34,
      currency: 'USD',
    });
    expect((await pay(token, '{"amount":0}')).body).toMatchObject({ amount: 0 });
  });

  it('the same token and amount are one payment, others are others', async () => {
    const [token, another] = [await tokenFor(both), await tokenFor(both)];
    const paid = [
      await pay(token, '{"amount":5}'),
      await pay(token, '{"amount":5.00}'),
      await pay(token, '{"amount":6}'),
      await pay(another, '{"amount":5}'),
    ];
    const [first, again, more, elsewhere] = paid.map(({ body }) => body.verification_id);
    expect(again).toBe(first);
    expect(new Set([first, more, elsewhere]).size).toBe(3);
  });

  it('IP-21: a token without the scope, and one of a person without an account, pays nothing', async () => {
    expect(await pay(await tokenFor('openid payment_details'), '{"amount":1}')).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
    });
    expect(await pay(await tokenFor(both, people.bob), '{"amount":1}')).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect((await pay(undefined, '{"amount":1}')).status).toBe(401);
  });

  it.each([
    ['no body', ''],
    ['no JSON', 'amount=1'],
    ['no object', '1'],
    ['null', 'null'],
    ['a list', '[{"amount":1}]'],
    ['nothing of it', '{}'],
    ['a text', '{"amount":"1"}'],
    ['null in it', '{"amount":null}'],
    ['less than nothing', '{"amount":-0.01}'],
    ['more than there is', '{"amount":1e308}'],
    ['endless', '{"amount":1e999}'],
    ['half a cent', '{"amount":0.005}'],
    ['a prototype', '{"__proto__":{"amount":1}}'],
  ])('IP-21: an amount that is %s is refused with what to send', async (_, body) => {
    const { status, body: told } = await pay(await tokenFor(both), body);
    expect([status, told.error]).toEqual([400, 'invalid_request']);
    expect(told.error_description).toMatch(/amount/);
  });

  it('IP-21: a form is no JSON, even when it has the token in it', async () => {
    const token = await tokenFor(both);
    expect((await pay(token, 'amount=1', 'application/x-www-form-urlencoded')).status).toBe(400);
    expect((await pay(undefined, `amount=1&access_token=${token}`, 'application/x-www-form-urlencoded')).status).toBe(400);
  });
});

describe('idpartner: where payments are not', () => {
  it('IP-20: a tenant of another dialect neither names nor has them', async () => {
    const plain = `${server.issuer}/plain`;
    const document = (await (await fetch(`${plain}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(Object.keys(document).filter((name) => name.startsWith('payment'))).toEqual([]);
    const request = authorizationRequest(plain, shop, { scope: both });
    const agent = createAgent(plain);
    const given = await redeem(plain, shop, request, answerOf(await signInAndConsent(agent, await agent.get(request.url))));
    const headers = { authorization: `Bearer ${given.body.access_token}` };
    expect((await fetch(`${plain}/payment_details`, { headers })).status).toBe(404);
    expect((await details(String(given.body.access_token))).status, 'in the tenant next door').toBe(401);
  });
});
