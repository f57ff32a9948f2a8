/** Claim mapping as three systems before this one spell groups and roles, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientUnderTest, claimsIn, form, signInFor, tokenRequest, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { introspect } from '../support/introspection.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const secret = (id: string) => `${id}-secret-0123456789abcdef0123456789abcdef`;
const callback = 'http://127.0.0.1:5000/callback';
const client = (client_id: string): ClientUnderTest => ({ client_id, client_secret: secret(client_id), redirect_uri: callback });
const groupsClaim = 'https://oneportal.trivore.com/claims/groups';
const groupsScope = 'https://oneportal.trivore.com/scope/groups.readonly';

const user = `{ username: alice, password: correct horse battery staple, groups: [mica-user, opal-admin], roles: [rest-admin], claims: {
        name: Alice Archer, given_name: Alice, family_name: Archer, email: alice@example.test, email_verified: true, locale: en,
        address: { country: US }, custom: { cost: { centre: [17, 18] } } } }`;
const entry = (id: string, more: string) =>
  `      - { client_id: ${id}, client_secret: ${secret(id)}, redirect_uris: [${callback}], ${more} }\n`;
const tenant = (id: string, body: string) => `  - id: ${id}
    issuer: http://127.0.0.1:4000${id === 'main' ? '' : `/t/${id}`}
    users: [${user}]
${body}`;

const yaml = `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
${tenant(
  'main',
  `    scopes: [{ name: roles, claims: ["urn:anyid:role", "urn:internal:userid"] }]
    clients:
${entry('identify', 'scope: openid profile roles, policy: { accessToken: jwt, consent: implicit, pkce: optional }')}`,
)}${tenant(
  'agate',
  `    claims:
      - { to: context.user.groups, from: groups, prefix: mica-, into: [access_token] }
      - { to: context.user.name, from: username, into: [access_token] }
      - { to: context.scopes, from: scopes, into: [access_token] }
      - { to: groups, from: groups, into: [id_token, userinfo] }
      - { to: locale, from: claim, claim: locale, into: [id_token, userinfo] }
      - { audience: [] }
    clients:
${entry('mica', 'scope: openid email profile, policy: { accessToken: jwt, consent: implicit, pkce: optional, scopeClaims: id_token }')}`,
)}${tenant(
  'oneportal',
  `    scopes:
      - { name: "${groupsScope}", claims: ["${groupsClaim}"] }
      - { name: custom }
    claims:
      - { audience: ["https://api.example.test"], scope: custom }
      - { to: text, from: value, value: gold, scope: custom, into: &all [access_token, id_token, userinfo, introspection] }
      - { to: integer, from: value, value: 42, scope: custom, into: *all }
      - { to: decimal, from: value, value: 2.5, scope: custom, into: *all }
      - { to: boolean, from: value, value: false, scope: custom, into: *all }
      - { to: json, from: value, value: { a: [1, { b: null }] }, scope: custom, into: *all }
      - { to: cost_centre, from: path, path: "$.custom.cost.centre[1]", scope: custom, into: *all }
    clients:
${entry('portal', `scope: openid email custom ${groupsScope}, policy: { accessToken: jwt, consent: implicit, pkce: optional }`)}${entry(
  'machine',
  'grant_types: [client_credentials], scope: custom, policy: { accessToken: jwt }, claims: [{ to: who, from: username, into: [access_token] }]',
).replace(`redirect_uris: [${callback}], `, '')}`,
)}`;

let server: TestServer;
beforeAll(async () => {
  server = await startSymbolon({ yaml });
});
afterAll(() => server?.close());

const issuerOf = (id: string) => (id === 'main' ? server.issuer : `${server.issuer}/t/${id}`);

async function signIn(tenantId: string, id: string, scope: string) {
  const issuer = issuerOf(tenantId);
  const { tokens } = await signInFor(issuer, createAgent(server.issuer), client(id), { scope });
  expect(tokens.status).toBe(200);
  const { access_token, id_token } = tokens.body;
  const answer = await introspect(issuer, client(id), access_token);
  return {
    issuer,
    access_token,
    /** Claims of the ID token and of the access token. */
    id: claimsIn(id_token),
    access: claimsIn(access_token),
    introspection: JSON.parse(answer.text) as Record<string, unknown>,
  };
}

describe('Agate: groups in the context', () => {
  const scope = 'openid email profile';

  it('AG-16: the access token has context.user.groups, context.scopes and a list of audiences', async () => {
    const { access } = await signIn('agate', 'mica', scope);
    expect(access).toMatchObject({
      context: { user: { groups: ['mica-user'], name: 'alice' }, scopes: ['openid', 'email', 'profile'] },
      aud: ['mica'],
      iss: issuerOf('agate'),
    });
    expect(access).not.toHaveProperty('groups');
  });

  it('AG-17: the ID token has the claims of the scopes, groups and locale', async () => {
    const { id, issuer } = await signIn('agate', 'mica', scope);
    expect(id).toMatchObject({
      iss: issuer,
      aud: 'mica',
      given_name: 'Alice',
      family_name: 'Archer',
      name: 'Alice Archer',
      email: 'alice@example.test',
      email_verified: true,
      groups: ['mica-user', 'opal-admin'],
      locale: 'en',
    });
    expect(id).not.toHaveProperty('context');
  });

  it('AG-18: userinfo has the same claims, and refuses who shows no token', async () => {
    const { access_token, issuer, id } = await signIn('agate', 'mica', scope);
    const { status, body } = await userinfo(issuer, access_token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ sub: id.sub, name: 'Alice Archer', groups: ['mica-user', 'opal-admin'], locale: 'en' });
    expect((await fetch(`${issuer}/userinfo`)).status).toBe(401);
  });
});

describe('onePortal: custom scopes', () => {
  const custom = { text: 'gold', integer: 42, decimal: 2.5, boolean: false, json: { a: [1, { b: null }] }, cost_centre: 18 };

  it('OP-20: each kind of mapper goes into access token, ID token, userinfo and introspection', async () => {
    const { access, id, introspection, issuer, access_token } = await signIn('oneportal', 'portal', 'openid custom');
    expect(access).toMatchObject(custom);
    expect(id).toMatchObject(custom);
    expect((await userinfo(issuer, access_token)).body).toEqual({ sub: id.sub, ...custom });
    expect(introspection).toMatchObject({ ...custom, active: true });
  });

  it('OP-20: a mapper of a scope has no effect without the scope', async () => {
    const { access, id, introspection, issuer, access_token } = await signIn('oneportal', 'portal', 'openid');
    for (const claims of [access, id, introspection, (await userinfo(issuer, access_token)).body])
      for (const name of Object.keys(custom)) expect(claims).not.toHaveProperty(name);
    expect(access.aud).toBe('portal');
  });

  it('OP-4: the access token is for its client and the audience that is mapped, the ID token for its client alone', async () => {
    const { access, id, introspection } = await signIn('oneportal', 'portal', 'openid custom');
    expect(access.aud).toEqual(['portal', 'https://api.example.test']);
    expect(introspection.aud).toEqual(access.aud);
    expect(id.aud).toBe('portal');
  });

  it('OP-20: a client acting for itself has fixed claims and audiences, and nothing of a person', async () => {
    const { body } = await tokenRequest(
      issuerOf('oneportal'),
      { ...client('machine'), redirect_uri: '' },
      { grant_type: 'client_credentials' },
    );
    const claims = claimsIn(body.access_token);
    expect(claims).toMatchObject({ sub: 'machine', text: 'gold', aud: ['machine', 'https://api.example.test'] });
    expect(claims).not.toHaveProperty('cost_centre');
    expect(claims).not.toHaveProperty('who');
  });

  it('OP-11 in part: the scope of the groups gives the claim under its own name', async () => {
    const { issuer, access_token } = await signIn('oneportal', 'portal', `openid email ${groupsScope}`);
    expect((await userinfo(issuer, access_token)).body).toMatchObject({ [groupsClaim]: ['mica-user', 'opal-admin'] });
  });
});

describe('Identify: roles and the user id', () => {
  it('SW-4: the access token has the role under both names and urn:internal:userid', async () => {
    const { access, id } = await signIn('main', 'identify', 'openid profile roles');
    expect(access).toMatchObject({
      iss: server.issuer,
      'urn:internal:userid': id.sub,
      'urn:anyid:role': ['rest-admin'],
      'urn:identify:rest-api:role': ['rest-admin'],
    });
    expect((await signIn('main', 'identify', 'openid profile')).access).not.toHaveProperty('urn:anyid:role');
  });

  it('SW-11: GET, POST with header and POST with form give the same userinfo with urn:internal:userid', async () => {
    const { access_token, id, issuer } = await signIn('main', 'identify', 'openid roles');
    const authorization = `Bearer ${access_token}`;
    const answers = await Promise.all(
      [
        { headers: { authorization } },
        { method: 'POST', headers: { authorization } },
        { method: 'POST', body: form({ access_token: String(access_token) }) },
      ].map(async (init) => (await fetch(`${issuer}/userinfo`, init)).json()),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({ sub: id.sub, 'urn:internal:userid': id.sub, 'urn:anyid:role': ['rest-admin'] });
  });
});

describe('Identify: the example configuration', () => {
  it('SW-4: its scope roles gives role and user id without a mapper being written', async () => {
    const example = await startSymbolon();
    try {
      const app = { client_id: 'identify-app', client_secret: 'identify-app-secret-0123456789abcdef', redirect_uri: callback };
      for (const issuer of [example.issuer, `${example.issuer}/runtime/oauth2`]) {
        const { tokens } = await signInFor(issuer, createAgent(issuer), app, { scope: 'openid roles' });
        const expected = { 'urn:anyid:role': ['rest-admin'], 'urn:internal:userid': claimsIn(tokens.body.id_token).sub };
        expect(claimsIn(tokens.body.access_token)).toMatchObject(expected);
        expect((await userinfo(issuer, tokens.body.access_token)).body).toMatchObject(expected);
      }
    } finally {
      await example.close();
    }
  });
});

describe('conformance: discovery of mapped claims', () => {
  it('D9: claims that are mapped for everybody are among claims_supported', async () => {
    const document = (await (await fetch(`${issuerOf('oneportal')}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(document.claims_supported).toEqual(expect.arrayContaining(['cost_centre', groupsClaim]));
  });
});
