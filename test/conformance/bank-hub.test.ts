/** The bank network as a hub, on the configuration of the example: who signs in is a customer of one of its banks, and the network vouches for her. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerAt,
  authorizationUrl,
  type Bank,
  paymentDetails,
  paymentProcessing,
  proofs,
  refreshed,
  tokens,
  userInfo,
  withSecret,
} from '../support/bank-client.ts';
import { people, signInAndConsent } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { bankAccount } from '../support/network.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const callback = 'http://127.0.0.1:5000/jwt';
const scope = 'openid profile email address payment_details payment_processing offline_access';
const shop: Bank = { client_id: 'shop', callback, authenticate: withSecret('shop', 'shop-secret-0123456789abcdef01234567') };

let server: TestServer;
let issuer: string;

beforeAll(async () => {
  const yaml = await readFile(new URL('../../examples/shop/network.yaml', import.meta.url), 'utf8');
  const asked = 'scope: openid profile email address payment_details\n        environment';
  if (!yaml.includes(asked)) throw new Error('the example has no client to give more scopes');
  server = await startSymbolon({ yaml: yaml.replace(asked, `scope: ${scope}\n        environment`) });
  issuer = `${server.issuer}/oidc`;
});
afterAll(() => server?.close());

/** Banks and network are of one host, so that one agent goes the whole way. */
async function begin(identity_provider_id: string) {
  const known = proofs();
  const agent = createAgent(issuer);
  const page = await agent.get(await authorizationUrl(shop, issuer, known, { identity_provider_id, scope, prompt: 'consent' }));
  return { known, agent, page };
}

describe('idpartner: clients of a bank network in front of its banks', () => {
  it('IP-23, IP-25: a customer of the chosen bank: tokens of the network, her claims, her account, a payment, refresh', async () => {
    const { known, agent, page } = await begin('acme');
    expect(page.url).toMatch(`${server.issuer}/acme/login`);
    const { location = '' } = await signInAndConsent(agent, page);
    const { tokens: given, claims } = await tokens(shop, issuer, await answerAt(shop, issuer, location, known), known);
    expect(claims).toMatchObject({ iss: issuer, name: 'Alice Archer', email: 'alice@example.test', payment_details: bankAccount });
    expect(await userInfo(shop, issuer, given.access_token, claims.sub)).toMatchObject({ address: { locality: 'Saluda' } });
    expect(await paymentDetails(shop, issuer, given.access_token)).toEqual([bankAccount]);
    expect(await paymentProcessing(shop, issuer, given.access_token, 1)).toMatchObject({ amount: 1 });
    expect((await refreshed(shop, issuer, String(given.refresh_token))).claims.sub).toBe(claims.sub);
  });

  it('IP-25: another bank, other people', async () => {
    const { known, agent, page } = await begin('zeta');
    expect(page.url).toMatch(`${server.issuer}/zeta/login`);
    const { location = '' } = await signInAndConsent(agent, page, people.bob);
    const { tokens: given } = await tokens(shop, issuer, await answerAt(shop, issuer, location, known), known);
    expect(await paymentDetails(shop, issuer, given.access_token)).toMatchObject([{ accountId: 'z9' }]);
  });

  it('IP-13: who signs in at her bank and then says no to the shop gives access_denied', async () => {
    const { known, agent, page } = await begin('acme');
    const consent = await agent.submit(page, { button: 'login-submit', fields: people.alice });
    const { location = '' } = await agent.submit(consent, { button: 'consent-deny' });
    expect((await answerAt(shop, issuer, location, known)).error).toBe('access_denied');
  });
});
