/**
 * Production in the bank network: a client proves itself by a certificate of the network's own authority, issued for its request at the command
 * line; its tokens are bound to it, at the payment endpoints too.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  answerAt,
  authorizationUrl,
  type Bank,
  discover,
  paymentDetails,
  paymentProcessing,
  proofs,
  refreshed,
  tokens,
  userInfo,
  withCertificate,
  withSecret,
} from '../support/bank-client.ts';
import { people, signInAndConsent } from '../support/client.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { createAgent } from '../support/http-agent.ts';
import type { Identity } from '../support/https.ts';
import { bankAccount, type Network, startNetwork } from '../support/network.ts';

// The program is started for each certificate.
vi.setConfig({ testTimeout: 60_000 });

const callback = 'https://shop.example/jwt';
const secret = 'a+/=%&:secret-0123456789abcdef0123456789';
const scope = 'openid email payment_details payment_processing offline_access';

let network: Network;
let identity: Identity;
let shop: Bank;

beforeAll(async () => {
  const common = `redirect_uris: ["${callback}"], scope: ${scope}`;
  const bound = 'token_endpoint_auth_method: tls_client_auth, tls_client_certificate_bound_access_tokens: true, environment: production';
  network = await startNetwork({
    clients: `
      - { client_id: shop-mtls, ${common}, ${bound}, tls_client_auth_subject_dn: "CN=shop-mtls" }
      - { client_id: other-mtls, ${common}, ${bound}, tls_client_auth_subject_dn: "CN=other-mtls" }
      - { client_id: sandbox, ${common}, client_secret: "${secret}", environment: sandbox }
`,
  });
  identity = await network.identityOf('shop-mtls');
  shop = bankOf(identity);
}, 90_000);
afterAll(() => network?.close());

function bankOf(shown: Identity | undefined): Bank {
  const way = { fetch: network.ask(), withCertificate: network.ask(shown) };
  return { client_id: 'shop-mtls', callback, authenticate: withCertificate('shop-mtls'), ...way };
}

/** Her browser has no certificate. */
async function signIn(bank: Bank, extra: Record<string, string> = { scope, prompt: 'consent' }) {
  const known = proofs();
  const agent = createAgent(network.issuer, createCookieJar(), network.ask());
  const { location = '' } = await signInAndConsent(agent, await agent.get(await authorizationUrl(bank, network.issuer, known, extra)));
  return { known, answer: await answerAt(bank, network.issuer, location, known) };
}

async function tokensOf(bank: Bank) {
  const { known, answer } = await signIn(bank);
  return tokens(bank, network.issuer, answer, known);
}

describe('idpartner: a client with a certificate', () => {
  it('IP-5, IP-22: the aliases name every endpoint it calls, those for payments among them', async () => {
    const document = (await (await network.ask()(`${network.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(document).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: `${network.issuer}/token`,
        userinfo_endpoint: `${network.issuer}/me`,
        pushed_authorization_request_endpoint: `${network.issuer}/request`,
        payment_details_info_endpoint: `${network.issuer}/payment_details`,
        payment_processing_endpoint: `${network.issuer}/payment_processing`,
      },
    });
    expect(await discover(network.issuer, shop)).toMatchObject({ payment_details_info_endpoint: `${network.issuer}/payment_details` });
  });

  it('IP-23: goes the whole way: pushed request, answer, tokens, userinfo, refresh, payment details, payment', async () => {
    const { tokens: given, claims } = await tokensOf(shop);
    expect(await userInfo(shop, network.issuer, given.access_token, claims.sub)).toMatchObject({ email: 'alice@example.test' });
    expect(await paymentDetails(shop, network.issuer, given.access_token)).toEqual([bankAccount]);
    expect(await paymentProcessing(shop, network.issuer, given.access_token, 7.5)).toMatchObject({ amount: 7.5, currency: 'USD' });
    const next = await refreshed(shop, network.issuer, String(given.refresh_token));
    expect(next.claims.sub).toBe(claims.sub);
    expect(await paymentDetails(shop, network.issuer, next.tokens.access_token)).toEqual([bankAccount]);
  });

  it('IP-13, IP-23: is told when she says no', async () => {
    const known = proofs();
    const agent = createAgent(network.issuer, createCookieJar(), network.ask());
    const page = await agent.get(await authorizationUrl(shop, network.issuer, known, { prompt: 'consent' }));
    const consent = await agent.submit(page, { button: 'login-submit', fields: people.alice });
    const { location = '' } = await agent.submit(consent, { button: 'consent-deny' });
    expect((await answerAt(shop, network.issuer, location, known)).error).toBe('access_denied');
  });

  it('IP-22: without its certificate, and with another client’s, it is nobody', async () => {
    for (const bank of [bankOf(undefined), bankOf(await network.identityOf('other-mtls'))])
      await expect(authorizationUrl(bank, network.issuer, proofs())).rejects.toThrow('401 invalid_client');
  });

  it('IP-22: its tokens open nothing without the certificate, nor with another', async () => {
    const { tokens: given, claims } = await tokensOf(shop);
    for (const thief of [bankOf(undefined), bankOf(await network.identityOf('other-mtls'))]) {
      await expect(userInfo(thief, network.issuer, given.access_token, claims.sub)).rejects.toThrow('answered with 401');
      await expect(paymentDetails(thief, network.issuer, given.access_token)).rejects.toThrow('answered with 401');
      await expect(paymentProcessing(thief, network.issuer, given.access_token, 1)).rejects.toThrow('answered with 401');
    }
  });

  it('IP-23: in the sandbox a secret will do, and its tokens are bound to nothing', async () => {
    const sandbox: Bank = { client_id: 'sandbox', callback, authenticate: withSecret('sandbox', secret), fetch: network.ask() };
    const { tokens: given } = await tokensOf(sandbox);
    expect(await paymentDetails(sandbox, network.issuer, given.access_token)).toEqual([bankAccount]);
  });

  it('IP-22: a host for certificates has the payment endpoints too, and no pages', async () => {
    const other = await startNetwork({ tenant: 'mtlsOrigin: https://localhost:4000', clients: '      []\n' });
    try {
      const at = async (path: string) => (await other.ask()(`${other.issuer}${path}`, { headers: { host: 'localhost:4000' } })).status;
      expect([await at('/payment_details'), await at('/me'), await at('/home')]).toEqual([401, 401, 404]);
    } finally {
      await other.close();
    }
  });
});
