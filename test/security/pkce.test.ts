/** PKCE (RFC 7636) against leaving it out, downgrading it and weakening it (RFC 9700 sections 2.1.1 and 4.8). */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, type ClientUnderTest, clients, type Parameters, redeem, signInFor } from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const { trusted, spa, nopkce } = clients;
const without = { code_challenge: undefined, code_challenge_method: undefined };

let server: TestServer;
let agent: Agent;

beforeAll(async () => {
  server = await startSymbolon();
  agent = createAgent(server.issuer);
  await signInFor(server.issuer, agent, trusted);
});

afterAll(() => server.close());

async function approve(client: ClientUnderTest, changes: Parameters = {}) {
  const request = authorizationRequest(server.issuer, client, changes);
  const answer = answerOf(await agent.get(request.url));
  return { request, answer };
}

async function expectRequestRefused(client: ClientUnderTest, changes: Parameters): Promise<void> {
  const { answer } = await approve(client, changes);
  expect(answer.get('error'), JSON.stringify(changes)).toBe('invalid_request');
  expect(answer.get('code')).toBeNull();
  const { answer: silent } = await approve(client, { ...changes, prompt: 'none' });
  expect(silent.get('error')).toBe('invalid_request');
}

async function expectCodeRefused(client: ClientUnderTest, challenge: Parameters, code_verifier: string | undefined): Promise<void> {
  const { request, answer } = await approve(client, challenge);
  expect(answer.get('code')).not.toBeNull();
  const tokens = await redeem(server.issuer, client, request, answer, { code_verifier });
  expect(tokens, JSON.stringify(code_verifier)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(tokens.body.access_token).toBeUndefined();
}

describe('security: PKCE', () => {
  it.each([trusted, spa, nopkce])('C1: a verifier left out after a challenge is refused: $client_id', async (client) => {
    await expectCodeRefused(client, {}, undefined);
    await expectCodeRefused(client, {}, '');
    const { request, answer } = await approve(client);
    expect((await redeem(server.issuer, client, request, answer)).status).toBe(200);
  });

  it.each([trusted, spa, nopkce])('C1: the verifier of another request is refused: $client_id', async (client) => {
    await expectCodeRefused(client, {}, (await approve(client)).request.code_verifier);
  });

  it('C2: a verifier without a challenge before it is a downgrade and is refused', async () => {
    const { code_verifier } = authorizationRequest(server.issuer, nopkce);
    await expectCodeRefused(nopkce, without, code_verifier);
    const { request, answer } = await approve(nopkce, without);
    expect((await redeem(server.issuer, nopkce, request, answer, { code_verifier: undefined })).status).toBe(200);
  });

  it.each([trusted, spa])(
    'C3: an authorization request without challenge is refused where PKCE is required: $client_id',
    async (client) => {
      await expectRequestRefused(client, without);
      await expectRequestRefused(client, { code_challenge: undefined });
      await expectRequestRefused(client, { code_challenge: '' });
    },
  );

  it.each([trusted, spa, nopkce])('C4: only S256 is accepted: $client_id', async (client) => {
    for (const code_challenge_method of ['plain', undefined, '', 's256', 'S512', 'S256 plain'])
      await expectRequestRefused(client, { code_challenge_method });
    await expectRequestRefused(client, { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' });
  });

  it('C4: a method without a challenge is refused even where PKCE is optional', async () => {
    await expectRequestRefused(nopkce, { code_challenge: undefined });
  });

  it.each([
    ['42 characters', 'a'.repeat(42)],
    ['129 characters', 'a'.repeat(129)],
    ['an illegal character', `${'a'.repeat(42)}+`],
    ['a blank', `${'a'.repeat(42)} `],
    ['a letter outside ASCII', `${'a'.repeat(42)}\u00e9`],
    ['a line end', `${'a'.repeat(43)}\n`],
  ])('C5: a verifier with %s is refused though its challenge fits', async (_, verifier) => {
    await expectCodeRefused(trusted, { code_challenge: s256(verifier) }, verifier);
  });

  it.each(['a'.repeat(43), 'a'.repeat(128), `-._~${'9'.repeat(40)}`])('C5: the verifier %s is of the right form', async (verifier) => {
    const { request, answer } = await approve(trusted, { code_challenge: s256(verifier) });
    expect((await redeem(server.issuer, trusted, request, answer, { code_verifier: verifier })).status).toBe(200);
  });

  it('C5: a challenge that S256 cannot have made is refused', async () => {
    for (const code_challenge of ['a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(42)}/`])
      await expectRequestRefused(trusted, { code_challenge });
  });
});

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
