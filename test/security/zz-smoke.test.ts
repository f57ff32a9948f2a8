import { expect, it } from 'vitest';
import { clients, signInFor, userinfo } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon } from '../support/symbolon.ts';
it('smoke', async () => {
  const server = await startSymbolon();
  const { tokens } = await signInFor(server.issuer, createAgent(server.issuer), clients.web);
  console.log(tokens.status, tokens.body);
  expect((await userinfo(server.issuer, tokens.body['access_token'])).status).toBe(200);
  await server.close();
});
