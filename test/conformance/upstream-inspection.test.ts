/** `symbolon upstream test`: what is wrong with a partner is said before the first person finds it, with who has to change what. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inspectUpstream } from '../../packages/server/src/broker/inspect.ts';
import { partner, startHub } from '../support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let hub: TestServer;

beforeAll(async () => {
  acme = await startScriptedProvider();
  hub = await startHub({
    upstreams: [
      partner('good', acme, { claims: { plan: { required: true } } }),
      partner('secret', acme, { client_secret: 'wrong' }),
      partner('alg', acme, { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_basic' }),
      partner('issuer', acme, { discovery: `${acme.issuer}/` }),
      partner('gone', { issuer: 'http://127.0.0.1:1' }),
      partner('private', { issuer: 'https://10.0.0.1' }),
      partner('off', acme, { enabled: false }),
    ],
  });
});
afterAll(() => Promise.all([hub.close(), acme.close()]));
afterEach(() => {
  acme.script = {};
});

async function findings(id: string): Promise<readonly string[]> {
  const [tenant] = hub.tenants;
  const upstream = tenant?.upstreams.find((each) => each.id === id);
  if (tenant === undefined || upstream === undefined) throw new Error(`no upstream ${id}`);
  const way = { fetch: tenant.op.fetch, redirectUri: `${hub.issuer}/auth/oidc/callback`, now: tenant.op.now, keys: tenant.op.keys };
  return (await inspectUpstream(upstream, way)).map(({ level, text, fix = '' }) => `${level}: ${text} | ${fix}`);
}
const wrong = async (id: string) => (await findings(id)).filter((line) => !line.startsWith('good') && !line.startsWith('note'));

describe('o2o: an upstream is inspected', () => {
  it('finds nothing wrong with a partner that fits, and notes what it does not say', async () => {
    acme.script.discovery = (document) => ({
      ...document,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      scopes_supported: ['openid', 'profile'],
      claims_supported: ['sub'],
    });
    expect(await findings('good')).toEqual([
      `good: the discovery document of ${acme.issuer} holds | `,
      'good: 1 of 1 keys can sign RS256 | ',
      'note: scopes_supported has no email | ask the partner for the name of the scope',
      'note: claims_supported has no plan | ask the partner to send the claim, we require it',
      'good: PKCE with S256 | ',
      'good: its answers say who they are from (RFC 9207) | ',
      'good: it knows our client_id and secret | ',
    ]);
  });

  it('names a secret that does not hold', async () => {
    expect(await wrong('secret')).toEqual([
      'wrong: it refuses our client_id, secret or way of sending them | we: compare client_id, client_secret, token_endpoint_auth_method',
    ]);
  });

  it('names an algorithm that it does not sign with', async () => {
    expect(await wrong('alg')).toEqual([
      expect.stringMatching(/^wrong: none of 1 keys can sign ES256/),
      expect.stringMatching(/^wrong: id_token_signing_alg_values_supported has no ES256/),
    ]);
  });

  it('names an issuer that is another, one that does not answer, and one that we may not reach', async () => {
    expect(await wrong('issuer')).toEqual([expect.stringMatching(/names the issuer .* we: write issuer as the document says it/)]);
    for (const id of ['gone', 'private'])
      expect(await wrong(id)).toEqual([expect.stringMatching(/could not be reached.*server.outbound.allow/)]);
  });

  it('names one that is switched off', async () => {
    expect(await wrong('off')).toEqual([expect.stringMatching(/^wrong: it is disabled/)]);
  });

  it('names a key set that is none', async () => {
    acme.script.jwks = () => 'nothing';
    expect(await wrong('good')).toContain(`wrong: there is no key set at ${acme.issuer}/jwks | the partner: publish one`);
  });
});
