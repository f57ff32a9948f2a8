/** Pairwise subjects (OpenID Connect Core section 8): clients of one sector know a person by one subject, those of another by another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationRequest, basicOf, type ClientUnderTest, claimsIn, form, people, signInFor, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const secret = '0123456789abcdef0123456789abcdef';
const client = (client_id: string, host: string): ClientUnderTest => ({
  client_id,
  client_secret: secret,
  redirect_uri: `https://${host}/cb`,
});
const one = client('one', 'a.example');
const sibling = client('sibling', 'a.example:8443');
const other = client('other', 'b.example');
const vouched = client('vouched', 'c.example');
const open = client('open', 'a.example');

const policy = 'policy: { accessToken: jwt, consent: implicit, pkce: optional }';
const entry = ({ client_id, redirect_uri }: ClientUnderTest, more = ', subject_type: pairwise') =>
  `      - { client_id: ${client_id}, client_secret: "${secret}", redirect_uris: ["${redirect_uri}"], post_logout_redirect_uris: ["${redirect_uri}"], scope: openid, ${policy}${more} }\n`;
const yaml = `server: { listen: "127.0.0.1:4000" }
database: sqlite:x
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    claims:
      - { to: "urn:internal:userid", from: sub, into: [access_token, id_token, userinfo, introspection] }
    users:
      - { username: alice, password: correct horse battery staple }
      - { username: bob, password: hunter2 hunter2 }
    clients:
${entry(one)}${entry(sibling)}${entry(other)}${entry(vouched, ', subject_type: pairwise, sector_identifier_uri: "https://a.example/sector"')}${entry(open, '')}`;

let server: TestServer;
let database: string;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'symbolon-pairwise-'));
  database = `sqlite:${join(directory, 'test.db')}`;
  server = await startSymbolon({ yaml, database });
});
afterAll(async () => {
  await server?.close();
  await rm(directory, { recursive: true });
});

async function signIn(who: ClientUnderTest, changes = {}, person: { username: string; password: string } = people.alice) {
  const { issuer } = server;
  const agent = createAgent(issuer);
  const { tokens } = await signInFor(issuer, agent, who, { scope: 'openid', ...changes }, person);
  expect(tokens.status).toBe(200);
  const id_token = String(tokens.body.id_token);
  return { agent, id_token, access_token: String(tokens.body.access_token), sub: String(claimsIn(id_token).sub) };
}

async function introspect(who: ClientUnderTest, token: string) {
  const response = await fetch(`${server.issuer}/introspect`, {
    method: 'POST',
    headers: { authorization: basicOf(who.client_id, secret) },
    body: form({ token }),
  });
  return (await response.json()) as Record<string, unknown>;
}

describe('security: pairwise subjects', () => {
  it('F18: one subject in a sector, another in another sector, another for another person, none of them the public one', async () => {
    const [first, same, different, named, plain] = await Promise.all([one, sibling, other, vouched, open].map((each) => signIn(each)));
    expect(same?.sub).toBe(first?.sub);
    expect(named?.sub).toBe(first?.sub);
    const bob = await signIn(one, {}, people.bob);
    expect(new Set([first?.sub, different?.sub, plain?.sub, bob.sub]).size).toBe(4);
  });

  it('F18: ID token, access token, userinfo and introspection say the same, and nothing says the public subject or the user name', async () => {
    const { sub } = await signIn(open);
    const { sub: own, access_token, id_token } = await signIn(one);
    const answers = [
      claimsIn(id_token),
      claimsIn(access_token),
      (await userinfo(server.issuer, access_token)).body,
      await introspect(one, access_token),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ sub: own, 'urn:internal:userid': own });
      expect(JSON.stringify(answer)).not.toContain(sub);
      expect(JSON.stringify(answer)).not.toContain('alice');
    }
  });

  it('F18: the subject is the same after a restart with another signing key', async () => {
    const before = await signIn(one);
    expect(before.sub).toMatch(/^[A-Za-z0-9_-]{43}$/);
    await server.close();
    server = await startSymbolon({ yaml: yaml.replace('    claims:', '    signing: [ES256, RS256]\n    claims:'), database });
    expect((await signIn(one)).sub).toBe(before.sub);
  });

  it('F18: the ID token is a hint of the person, at the client it was issued to and at another', async () => {
    const { agent, id_token } = await signIn(one);
    for (const who of [one, sibling, other, open]) {
      const request = authorizationRequest(server.issuer, who, { scope: 'openid', prompt: 'none', id_token_hint: id_token });
      const answer = await agent.get(request.url);
      expect(new URL(answer.location ?? '').searchParams.get('code'), who.client_id).toBeTruthy();
    }
    const bob = await signIn(one, {}, people.bob);
    const wrong = await agent.get(
      authorizationRequest(server.issuer, one, { scope: 'openid', prompt: 'none', id_token_hint: bob.id_token }).url,
    );
    expect(new URL(wrong.location ?? '').searchParams.get('error')).toBe('login_required');
  });

  it('F18: a person who has to sign in first is still the one the hint means', async () => {
    const { id_token, sub } = await signIn(one);
    expect((await signIn(one, { id_token_hint: id_token })).sub).toBe(sub);
  });

  it('F18: the ID token signs out its own session without a question, and nobody else', async () => {
    const { agent, id_token } = await signIn(one);
    const bob = await signIn(one, {}, people.bob);
    const address = (hint: string) =>
      `${server.issuer}/logout?${form({ id_token_hint: hint, post_logout_redirect_uri: one.redirect_uri, state: 's' })}`;
    expect((await agent.get(address(bob.id_token))).location).toBeUndefined();
    expect((await agent.get(address(id_token))).location).toBe(`${one.redirect_uri}?state=s`);
  });
});
