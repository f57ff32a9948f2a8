import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { createAgent } from '../support/http-agent.ts';
import { clients, signInFor } from '../support/client.ts';
let s: TestServer;
beforeAll(async () => { s = await startSymbolon({ database: '"sqlite::memory:"' }); });
afterAll(() => s.close());
it('smoke', async () => {
  const r = await signInFor(s.issuer, createAgent(s.issuer), clients.web, { scope: 'openid profile email phone address offline_access', prompt: 'consent' });
  console.log(r.answer.toString(), r.tokens);
  expect(r.tokens.status).toBe(200);
});
