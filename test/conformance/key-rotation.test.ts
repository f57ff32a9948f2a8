/** Signing keys replaced while clients work: seen by a client that keeps the key set as long as a day. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, decodeProtectedHeader, importJWK, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rotateDue } from '../../packages/server/src/jobs/rotating.ts';
import { createLogger } from '../../packages/server/src/logger.ts';
import { basicOf, form, tokenRequest } from '../support/client.ts';
import { runProgram } from '../support/process.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';

const machine = { client_id: 'machine-jwt', client_secret: 'machine-jwt-secret-0123456789abcdef', redirect_uri: '' };
const day = 86_400;

describe('identify: conformance of key rotation', () => {
  let directory: string;
  let server: TestServer;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'symbolon-rotation-'));
    server = await startSymbolon({ database: `sqlite:${join(directory, 'symbolon.db')}` });
  });
  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const keySet = async () => (await (await fetch(`${server.issuer}/jwks`)).json()) as JSONWebKeySet;
  const kids = async () => (await keySet()).keys.filter(({ alg }) => alg === 'RS256').map(({ kid }) => String(kid));
  const accessToken = async () => {
    const { body } = await tokenRequest(server.issuer, machine, { grant_type: 'client_credentials' });
    return String(body.access_token);
  };
  const kidOf = (token: string) => String(decodeProtectedHeader(token).kid);
  const active = async (token: string) => {
    const headers = { authorization: basicOf(machine.client_id, machine.client_secret) };
    const answer = await fetch(`${server.issuer}/introspect`, { method: 'POST', headers, body: form({ token }) });
    return ((await answer.json()) as { active: boolean }).active;
  };
  /** An operator's command on the server's database. */
  const keys = async (...args: readonly string[]) => {
    const { host } = new URL(server.issuer);
    const yaml = (await exampleConfiguration()).replaceAll('127.0.0.1:4000', host);
    await writeFile(join(directory, 'symbolon.yaml'), yaml.replace(/^database: \S+/m, 'database: sqlite:./symbolon.db'));
    return runProgram({ directory, args: ['keys', ...args, '-c', join(directory, 'symbolon.yaml')] });
  };

  it('SW-32: a key that signs is not removed by mistake; one that is removed is published no more', async () => {
    const [first = ''] = await kids();
    await keys('rotate', '--alg', 'RS256');
    await expect.poll(kids).toHaveLength(2);
    const waiting = (await kids()).find((kid) => kid !== first) ?? '';
    expect(await keys('remove', first)).toMatchObject({ code: 1, output: expect.stringContaining('rotate --alg RS256 --now') });
    expect((await keys('remove', waiting)).code).toBe(0);
    await expect.poll(kids).toEqual([first]);
    expect(await keys('remove', waiting)).toMatchObject({ code: 1, output: expect.stringContaining('there is no signing key') });
  });

  it('SW-32, R6: after a rotation both keys are published, tokens of the old one count until they expire, new ones are of the new one', async () => {
    const [first = ''] = await kids();
    const before = await accessToken();
    expect((await keys('rotate', '--alg', 'RS256', '--now')).output).toContain('RS256: a new key is published');
    await expect.poll(kids).toHaveLength(2);
    expect(kidOf(await accessToken())).toBe(first);
    server.advance(10);
    const after = await accessToken();
    expect(kidOf(after)).not.toBe(first);
    expect(await kids()).toContain(kidOf(after));
    expect([await active(before), await active(after)]).toEqual([true, true]);
    const listed = (await keys('list')).output;
    expect(listed).toContain(`${first}\tRS256\t`);
    server.advance(3600);
    expect(await active(before)).toBe(false);
  });

  it('F20: through half a year of rotations no token meets a client that does not know its key', async () => {
    const logger = createLogger('fatal');
    let kept = await keySet();
    const seen = new Set<string>();
    for (let hour = 0; hour < 190 * 24; hour += 12) {
      // A relying party that fetches the key set once a day, in the worst moment: before the rotation of that hour.
      if (hour % 24 === 0) kept = await keySet();
      for (const tenant of server.tenants) await rotateDue(tenant, logger);
      const token = await accessToken();
      seen.add(kidOf(token));
      const key = kept.keys.find(({ kid }) => kid === kidOf(token));
      expect(key, `at hour ${hour}`).toBeDefined();
      await compactVerify(token, await importJWK(key ?? {}, 'RS256'));
      server.advance(day / 2);
    }
    expect(seen.size).toBeGreaterThanOrEqual(3);
    expect((await kids()).length).toBeLessThanOrEqual(2);
  });
});
