/** Registration as a stranger would misuse it: to get what no operator gave, to reach what is inside, to take over another client. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { serve } from '@symbolon/provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSigner } from '../support/assertion.ts';
import { people } from '../support/client.ts';
import { initialToken, manage, register } from '../support/registration.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const redirect_uri = 'https://rp.example/cb';
const plain = { redirect_uris: [redirect_uri] };

let server: TestServer;
let full: string;
let knocks = 0;
const canary = createServer((socket) => {
  knocks += 1;
  socket.destroy();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  server = await startSymbolon({
    yaml: `server: { listen: "127.0.0.1:4000" }
database: x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    registration: { open: true }
    scopes: [{ name: payments, claims: [iban] }]
    users: [{ username: alice, password: ${people.alice.password} }]
    clients: [{ client_id: operator, client_secret: "0123456789abcdef0123456789abcdef", redirect_uris: ["${redirect_uri}"] }]
  - { id: full, issuer: "http://127.0.0.1:4000/t/full", registration: { open: true, maxClients: 2 } }
  - { id: guarded, issuer: "http://127.0.0.1:4000/t/guarded", registration: {} }
`,
  });
  full = `${server.issuer}/t/full`;
});
afterAll(async () => {
  await server?.close();
  canary.close();
});

const store = (index = 0) => {
  const tenant = server.tenants[index];
  if (tenant === undefined) throw new Error('no tenant');
  return tenant.store;
};
const refused = { status: 400, body: { error: 'invalid_client_metadata' } };

describe('security: registration', () => {
  const schemes = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://rp.example/x',
    'file:///etc/passwd',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
  ];
  const members = [
    'client_uri',
    'logo_uri',
    'policy_uri',
    'tos_uri',
    'initiate_login_uri',
    'jwks_uri',
    'sector_identifier_uri',
    'backchannel_logout_uri',
    'frontchannel_logout_uri',
  ];
  it.each(schemes)('A5: %j is refused wherever a URI can stand', async (uri) => {
    for (const application_type of ['web', 'native'])
      for (const member of ['redirect_uris', 'post_logout_redirect_uris']) {
        const { status } = await register(server.issuer, { ...plain, application_type, [member]: [redirect_uri, uri] });
        expect([member, status]).toEqual([member, 400]);
      }
    for (const member of members) expect(await register(server.issuer, { ...plain, [member]: uri })).toMatchObject(refused);
  });

  it.each([
    'http://rp.example/cb',
    'http://127.0.0.1/cb',
    'http://localhost:3000/cb',
    'com.example.app:/cb',
    'https://u:p@rp.example/cb',
    'https://rp.example/*',
    'https://rp.example/../cb',
  ])('A5: the redirect URI %s is not for a web application that registers itself', async (uri) => {
    expect(await register(server.issuer, { redirect_uris: [uri] })).toMatchObject({ status: 400, body: { error: 'invalid_redirect_uri' } });
  });

  it('A5: a native application may have its own scheme and the loopback', async () => {
    const redirect_uris = ['com.example.app:/cb', 'http://127.0.0.1/cb'];
    expect(await register(server.issuer, { redirect_uris, application_type: 'native', token_endpoint_auth_method: 'none' })).toMatchObject({
      status: 201,
    });
  });

  it('I1: key sets and sectors on our side of the wall are never asked for, and the caller learns nothing of them', async () => {
    const { port } = canary.address() as AddressInfo;
    const answers: unknown[] = [];
    for (const origin of [
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${port}`,
      `https://2130706433:${port}`,
      `https://[::ffff:127.0.0.1]:${port}`,
      'https://169.254.169.254',
      'https://10.0.0.1:1',
    ]) {
      const { status, body } = await register(server.issuer, { ...plain, sector_identifier_uri: `${origin}/sector` });
      answers.push([status, body.error, body.error_description]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const signer = await newSigner('ES256', 'k');
    const { body } = await register(server.issuer, {
      ...plain,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `http://127.0.0.1:${port}/jwks`,
    });
    const { asserting, assertion } = await import('../support/assertion.ts');
    const signed = asserting(await assertion(server.issuer, String(body.client_id), signer));
    const token = await fetch(`${server.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', ...signed }),
    });
    expect([token.status, ((await token.json()) as { error: string }).error]).toEqual([401, 'invalid_client']);
    expect(knocks).toBe(0);
  });

  it('L6, L8: nobody gives himself a secret, an id, scopes or a way past consent', async () => {
    const wanted = {
      ...plain,
      client_id: 'operator',
      client_secret: 'chosen-by-the-client-chosen-by-the-client',
      scopes: ['payments'],
      secrets: [],
      registration: { tokenHash: 'x', issuedAt: 0 },
      constructor: { prototype: { consent: 'implicit' } },
    };
    const made = await register(server.issuer, JSON.stringify(wanted).replace('{', '{"__proto__":{"policy":{"consent":"implicit"}},'));
    expect([made.status, made.body.client_id === 'operator', made.body.client_secret === wanted.client_secret]).toEqual([
      201,
      false,
      false,
    ]);
    const client = await store().clients.find(String(made.body.client_id));
    expect(client?.policy).toMatchObject({ consent: 'explicit', pkce: 'required', passwordGrant: false });
    expect([client?.claims, client?.lifetimes, client?.scopes.includes('payments')]).toEqual([undefined, {}, false]);
    expect(client?.registration?.tokenHash).toMatch(/^[\w-]{43}$/);
  });

  it.each(
    Object.entries({
      policy: { consent: 'implicit', pkce: 'optional', passwordGrant: true },
      claims: [{ to: 'role', from: 'value', value: 'admin' }],
      lifetimes: { accessToken: 315_360_000 },
      access: { groups: [] },
      environment: 'production',
      profile: 'fapi2',
      disabled: false,
    }),
  )('L6, L8: %s is the operator’s to say: refused by its name, when a client is made and when it is replaced', async (name, value) => {
    const { body } = await register(server.issuer, plain);
    const answers = [
      await register(server.issuer, { ...plain, [name]: value }),
      await manage('PUT', body, { client_id: body.client_id, ...plain, [name]: value }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject(refused);
      expect(answer.body.error_description).toContain(`${name} is for the operator`);
    }
  });

  it('L6: grant types and scopes are those of the setting, and the password grant never', async () => {
    for (const grant_types of [
      ['password'],
      ['client_credentials'],
      ['authorization_code', 'password'],
      ['urn:ietf:params:oauth:grant-type:device_code'],
      [],
      'password',
      ['toString'],
    ])
      expect(await register(server.issuer, { ...plain, grant_types })).toMatchObject(refused);
    for (const scope of ['openid payments', 'openid admin', 'payments', 'openid "x"'])
      expect(await register(server.issuer, { ...plain, scope })).toMatchObject(refused);
    expect(await register(server.issuer, { ...plain, scope: 'openid  email' })).toMatchObject({
      status: 201,
      body: { scope: 'openid email' },
    });
  });

  const nonsense: readonly (readonly [string, unknown])[] = [
    ['no JSON', '{'],
    ['a list', []],
    ['a text', '"x"'],
    ['null', 'null'],
    ['a number for a text', { ...plain, client_name: 7 }],
    ['a text for a list', { redirect_uris: redirect_uri }],
    ['a list of numbers', { redirect_uris: [7] }],
    ['a thousand redirect URIs', { redirect_uris: Array.from({ length: 1000 }, (_, index) => `https://rp.example/${index}`) }],
    ['control characters', { ...plain, client_name: 'a\0b' }],
    ['a long name', { ...plain, client_name: 'x'.repeat(101) }],
    ['an object for a choice', { ...plain, token_endpoint_auth_method: { toString: 'none' } }],
    ['a method nobody knows', { ...plain, token_endpoint_auth_method: 'constructor' }],
    ['a key set that is none', { ...plain, jwks: { keys: 'none' } }],
    ['a key set of texts', { ...plain, jwks: { keys: ['x'] } }],
    ['a shared key', { ...plain, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['negative seconds', { ...plain, default_max_age: -1 }],
    ['seconds as a text', { ...plain, default_max_age: '60' }],
    ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ];
  it.each(nonsense)('%s is refused with a reason', async (_, metadata) => {
    expect(await register(server.issuer, metadata)).toMatchObject({
      ...refused,
      body: { error_description: expect.stringMatching(/.{10}/) },
    });
  });

  it('a form, no body, and a body that is too large or not UTF-8 are refused', async () => {
    const post = async (body: BodyInit | null, type?: string) =>
      (
        await fetch(`${server.issuer}/register`, {
          method: 'POST',
          body,
          ...(type === undefined ? {} : { headers: { 'content-type': type } }),
        })
      ).status;
    expect(await post(new URLSearchParams({ redirect_uris: redirect_uri }))).toBe(400);
    expect(await post(null)).toBe(400);
    expect(await post('', 'application/json')).toBe(400);
    expect(await post(Buffer.from([0x7b, 0xff, 0x7d]), 'application/json')).toBe(400);
    expect(await post(JSON.stringify({ ...plain, x: 'x'.repeat(70_000) }), 'application/json')).toBe(413);
  });

  it('a software statement is refused, not silently left out', async () => {
    expect(await register(server.issuer, { ...plain, software_statement: 'a.b.c' })).toMatchObject({
      status: 400,
      body: { error: 'unapproved_software_statement' },
    });
  });

  it('an initial access token that is good for three makes three clients, however many come at once', async () => {
    const token = await initialToken(server, 'guarded', 3);
    const answers = await Promise.all(Array.from({ length: 20 }, () => register(`${server.issuer}/t/guarded`, plain, token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(17);
    expect(await store(2).clients.list()).toHaveLength(3);
  });

  it('no more clients register themselves than may', async () => {
    for (const status of [201, 201, 503, 503]) expect((await register(full, plain)).status).toBe(status);
    const [first] = await store(1).clients.list();
    await store(1).clients.remove(first?.client_id ?? '', 0);
    expect((await register(full, plain)).status).toBe(201);
  });

  it('L7: a client is managed with its own token only, and tokens are not kept', async () => {
    const [mine, other] = [(await register(server.issuer, plain)).body, (await register(server.issuer, plain)).body];
    const unauthorized = { status: 401, body: { error: 'invalid_token' } };
    const put = { client_id: mine.client_id, ...plain };
    for (const token of [String(other.registration_access_token), 'x', String(mine.client_secret)])
      for (const method of ['GET', 'PUT', 'DELETE'] as const)
        expect(await manage(method, mine, method === 'PUT' ? put : undefined, token)).toMatchObject(unauthorized);
    for (const client_id of ['operator', 'nobody', '']) {
      const uri = `${server.issuer}/register?client_id=${client_id}`;
      expect(await manage('GET', { ...mine, registration_client_uri: uri })).toMatchObject(unauthorized);
      expect((await fetch(uri)).status).toBe(401);
    }
    expect(JSON.stringify(await store().clients.find(String(mine.client_id)))).not.toContain(String(mine.registration_access_token));
    expect(await manage('GET', mine)).toMatchObject({ status: 200 });
    expect(await manage('DELETE', mine)).toMatchObject({ status: 204 });
    for (const method of ['GET', 'PUT', 'DELETE'] as const)
      expect(await manage(method, mine, method === 'PUT' ? put : undefined)).toMatchObject(unauthorized);
  });

  it('L8: a client that replaces its metadata changes nothing an operator decided, and cannot become another', async () => {
    const { body } = await register(server.issuer, plain);
    const client = await store().clients.find(String(body.client_id));
    if (client === undefined) throw new Error('no client');
    await store().clients.replace(
      {
        ...client,
        scopes: [...client.scopes, 'payments'],
        lifetimes: { accessToken: 60 },
        policy: { ...client.policy, refreshToken: 'never' },
        access: { groups: ['staff'] },
      },
      0,
    );
    const put = (more: object) => manage('PUT', body, { client_id: body.client_id, ...plain, ...more });
    expect(await put({ scope: 'openid payments' })).toMatchObject({
      status: 200,
      body: { scope: 'openid payments' },
    });
    expect(await store().clients.find(client.client_id)).toMatchObject({
      access: { groups: ['staff'] },
      lifetimes: { accessToken: 60 },
      policy: { refreshToken: 'never', consent: 'explicit' },
    });
    for (const more of [
      { client_id: 'operator' },
      { client_id: undefined },
      { registration_access_token: 'x' },
      { client_secret_expires_at: 0 },
    ])
      expect(await put(more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await put({ client_secret: 'chosen-by-the-client-chosen-by-the-client' })).toMatchObject(refused);
    expect(await put({ redirect_uris: ['javascript:x'] })).toMatchObject({ status: 400 });
    expect(await put({ grant_types: ['password'] })).toMatchObject(refused);
    await store().clients.replace({ ...client, disabled: true }, 0);
    expect(await put({})).toMatchObject({ status: 401 });
  });

  it('L6: a client that keeps its own change waiting undoes nothing that an operator decides meanwhile', async () => {
    const { body } = await register(server.issuer, plain);
    const client_id = String(body.client_id);
    const before = await store().clients.find(client_id);
    const [tenant] = server.tenants;
    if (before === undefined || tenant === undefined) throw new Error('no client');
    const decided = { ...before, disabled: true, scopes: ['openid'], access: { groups: ['staff'] } };
    // Its sector's server is its own, and answers when it likes.
    const fetch = async () => {
      await store().clients.replace(decided, 0);
      return Response.json([redirect_uri]);
    };
    const response = await serve({ ...tenant.op, fetch }, 'registration', {
      method: 'PUT',
      query: { client_id },
      form: undefined,
      json: JSON.stringify({ client_id, ...plain, sector_identifier_uri: 'https://slow.example/sector' }),
      headers: { authorization: `Bearer ${String(body.registration_access_token)}` },
      address: '127.0.0.1',
    });
    expect([response.status, JSON.parse(response.body).error]).toEqual([503, 'temporarily_unavailable']);
    expect(await store().clients.find(client_id)).toEqual(decided);
  });
});
