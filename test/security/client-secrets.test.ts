/** Client secrets: which method a client may use, what comparing them tells, and where they show up (RFC 6749 sections 2.3, 10.1). */
import { keepSecret, newClient, serve } from '@symbolon/provider';
import { pino } from 'pino';
import { parse } from 'symbolon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basicOf, type ClientUnderTest, clients, form, signInFor, tokenRequest } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { testProvider } from '../support/provider.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { tenantOf } from './changing.ts';

const { trusted, spa, machine, hs256 } = clients;

let server: TestServer;
let issuer: string;
let log = '';

beforeAll(async () => {
  server = await startSymbolon({ logger: pino({ level: 'trace' }, { write: (line: string) => (log += line) }) });
  issuer = server.issuer;
});

afterAll(() => server?.close());

const credentials = { grant_type: 'client_credentials' };

describe('security: client secrets', () => {
  it.each(['token', 'introspect', 'revoke'])('G10: at /%s a client uses its own method, and one', async (path) => {
    const ask = async (parameters: Record<string, string>, headers: Record<string, string> = {}) => {
      const response = await fetch(`${issuer}/${path}`, {
        method: 'POST',
        headers,
        body: form({ ...credentials, token: 'x', ...parameters }),
      });
      return ((await response.json()) as { error?: string }).error;
    };
    const { client_id, client_secret } = machine;
    const basic = { authorization: basicOf(client_id, client_secret) };
    // One that has a secret cannot go without; one that has none cannot bring one.
    expect(await ask({ client_id })).toBe('invalid_client');
    expect(await ask({ client_id: spa.client_id, client_secret })).toBe('invalid_client');
    expect(await ask({}, { authorization: basicOf(spa.client_id, client_secret) })).toBe('invalid_client');
    expect(await ask({}, { authorization: basicOf(spa.client_id, '') })).toBe('invalid_client');
    // Two methods at once, right or wrong, and two clients at once.
    expect(await ask({ client_id, client_secret }, basic)).toBe('invalid_request');
    expect(await ask({ client_id, client_secret: 'wrong' }, basic)).toBe('invalid_request');
    expect(await ask({ client_id: trusted.client_id }, basic)).toBe('invalid_client');
    // A method nobody has, beside a right one or alone, counts for nothing.
    expect(
      await ask({ client_id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'x' }),
    ).toBe('invalid_client');
  });

  it('G11: what is compared says nothing of what was presented: secrets alike to the last letter have digests unalike', async () => {
    const { vault } = (await testProvider()).op;
    const client = { client_id: 'rp', token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'RS256' } as const;
    const secret = 'a'.repeat(42);
    const digests = [...'bcdefghijklmnopqrstuvwxyz'].map((last) => keepSecret(vault, client, secret + last).digest);
    const kept = keepSecret(vault, client, `${secret}a`).digest;
    const shared = digests.map((digest) => [...digest].findIndex((letter, index) => letter !== kept[index]));
    // Of 25 random texts of 64 letters, none agrees in more than a few letters with another one.
    expect(Math.max(...shared)).toBeLessThan(6);
    // Keyed, and bound to its client: who reads the store cannot compare either.
    expect(keepSecret(vault, { ...client, client_id: 'other' }, `${secret}a`).digest).not.toBe(kept);
    expect(keepSecret((await testProvider()).op.vault, client, `${secret}a`).digest).not.toBe(kept);
  });

  it('G11: unknown, wrong from the first letter and wrong in the last take the same work', async () => {
    const { op } = tenantOf(server, 'main');
    const work: string[] = [];
    const mac: typeof op.vault.mac = (purpose, data) => {
      work.push(purpose);
      return op.vault.mac(purpose, data);
    };
    const counting = { ...op.vault, mac };
    const guesses = [
      [machine.client_id, `${machine.client_secret.slice(0, -1)}x`],
      [machine.client_id, `x${machine.client_secret.slice(1)}`],
      [machine.client_id, 'x'],
      ['nobody', machine.client_secret],
      [spa.client_id, machine.client_secret],
    ] as const;
    const counts: number[] = [];
    for (const [client_id, client_secret] of guesses) {
      work.length = 0;
      const request = { method: 'POST', query: {}, form: { ...credentials, client_id, client_secret }, headers: {}, address: '127.0.0.1' };
      const { status, body } = await serve({ ...op, vault: counting }, 'token', request);
      expect([status, JSON.parse(body).error]).toEqual([401, 'invalid_client']);
      counts.push(work.filter((purpose) => purpose === 'client-secret').length);
    }
    expect(counts).toEqual([1, 1, 1, 1, 1]);
  });

  it('G11: over many tries, a guess that is right but for its end takes no longer than one that is wrong from the start', async () => {
    const { op } = tenantOf(server, 'main');
    const quiet = { ...op, emit: () => {} };
    const near = `${machine.client_secret.slice(0, -1)}!`;
    const far = `!${machine.client_secret.slice(1)}`;
    const time = async (client_secret: string) => {
      const form = { ...credentials, client_id: machine.client_id, client_secret };
      const start = process.hrtime.bigint();
      await serve(quiet, 'token', { method: 'POST', query: {}, form, headers: {}, address: '127.0.0.1' });
      return Number(process.hrtime.bigint() - start);
    };
    const times: { near: number[]; far: number[] } = { near: [], far: [] };
    for (let round = 0; round < 6000; round++) {
      times.near.push(await time(near));
      times.far.push(await time(far));
    }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length / 2] ?? 0;
    // Medians of tries taken in turn: what else the machine does meets both. The tolerance is for the machine, the test above is the proof.
    expect(median(times.near) / median(times.far)).toBeGreaterThan(0.7);
    expect(median(times.near) / median(times.far)).toBeLessThan(1.4);
  });

  it('G12: a secret, right or wrong, is in no answer, event or log line, nor what is kept of it', async () => {
    const wrong = 'a-wrong-secret-0123456789abcdef01234';
    const answers: string[] = [];
    const note = async (answer: Promise<{ body: unknown; headers: Headers }>) => {
      const { body, headers } = await answer;
      answers.push(JSON.stringify([body, ...headers]));
    };
    await note(tokenRequest(issuer, machine, credentials));
    await note(tokenRequest(issuer, { ...machine, client_secret: wrong } as ClientUnderTest, credentials));
    await note(tokenRequest(issuer, { ...machine, client_id: 'nobody' } as ClientUnderTest, credentials));
    await note(tokenRequest(issuer, spa, { ...credentials, client_secret: wrong }));
    // A secret in the place of an id is a mistake that happens.
    await note(tokenRequest(issuer, { client_id: machine.client_secret, redirect_uri: '' }, credentials));
    await note(tokenRequest(issuer, spa, { ...credentials, client_id: machine.client_secret, client_secret: wrong }));
    answers.push(JSON.stringify((await signInFor(issuer, createAgent(issuer), hs256)).tokens.body));
    const inQuery = await fetch(`${issuer}/token?${form({ ...credentials, client_id: 'machine', client_secret: wrong })}`, {
      method: 'POST',
    });
    answers.push(await inQuery.text());
    const page = await fetch(`${issuer}/authorize?${form({ client_id: machine.client_secret, response_type: 'code' })}`);
    answers.push(await page.text());
    expect(log).toContain('client.refused');
    const kept = await tenantOf(server, 'main').store.clients.list();
    const digests = kept.flatMap(({ secrets }) =>
      secrets.flatMap(({ digest, sealed }) => [digest, ...(sealed === undefined ? [] : [sealed])]),
    );
    expect(digests.length).toBeGreaterThan(5);
    for (const secret of [machine.client_secret, hs256.client_secret, wrong, ...digests])
      for (const place of [log, ...answers]) expect(place.includes(secret), 'a secret shows').toBe(false);
    // What is kept is not the secret either, but where HS256 needs it, and then sealed.
    expect(JSON.stringify(kept)).not.toMatch(/-secret-0123456789/);
  });

  it('F24: HS256 is for clients with a secret of their own that is as long as its hash', () => {
    const offer = { signing: ['RS256'], scopes: [] } as const;
    const metadata = { client_id: 'x', redirect_uris: ['https://rp.example/cb'] };
    for (const member of ['id_token_signed_response_alg', 'userinfo_signed_response_alg', 'introspection_signed_response_alg'] as const) {
      const open = newClient(offer, { ...metadata, [member]: 'HS256', token_endpoint_auth_method: 'none' });
      expect(open).toEqual({ faults: [expect.objectContaining({ member })] });
      expect(newClient(offer, { ...metadata, [member]: 'HS256' })).toHaveProperty('client');
    }
    const file = (secret: string) =>
      `tenants: [{ id: main, issuer: "https://op.example", clients: [{ client_id: x, client_secret: "${secret}", redirect_uris: ["https://rp.example/cb"], id_token_signed_response_alg: HS256 }] }]`;
    const read = (secret: string) => parse(file(secret), { baseDirectory: '/', env: {} });
    const short = read('s'.repeat(31));
    expect(short.ok ? [] : short.findings.map(({ path }) => path)).toEqual(['tenants[0].clients[0].client_secret']);
    expect(read('s'.repeat(32)).ok).toBe(true);
  });
});
