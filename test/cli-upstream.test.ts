/** `symbolon upstream` as an operator uses it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgent } from './support/http-agent.ts';
import { arriveFrom, partner, textOf } from './support/hub.ts';
import { freePort, runProgram, startServer } from './support/process.ts';
import { type ScriptedProvider, startScriptedProvider } from './support/scripted-provider.ts';

let acme: ScriptedProvider;
beforeAll(async () => {
  acme = await startScriptedProvider();
});
afterAll(() => acme.close());

function run(args: readonly string[], allow: readonly string[] = ['127.0.0.1/32']) {
  const tenant = { id: 'hub', issuer: 'http://127.0.0.1:4000', upstreams: [partner('17', acme), partner('off', acme, { enabled: false })] };
  const config = `server: { outbound: { allow: ${JSON.stringify(allow)} } }\ndatabase: sqlite:./hub.db\ntenants: ${JSON.stringify([tenant])}\n`;
  return runProgram({ config, args: ['upstream', ...args, '-c', 'symbolon.yaml'] });
}

describe('symbolon upstream', () => {
  it('tells what the partner has to know, finds that it fits, and ends with 0', async () => {
    const { code, output } = await run(['test', '17']);
    expect(output).toContain('redirect URI   http://127.0.0.1:4000/auth/oidc/callback');
    expect(output).toContain('start link     http://127.0.0.1:4000/auth/oidc/owner/flex_partner/17/redirect');
    expect(output).toMatch(/^back-channel logout URI +http:\/\/127\.0\.0\.1:4000\/auth\/oidc\/backchannel-logout\/17$/m);
    expect(output).not.toContain('front-channel');
    expect(output).toContain('good   it knows our client_id and secret');
    expect([code, output.includes('WRONG')]).toEqual([0, false]);
  });

  it('I1: says why it may not ask there, and ends with 1', async () => {
    const before = acme.requests.length;
    const { code, output } = await run(['test', '17'], []);
    expect(output).toContain('127.0.0.1 is loopback, and server.outbound.allow does not list it');
    expect([code, acme.requests.length]).toEqual([1, before]);
  });

  it('lists them, and names those there are to who asks for another', async () => {
    expect((await run(['list'])).output).toBe('17\tenabled\t17 Bank\noff\tdisabled\toff Bank\n');
    const { code, output } = await run(['test', 'acme']);
    expect([code, output]).toEqual([1, expect.stringContaining('there is no upstream acme; the tenant has 17, off')]);
  });

  it('shows where a person may come from, and ends it', async () => {
    const [port, idle] = [await freePort(), await freePort()];
    const tenant = {
      id: 'hub',
      issuer: `http://127.0.0.1:${port}`,
      upstreams: [partner('17', acme, { groups: { claim: 'groups', map: { riders: 'bikers' } } })],
    };
    const configOf = (listen: number) =>
      `server: { listen: "127.0.0.1:${listen}", outbound: { allow: [127.0.0.1/32] } }\ndatabase: sqlite:./hub.db\ntenants: ${JSON.stringify([tenant])}\n`;
    acme.script.claims = (claims) => ({ ...claims, preferred_username: 'ann', groups: ['riders'] });
    const server = await startServer({ config: configOf(port) });
    const person = createAgent(server.url);
    await arriveFrom(person, '17', acme);
    const cli = (...args: string[]) =>
      runProgram({ config: configOf(idle), args: ['upstream', ...args, '-c', 'symbolon.yaml'], directory: server.directory });
    expect((await cli('links', '17/ann')).output).toBe(`17\t${acme.issuer}\tperson-1\tprovisioned\n`);
    expect((await cli('unlink', '17/ann', '17')).output).toBe('unlinked 17/ann from 17\n');
    expect(await cli('unlink', '17/ann', '17')).toMatchObject({ code: 1, output: expect.stringContaining('is not linked with 17') });
    // A stranger now, to whom the name is taken.
    expect(textOf(await arriveFrom(createAgent(server.url), '17', acme), 'claim-username')).toMatch(/^17\/ann-/);
    await server.kill();
  });
});
