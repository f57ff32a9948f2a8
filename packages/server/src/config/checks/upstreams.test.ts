/** Upstreams in the file: what does not go together is said where it stands, and what is right becomes what the broker needs. */
import { describe, expect, it } from 'vitest';
import { parse } from '../load.ts';

const client = { client_id: 'shop', client_secret: 's'.repeat(32), redirect_uris: ['https://shop.example/cb'] };

function load(upstreams: readonly object[], clients: readonly object[] = [client]) {
  return parse(JSON.stringify({ tenants: [{ id: 'hub', issuer: 'https://hub.example', clients, upstreams }] }), {
    baseDirectory: '/',
    env: {},
  });
}

/** `path: message (fix)`, the path below the first upstream. */
function findings(upstream: object, clients?: readonly object[]): readonly string[] {
  const loaded = load([{ id: 'acme', client_id: 'x', ...upstream }], clients);
  if (loaded.ok) return [];
  return loaded.findings.map(({ path, message, fix }) => `${path.replace('tenants[0].upstreams[0].', '')}: ${message} (${fix})`);
}

function read(upstream: object) {
  const loaded = load([{ id: 'acme', client_id: 'x', ...upstream }]);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  return loaded.config.tenants[0]?.upstreams[0];
}

const discovery = 'https://acme.example';
const places = {
  authorization_endpoint: 'https://a.example/authorize',
  token_endpoint: 'https://a.example/token',
  userinfo_endpoint: 'https://a.example/user',
};

describe('upstreams in the file', () => {
  it.each([
    [{}, 'discovery: discovery is missing'],
    [{ discovery: 'http://acme.example' }, 'discovery: .*https'],
    [{ discovery, issuer: 'acme' }, 'issuer: '],
    [{ discovery, token_endpoint: 'https://a.example' }, 'token_endpoint: does not go with connector oidc'],
    [{ connector: 'oauth2', ...places }, 'profile: does not say'],
    [{ connector: 'oauth2', ...places, profile: { sub: 'id' }, discovery }, 'discovery: does not go with connector oauth2'],
    [{ preset: 'github', logout: 'rp-initiated' }, 'logout: does not go with connector oauth2'],
    [{ preset: 'github', frontChannelLogout: true }, 'frontChannelLogout: does not go with connector oauth2'],
    [{ discovery, logout: 'always' }, 'logout: '],
    [{ connector: 'oidc', preset: 'github', discovery }, 'connector: does not go with preset github'],
    [{ preset: 'githug' }, 'preset: .*one of'],
    [{ discovery, clientid: 'x' }, 'clientid: .*client_id'],
    [{ discovery, scope: 'profile' }, 'scope: has no openid'],
    [{ discovery, token_endpoint_auth_method: 'client_secret_post' }, 'client_secret: is missing'],
    [{ discovery, token_endpoint_auth_method: 'none', client_secret: 's' }, 'client_secret: does not go'],
    [{ discovery, owner: { type: 'flex partner', id: '../17' } }, 'owner.type: '],
    [{ discovery, landing: '//evil.example' }, 'landing: must be a path'],
    [{ discovery, landingClient: 'shpo' }, 'landingClient: is no client .*`shop`'],
    [{ discovery, landingClient: 'shop' }, 'landingClient: is a client without initiate_login_uri'],
    [{ discovery, linking: 'verified-email' }, 'linking: links by verified e-mail, but no domain is trusted'],
    [{ discovery, domains: ['@acme.test'] }, 'domains\\[0\\]: must be an e-mail domain'],
    [{ discovery, domains: ['*.acme.test'] }, 'domains\\[0\\]: must be an e-mail domain'],
    [{ discovery, domains: ['com'] }, 'domains\\[0\\]: must be an e-mail domain'],
    [{ discovery, support: 'javascript:alert(1)' }, 'support: must be an e-mail address'],
    [{ discovery, claims: { plan: { pattern: '(' } } }, 'claims.plan.pattern: is not a regular expression'],
    [{ discovery, claims: { plan: { type: 'text' } } }, 'claims.plan.type: '],
    [{ discovery, claims: { plan: { requierd: true } } }, 'claims.plan.requierd: .*required'],
    [{ discovery, token_endpoint_auth_method: 'tls_client_auth' }, 'tls: is missing'],
  ])('%j is refused', (upstream, expected) => {
    expect(findings(upstream)[0]).toMatch(new RegExp(`^${expected}`));
  });

  it.each(['sub', 'iss', 'roles', 'groups', 'email_verified', 'phone_number_verified', 'updated_at', 'acr'])(
    'E9: no rule can make a claim of an upstream our %s',
    (to) => {
      expect(findings({ discovery, claims: { plan: { to } } })).toEqual([
        expect.stringMatching(/^claims\.plan\.to: is a claim that an upstream/),
      ]);
    },
  );

  it('two of one owner or id are refused, and both are said', () => {
    const one = { id: 'acme', client_id: 'x', discovery, owner: { type: 'a', id: '1' } };
    const loaded = load([one, one]);
    expect(loaded.ok ? [] : loaded.findings.map(({ path }) => path)).toEqual([
      'tenants[0].upstreams[1].id',
      'tenants[0].upstreams[1].owner',
    ]);
  });

  it('strict is the default: nobody is linked, no domain is trusted', () => {
    expect(read({ discovery })).toEqual({
      id: 'acme',
      name: 'acme',
      enabled: true,
      connection: { connector: 'oidc', issuer: discovery },
      client_id: 'x',
      token_endpoint_auth_method: 'none',
      token_endpoint_auth_signing_alg: 'RS256',
      scope: 'openid profile email',
      claims: {},
      linking: 'never',
      linkOnly: false,
      registration: 'silent',
      logout: 'none',
      frontChannelLogout: false,
      domains: [],
      landing: '/home',
    });
  });

  it.each([
    [{ discovery: 'https://a.example/t/x' }, { issuer: 'https://a.example/t/x' }],
    [{ discovery: 'https://a.example/' }, { issuer: 'https://a.example/' }],
    [{ discovery: 'https://a.example/x/.well-known/openid-configuration' }, { issuer: 'https://a.example/x' }],
    [{ discovery: 'https://a.example/.well-known/openid-configuration', issuer: 'https://a.example/' }, { issuer: 'https://a.example/' }],
    [
      { discovery: 'https://a.example/meta.json', issuer: 'https://b.example' },
      { issuer: 'https://b.example', discovery: 'https://a.example/meta.json' },
    ],
  ])('the issuer of %j is what its people are known by', (upstream, expected) => {
    expect(read(upstream)?.connection).toEqual({ connector: 'oidc', ...expected });
  });

  it('a preset says what is the same for everybody, and the file may say otherwise', () => {
    expect(read({ preset: 'google', client_secret: 's' })).toMatchObject({
      name: 'Google',
      connection: { connector: 'oidc', issuer: 'https://accounts.google.com' },
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const own = { preset: 'github', name: 'Forge', userinfo_endpoint: 'https://forge.example/user', profile: { email: 'mail' } };
    expect(read(own)).toMatchObject({
      name: 'Forge',
      connection: { userinfo_endpoint: 'https://forge.example/user', profile: { sub: 'id', email: 'mail' } },
    });
    expect(read(own)?.connection).not.toHaveProperty('emails_endpoint');
  });

  it('domains are lower case and ASCII', () => {
    expect(read({ discovery, domains: ['ACME.test', 'bücher.test'] })?.domains).toEqual(['acme.test', 'xn--bcher-kva.test']);
  });
});
