/**
 * The sequence of the partner sign-on, step by step and hop by hop: once with a provider at the other end that is not ours, once with ours.
 * What the browser is sent is seen at the browser; what we ask of the partner is seen at the partner.
 */
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { basicOf, claimsIn, people as persons } from '../support/client.ts';
import { startForeignProvider } from '../support/foreign-provider.ts';
import { type AgentResponse, createAgent } from '../support/http-agent.ts';
import { newPerson, partner, people, startHub, startLink, textOf } from '../support/hub.ts';
import { freePort } from '../support/process.ts';
import { startSymbolon } from '../support/symbolon.ts';

let close: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(close.map((each) => each()));
  close = [];
});

const secret = 'o2o-secret-0123456789abcdef0123456789';
const registration = { client_id: 'o2o', client_secret: secret, token_endpoint_auth_method: 'client_secret_post' };
const path = (address = '') => new URL(address).pathname;

type Wire = { readonly hop: string; readonly form: URLSearchParams; readonly authorization: string | undefined };

/** Stands in front of the partner, passes everything on as it is and writes it down. */
async function tap(seen: Wire[]): Promise<{ readonly issuer: string; readonly to: (url: string) => void }> {
  let target = '';
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { url = '/', method = 'GET', headers } = request;
    seen.push({ hop: `${method} ${url.split('?')[0]}`, form: new URLSearchParams(body), authorization: headers.authorization });
    const passed = send(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { issuer, to: (url) => (target = url) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('o2o: the sequence of seed 000', () => {
  it('O2-1, O2-6, O2-10: with oidc-provider as the partner, from the link in the partner’s tool to /home', async () => {
    const port = await freePort();
    const callback = `http://127.0.0.1:${port}/auth/oidc/callback`;
    const idp = await startForeignProvider([
      { ...registration, redirect_uris: [callback], response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'] },
    ]);
    const hub = await startHub({
      upstreams: [
        partner('17', idp, { ...registration, claims: { email: { required: true }, bike_plan: { required: true, to: 'bikePlan' } } }),
      ],
      server: { port },
    });
    close.push(hub.close, idp.close);
    const [atHub, atIdp] = [newPerson(hub), createAgent(idp.issuer)];

    // 1-4: the link, the discovery document, the redirect to the authorization endpoint.
    const gone = await atHub.get(startLink('17'));
    expect([gone.status, path(gone.location)]).toEqual([302, '/auth']);
    expect(idp.requests).toEqual(['GET /.well-known/openid-configuration']);
    // 5-6: she signs in at the partner, which sends her back with a code.
    const back = await atIdp.get(gone.location ?? '');
    expect(back.location?.split('?')[0]).toBe(callback);
    expect(Object.keys(Object.fromEntries(new URL(back.location ?? '').searchParams)).sort()).toEqual(['code', 'iss', 'state']);
    const before = idp.requests.length;
    // 7-10: the code, the keys, the userinfo; then /home.
    const home = await atHub.get(back.location ?? '');
    expect(idp.requests.slice(before)).toEqual(['POST /token', 'GET /jwks', 'GET /me']);
    expectHome(home, 'Ann Archer');
    const [made] = await people(hub);
    expect(made?.claims).toMatchObject({ name: 'Ann Archer', email: 'ann@partner.example', email_verified: false, bikePlan: 'A' });
    // And again: the same person, without another discovery.
    const again = await atHub.get((await atIdp.get((await atHub.get(startLink('17'))).location ?? '')).location ?? '');
    expectHome(again, 'Ann Archer');
    expect(idp.requests.filter((each) => each.endsWith('openid-configuration'))).toHaveLength(1);
    expect(await people(hub)).toHaveLength(2);
  });

  it('O2-1, O2-6, O2-10, O2-16: with our own provider as the partner, and what passes between the two', async () => {
    const [port, seen] = [await freePort(), [] as Wire[]];
    const wire = await tap(seen);
    const callback = `http://127.0.0.1:${port}/auth/oidc/callback`;
    const idp = await startSymbolon({ yaml: partnerYaml(callback, wire.issuer) });
    wire.to(idp.issuer);
    const rules = { email: { required: true }, contract_type: { required: true, values: ['clerk', 'blue-collar'], to: 'contractType' } };
    const hub = await startHub({ upstreams: [partner('17', wire, { ...registration, claims: rules })], users: [], server: { port } });
    close.push(hub.close, idp.close);
    const [atHub, atIdp] = [newPerson(hub), createAgent(wire.issuer)];
    const gone = await atHub.get(startLink('17'));
    const back = await atIdp.submit(await atIdp.get(gone.location ?? ''), { button: 'login-submit', fields: persons.alice });
    expect(back.location?.split('?')[0]).toBe(callback);
    expectHome(await atHub.get(back.location ?? ''), 'Alice Archer');
    expect(seen.map(({ hop }) => hop)).toEqual([
      'GET /.well-known/openid-configuration',
      'GET /authorize',
      'GET /login',
      'POST /login',
      'GET /continue',
      'POST /token',
      'GET /jwks',
      'GET /userinfo',
    ]);
    const [, , , , , token, , userinfo] = seen;
    expect([token?.authorization, userinfo?.authorization]).toEqual([undefined, expect.stringMatching(/^Bearer /)]);
    expect(Object.fromEntries(token?.form ?? [])).toMatchObject({
      grant_type: 'authorization_code',
      redirect_uri: callback,
      client_id: 'o2o',
      client_secret: secret,
    });
    const [made] = await people(hub);
    expect(made?.claims).toMatchObject({ email: 'alice@acme.test', email_verified: true, contractType: 'clerk' });
  });

  it('O2-15, O2-16: our provider answers the token request of o2o with its five fields and the claims configured for it', async () => {
    const redirect_uri = 'http://127.0.0.1:5000/auth/oidc/callback';
    const idp = await startSymbolon({ yaml: partnerYaml(redirect_uri) });
    close.push(idp.close);
    const person = createAgent(idp.issuer);
    const query = new URLSearchParams({ response_type: 'code', client_id: 'o2o', redirect_uri, scope: 'openid email profile', state: 's' });
    const login = await person.get(`/authorize?${query}`);
    const back = await person.submit(login, { button: 'login-submit', fields: persons.alice });
    const code = new URL(back.location ?? '').searchParams.get('code') ?? '';
    const { client_id, client_secret } = registration;
    const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri, client_id, client_secret });
    const answer = await fetch(`${idp.issuer}/token`, { method: 'POST', body });
    const tokens = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, tokens.token_type, tokens.expires_in]).toEqual([200, 'Bearer', 3600]);
    for (const name of ['access_token', 'id_token', 'refresh_token']) expect(tokens[name]).toEqual(expect.any(String));
    expect(JSON.parse(Buffer.from(String(tokens.id_token).split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ alg: 'RS256' });
    expect(claimsIn(String(tokens.id_token))).toMatchObject({ aud: 'o2o', contract_type: 'clerk' });
    expect(basicOf(client_id, client_secret)).toMatch(/^Basic /);
  });
});

function expectHome(home: AgentResponse, name: string): void {
  expect(home.trail.map(({ status, url }) => [status, path(url)])).toEqual([
    [302, '/auth/oidc/callback'],
    [200, '/home'],
  ]);
  expect(textOf(home, 'home-account')).toBe(name);
}

/** Ours as the partner: what o2o's page asks of one, and no more. */
function partnerYaml(callback: string, issuer = 'http://127.0.0.1:4000'): string {
  const client = {
    ...registration,
    redirect_uris: [callback],
    scope: 'openid profile email',
    policy: { consent: 'implicit', pkce: 'optional', refreshToken: 'always' },
    claims: [{ to: 'contract_type', from: 'claim', claim: 'contract_type', into: ['id_token'] }],
  };
  const claims = { name: 'Alice Archer', email: 'alice@acme.test', email_verified: true, contract_type: 'clerk' };
  const tenant = { id: 'partner', issuer, users: [{ ...persons.alice, claims }], clients: [client] };
  return `server: { listen: 127.0.0.1:4000 }\ndatabase: sqlite::memory:\ntenants: ${JSON.stringify([tenant])}\n`;
}
