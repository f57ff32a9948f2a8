/**
 * One person, twenty relying parties, three of them down and back later: all are told and the table shows it; also when the server is killed in the
 * middle and started again. The program runs as an operator runs it, on SQLite, and the relying parties listen on loopback.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { authorizationRequest, form, hasButton, people, signInFor } from './support/client.ts';
import { command } from './support/command.ts';
import { createAgent } from './support/http-agent.ts';
import { arriveFrom, partner } from './support/hub.ts';
import { freePort, type RunningServer, startServer } from './support/process.ts';
import { clientAt, clientEntry, type RelyingParty, startRelyingParty } from './support/relying-party.ts';
import { type ScriptedProvider, startScriptedProvider } from './support/scripted-provider.ts';

const down = [3, 9, 17];

let parties: RelyingParty[] = [];
let server: RunningServer | undefined;
let acme: ScriptedProvider | undefined;

afterEach(async () => {
  await server?.kill('SIGKILL');
  await Promise.all([...parties, ...(acme === undefined ? [] : [acme])].map((each) => each.close()));
  acme = undefined;
});

const configuration = (port: number) => `
server: { listen: "127.0.0.1:${port}", outbound: { allow: [127.0.0.1/32] } }
database: sqlite:./symbolon.db
tenants:
  - id: main
    issuer: http://127.0.0.1:${port}
    signing: [ES256]
    users: [${JSON.stringify(people.alice)}]
    upstreams: ${JSON.stringify(acme === undefined ? [] : [partner('acme', acme)])}
    clients:
${parties.map((party, index) => clientEntry(nameOf(index), party.origin, { id_token_signed_response_alg: 'ES256' })).join('')}`;

const nameOf = (index: number) => `party-${String(index).padStart(2, '0')}`;

/** Alice signed in at all twenty, three of which are down by now. */
async function begin() {
  parties = await Promise.all(Array.from({ length: 20 }, startRelyingParty));
  const config = configuration(await freePort());
  const first = await startServer({ config, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
  server = first;
  const agent = createAgent(first.url);
  for (const [index, party] of parties.entries()) await signInFor(first.url, agent, clientAt(nameOf(index), party.origin));
  await Promise.all(down.map((index) => parties[index]?.down()));
  return { agent, config, first };
}

/** Ann, whom the upstream signed in, answered at all twenty; three of them are down by now. */
async function beginAtUpstream() {
  acme = await startScriptedProvider({ userinfo: { name: 'Ann' } });
  acme.script.claims = (claims) => ({ ...claims, sid: 'there' });
  parties = await Promise.all(Array.from({ length: 20 }, startRelyingParty));
  const config = configuration(await freePort());
  const first = await startServer({ config, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
  server = first;
  const agent = createAgent(first.url);
  await arriveFrom(agent, 'acme', acme);
  for (const [index, party] of parties.entries()) {
    const answer = await agent.get(authorizationRequest(first.url, clientAt(nameOf(index), party.origin)).url);
    expect(answer.location, nameOf(index)).toContain('code=');
  }
  await Promise.all(down.map((index) => parties[index]?.down()));
  return { agent, config, first };
}

/** The upstream says that its session is over. */
async function sendLogout(url: string, jti: string): Promise<number> {
  const iat = Math.floor(Date.now() / 1000);
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const claims = { iss: acme?.issuer, aud: 'kit', iat, exp: iat + 120, jti, sid: 'there', events };
  const logout_token = (await acme?.sign(claims, { typ: 'logout+jwt' })) ?? '';
  const body = new URLSearchParams({ logout_token });
  return (await fetch(`${url}/auth/oidc/backchannel-logout/acme`, { method: 'POST', body })).status;
}

/** The table as the operator sees it: state by client. */
async function table({ directory }: RunningServer): Promise<Readonly<Record<string, string>>> {
  const { code, output } = await command(directory, ['client', 'signouts']);
  expect(code, output).toBe(0);
  const rows = output.trim().split('\n').slice(1);
  return Object.fromEntries(rows.map((row) => row.split('\t')).map(([, client = '', , state = '']) => [client, state]));
}

const count = (states: Readonly<Record<string, string>>, wanted: string) =>
  Object.values(states).filter((state) => state === wanted).length;

/** What the twenty were told: each at least once, always under one jti, all of the same session. */
function expectAllTold(): void {
  const claims = parties.map((party) =>
    party.tokens().map((token) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())),
  );
  for (const [index, own] of claims.entries()) {
    expect(own.length, nameOf(index)).toBeGreaterThanOrEqual(1);
    expect(new Set(own.map(({ jti }) => jti)).size).toBe(1);
    expect(own.every(({ aud }) => aud === nameOf(index))).toBe(true);
  }
  expect(new Set(claims.flat().map(({ sid }) => sid)).size).toBe(1);
  expect(new Set(claims.map(([first]) => first.jti)).size).toBe(20);
}

describe('conformance: single sign-out', () => {
  it('SW-14, B1: twenty applications, three down and back later: all are told, the table shows twenty', async () => {
    const { agent, first } = await begin();
    const end = await agent.submit(await agent.get('/logout'), { button: 'logout-yes' });
    expect(end.text).toContain('You are signed out');
    await vi.waitUntil(async () => count(await table(first), 'told') === 17, { timeout: 20_000, interval: 250 });
    const states = await table(first);
    expect(Object.keys(states).filter((client) => states[client] !== 'told')).toEqual(down.map(nameOf));
    await Promise.all(down.map((index) => parties[index]?.up()));
    await vi.waitUntil(async () => count(await table(first), 'told') === 20, { timeout: 40_000, interval: 250 });
    expectAllTold();
    expect(parties.every((party) => party.tokens().length === 1)).toBe(true);
    const page = await agent.get(end.url);
    expect(page.text.match(/class="ended-told"/g)).toHaveLength(20);
    expect(hasButton(page, 'signed-out-again')).toBe(false);
  }, 90_000);

  it('SW-14, B1, K16: an upstream ends its session: twenty applications, three down and back later, are all told', async () => {
    const { agent, first } = await beginAtUpstream();
    expect(await sendLogout(first.url, 'first')).toBe(200);
    expect(await sendLogout(first.url, 'first')).toBe(400);
    expect((await agent.get('/account')).url).toContain('/home');
    await vi.waitUntil(async () => count(await table(first), 'told') === 17, { timeout: 20_000, interval: 250 });
    await Promise.all(down.map((index) => parties[index]?.up()));
    await vi.waitUntil(async () => count(await table(first), 'told') === 20, { timeout: 40_000, interval: 250 });
    expectAllTold();
  }, 90_000);

  it('SW-14, B1, K16: an upstream ends its session, with kill -9 in the middle: all twenty are told, and its message stays used', async () => {
    const { config, first } = await beginAtUpstream();
    for (const party of parties) party.slow(400);
    expect(await sendLogout(first.url, 'once')).toBe(200);
    await vi.waitUntil(() => parties.some((party) => party.tokens().length > 0), { timeout: 10_000, interval: 5 });
    expect(await first.kill('SIGKILL')).toBeNull();
    for (const party of parties) party.slow(0);
    expect(Object.keys(await table(first))).toHaveLength(20);
    await Promise.all(down.map((index) => parties[index]?.up()));
    server = await startServer({ config, directory: first.directory, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
    expect(await sendLogout(server.url, 'once')).toBe(400);
    const { directory } = server;
    await vi.waitUntil(async () => count(await table({ ...first, directory }), 'told') === 20, { timeout: 60_000, interval: 500 });
    expectAllTold();
  }, 120_000);

  it('SW-14, B1: the same with kill -9 in the middle: nobody is forgotten, and who is told twice can tell by the jti', async () => {
    const { agent, config, first } = await begin();
    // So that the end comes while many requests are on their way.
    for (const party of parties) party.slow(400);
    await agent.submit(await agent.get(`/logout?${form({ state: 'x' })}`), { button: 'logout-yes' });
    await vi.waitUntil(() => parties.some((party) => party.tokens().length > 0), { timeout: 10_000, interval: 5 });
    expect(await first.kill('SIGKILL')).toBeNull();
    for (const party of parties) party.slow(0);
    const states = await table(first);
    expect(Object.keys(states)).toHaveLength(20);
    expect(count(states, 'waiting') + count(states, 'failing')).toBeGreaterThan(3);

    await Promise.all(down.map((index) => parties[index]?.up()));
    server = await startServer({ config, directory: first.directory, env: { SYMBOLON_LOG_LEVEL: 'fatal' } });
    const { directory } = server;
    await vi.waitUntil(async () => count(await table({ ...first, directory }), 'told') === 20, { timeout: 60_000, interval: 500 });
    expectAllTold();
  }, 120_000);
});
