/**
 * kill -9 under load, then a start on the same SQLite file: what a client was told still holds, what it was not told is not half there.
 * The program runs as an operator runs it, as a process of its own.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthorizationRequest,
  answerOf,
  authorizationRequest,
  clients,
  redeem,
  signInFor,
  tokenRequest,
  userinfo,
} from './support/client.ts';
import { type Agent, createAgent } from './support/http-agent.ts';
import { freePort, type RunningServer, startServer } from './support/process.ts';

const { trusted } = clients;
const offline = { scope: 'openid profile email offline_access' };

const configuration = (port: number) => `
server: { listen: "127.0.0.1:${port}" }
database: sqlite:./symbolon.db
tenants:
  - id: main
    issuer: http://127.0.0.1:${port}
    signing: [RS256]
    users: [{ username: alice, password: correct horse battery staple }]
    clients:
      - client_id: trusted
        client_secret: ${trusted.client_secret}
        redirect_uris: ["${trusted.redirect_uri}"]
        scope: openid profile email offline_access
        policy: { consent: implicit }
`;

/** What clients were told, written down the moment they were told it. */
type Code = { readonly request: AuthorizationRequest; readonly answer: URLSearchParams; state: 'unused' | 'sent' | 'redeemed' };
type Family = { readonly code: Code; readonly access: string[]; refresh: string };
type Told = { readonly codes: Code[]; readonly families: Family[] };

const enough = 120;
const told: Told = { codes: [], families: [] };
let agents: readonly Agent[];
let keysBefore: unknown;
let server: RunningServer;

beforeAll(async () => {
  const config = configuration(await freePort());
  const first = await startServer({ config, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
  agents = Array.from({ length: 6 }, () => createAgent(first.url));
  await Promise.all(agents.map((agent) => signInFor(first.url, agent, trusted)));
  keysBefore = await (await fetch(`${first.url}/jwks`)).json();

  // Whoever is in the middle of something when the server dies gets a network error, and stops.
  const workers = agents.map((agent) => work(first.url, agent, told).catch(() => {}));
  while (told.families.length < enough) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await first.kill('SIGKILL')).toBeNull();
  await Promise.all(workers);
  server = await startServer({ config, directory: first.directory, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
});

afterAll(() => server?.kill());

/** Codes, tokens, one or two rotations, and now and then a code that its client does not come to redeem. */
async function work(issuer: string, agent: Agent, { codes, families }: Told): Promise<never> {
  for (let round = 0; ; round++) {
    const request = authorizationRequest(issuer, trusted, offline);
    const code: Code = { request, answer: answerOf(await agent.get(request.url)), state: 'unused' };
    codes.push(code);
    if (round % 4 === 3) continue;
    code.state = 'sent';
    const { body } = await redeem(issuer, trusted, request, code.answer);
    code.state = 'redeemed';
    const family: Family = { code, access: [String(body.access_token)], refresh: String(body.refresh_token) };
    families.push(family);
    for (let use = 0; use < round % 3; use++) await rotate(issuer, family);
  }
}

async function rotate(issuer: string, family: Family): Promise<void> {
  const { status, body } = await tokenRequest(issuer, trusted, { grant_type: 'refresh_token', refresh_token: family.refresh });
  expect(status).toBe(200);
  family.access.push(String(body.access_token));
  family.refresh = String(body.refresh_token);
}

/** Tries them all, a few at a time. */
async function each<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 16) results.push(...(await Promise.all(items.slice(at, at + 16).map(act))));
  return results;
}

// In this order: the later ones use up what the earlier ones look at.
describe('crash: after kill -9 under load and a start on the same file', () => {
  it('the load was real: tokens, rotations, unused codes', () => {
    expect(told.families.length).toBeGreaterThanOrEqual(enough);
    expect(told.families.filter(({ access }) => access.length > 1).length).toBeGreaterThan(20);
    expect(told.codes.filter(({ state }) => state === 'unused').length).toBeGreaterThan(10);
  });

  it('the database file is sound', () => {
    const database = new DatabaseSync(join(server.directory, 'symbolon.db'), { readOnly: true });
    try {
      expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    } finally {
      database.close();
    }
  });

  it('the signing keys are the same', async () => {
    expect(await (await fetch(`${server.url}/jwks`)).json()).toEqual(keysBefore);
  });

  it('everybody is still signed in', async () => {
    for (const agent of agents) expect((await agent.get('/home')).text).toContain('alice');
  });

  it('every access token a client was given works', async () => {
    const all = told.families.flatMap(({ access }) => access);
    const states = await each(all, async (token) => (await userinfo(server.url, token)).status);
    expect(states.filter((status) => status !== 200)).toEqual([]);
  });

  it('every refresh token a client was given works', async () => {
    await each(told.families, (family) => rotate(server.url, family));
    const fresh = told.families.map(({ access }) => access.at(-1) ?? '');
    expect((await each(fresh, async (token) => (await userinfo(server.url, token)).status)).every((status) => status === 200)).toBe(true);
  });

  it('a code nobody had used is redeemed exactly once, one that was on its way when the server died at most once', async () => {
    const redemptions = async ({ request, answer }: Code) => {
      const tries = await Promise.all([1, 2, 3].map(() => redeem(server.url, trusted, request, answer)));
      return tries.filter(({ status }) => status === 200).length;
    };
    const unused = await each(
      told.codes.filter(({ state }) => state === 'unused'),
      redemptions,
    );
    expect(new Set(unused)).toEqual(new Set([1]));
    const sent = await each(
      told.codes.filter(({ state }) => state === 'sent'),
      redemptions,
    );
    for (const successes of sent) expect(successes).toBeLessThanOrEqual(1);
  });

  it('a code redeemed before is still known as used: presenting it again takes its tokens back', async () => {
    const some = told.families.slice(-20);
    await each(some, async ({ code: { request, answer }, access }) => {
      expect(await redeem(server.url, trusted, request, answer)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      for (const token of access) expect((await userinfo(server.url, token)).status).toBe(401);
    });
  });
});
