/** Discovery (OpenID Connect Discovery sections 3 and 4, RFC 8414) and the key set (RFC 7517), as a client fetches them. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationRequest, clients, form, tokenRequest } from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { extendedConfiguration } from './more-clients.ts';

type Document = Readonly<Record<string, unknown>>;

const secureIssuer = 'https://login.example.test';
const oidcPath = '/.well-known/openid-configuration';
const oauthPath = '/.well-known/oauth-authorization-server';

let server: TestServer;
let document: Document;

beforeAll(async () => {
  const tenants = `  - { id: secure, issuer: ${secureIssuer}, signing: [RS256] }\n`;
  server = await startSymbolon({ yaml: await extendedConfiguration({ tenants }) });
  document = await fetchJson(server.issuer + oidcPath);
});

afterAll(() => server?.close());

async function fetchJson(url: unknown): Promise<Document> {
  const response = await fetch(String(url));
  expect(response.status, String(url)).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
  return (await response.json()) as Document;
}

/** As if a proxy that ends TLS stood before us: the host is that of the issuer. */
async function fetchJsonAs(host: string, path: string): Promise<Document> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    httpRequest(server.issuer + path, { headers: { host } }, resolve)
      .once('error', reject)
      .end(),
  );
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as Document;
}

function listed(name: string, from = document): readonly string[] {
  const list = from[name];
  expect(list, name).toSatisfy((value) => Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'));
  return list as readonly string[];
}

describe('conformance: discovery of the tenant main', () => {
  it('D1: the document is answered with 200, application/json and a JSON object', () => {
    expect(document).toBeTypeOf('object');
    expect(Array.isArray(document)).toBe(false);
  });

  it('D2: the issuer is the address it was fetched from, with a host and no query, fragment or user', () => {
    expect(document.issuer).toBe(server.issuer);
    const { host, search, hash, username, password } = new URL(String(document.issuer));
    expect([host !== '', search, hash, username, password]).toEqual([true, '', '', '', '']);
  });

  it('D2: the issuer of a tenant that is served behind TLS is https, letter for letter as configured', async () => {
    expect((await fetchJsonAs('login.example.test', oidcPath)).issuer).toBe(secureIssuer);
  });

  it('D3: every endpoint and uri is a URI, every list an array of strings, every flag a boolean', () => {
    for (const [name, value] of Object.entries(document)) {
      if (/_(endpoint|uri|iframe)$/.test(name)) expect(value, name).toSatisfy((uri) => typeof uri === 'string' && URL.canParse(uri));
      else if (/(_parameter|_logout|_session|_tokens)_supported$|^require_/.test(name)) expect(value, name).toBeTypeOf('boolean');
      else if (name.endsWith('_supported')) listed(name);
      else expect(name).toBe('issuer');
    }
  });

  it('D4: there is no member outside the registries of OAuth and OpenID Connect', () => {
    expect(Object.keys(document).filter((name) => !registered.has(name))).toEqual([]);
  });

  it('D5: response_types_supported has what every provider must have, and only response types that work', () => {
    expect(listed('response_types_supported')).toEqual([
      'code',
      'id_token',
      'id_token token',
      'code id_token',
      'code token',
      'code id_token token',
    ]);
  });

  it('D6: subject types and ID token algorithms have what every provider must have', () => {
    expect(listed('subject_types_supported')).toEqual(['public', 'pairwise']);
    expect(listed('id_token_signing_alg_values_supported')).toEqual(expect.arrayContaining(['RS256', 'ES256', 'PS256', 'EdDSA', 'HS256']));
    expect(listed('id_token_signing_alg_values_supported')).not.toContain('none');
  });

  it('D7: the endpoints every provider must have are there, all below the issuer', () => {
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint']) expect(document).toHaveProperty(name);
    for (const name of addresses(document)) expect(String(document[name]).startsWith(`${server.issuer}/`), name).toBe(true);
  });

  it('D7: every endpoint of a tenant that is served behind TLS is https', async () => {
    const secure = await fetchJsonAs('login.example.test', oidcPath);
    expect(addresses(secure)).toEqual(addresses(document));
    for (const name of addresses(secure)) expect(String(secure[name]).startsWith(`${secureIssuer}/`), name).toBe(true);
  });

  it('D8: grant types, scopes and locales are lists of well-formed values', () => {
    expect(listed('grant_types_supported')).toEqual(expect.arrayContaining(['authorization_code', 'implicit']));
    expect(listed('scopes_supported')).toContain('openid');
    for (const scope of listed('scopes_supported')) expect(scope).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(listed('ui_locales_supported')).toEqual(Intl.getCanonicalLocales([...listed('ui_locales_supported')]));
  });

  it('D9: claims_supported names the claims, code_challenge_methods_supported is S256 alone, no list says none', () => {
    expect(listed('claims_supported')).toEqual(expect.arrayContaining(['sub', 'name', 'email', 'phone_number', 'address', 'auth_time']));
    expect(listed('code_challenge_methods_supported')).toEqual(['S256']);
    expect(document.request_object_signing_alg_values_supported ?? ['RS256']).toContain('RS256');
    expect([document.request_parameter_supported, document.request_uri_parameter_supported]).toEqual([true, true]);
  });

  it('D10: the methods by which clients authenticate are listed', () => {
    expect(listed('token_endpoint_auth_methods_supported').toSorted()).toEqual([
      ...['client_secret_basic', 'client_secret_jwt', 'client_secret_post', 'none', 'private_key_jwt'],
    ]);
  });

  it('D11: the key set has public keys only, each complete, with its own kid and without padding', async () => {
    const { keys } = (await fetchJson(document.jwks_uri)) as { readonly keys: readonly Readonly<Record<string, string>>[] };
    for (const key of keys) expectPublicKey(key);
    const kids = keys.map(({ kid }) => kid);
    expect(kids.filter((kid) => kid === undefined || kid.trim() === '')).toEqual([]);
    expect(new Set(kids).size).toBe(keys.length);
    expect(keys.flatMap(({ use, alg }) => (use === 'sig' ? [alg] : [])).toSorted()).toEqual(['ES256', 'EdDSA', 'PS256', 'RS256']);
    // Behind those that sign, for clients that take the first of a kind.
    expect(
      keys
        .slice(4)
        .map(({ use, kty }) => `${use} ${kty}`)
        .toSorted(),
    ).toEqual(['enc EC', 'enc RSA']);
  });

  it('D12: the end-session endpoint is there', async () => {
    expect(document).toHaveProperty('end_session_endpoint');
    expect((await createAgent(server.issuer).get(String(document.end_session_endpoint))).status).toBe(200);
  });
});

describe('conformance: what discovery advertises is there', () => {
  it('D7: each advertised endpoint answers in its own way', async () => {
    const status = async (name: string, init?: RequestInit) =>
      (await fetch(String(document[name]), { redirect: 'manual', ...init })).status;
    expect(await status('authorization_endpoint')).toBe(400);
    expect(await status('token_endpoint', { method: 'POST', body: form({}) })).toBe(401);
    expect(await status('userinfo_endpoint')).toBe(401);
    expect(await status('jwks_uri')).toBe(200);
  });

  it('D8: each advertised grant type is known at the token endpoint, any other is not', async () => {
    const error = async (grant_type: string) => (await tokenRequest(server.issuer, clients.web, { grant_type })).body.error;
    // `implicit` is what the authorization endpoint gives by itself.
    for (const grant_type of listed('grant_types_supported').filter((name) => name !== 'implicit'))
      expect(['invalid_request', 'unauthorized_client'], grant_type).toContain(await error(grant_type));
    expect(await error('urn:example:none')).toBe('unsupported_grant_type');
  });

  it('D8: each advertised scope can be asked for', async () => {
    for (const scope of listed('scopes_supported').filter((name) => name !== 'payment_processing')) {
      const request = authorizationRequest(server.issuer, clients.web, { scope: `openid ${scope}` });
      expect((await createAgent(server.issuer).get(request.url)).text, scope).toContain('login-submit');
    }
  });

  it('D6: for each asymmetric ID token algorithm a key is published', async () => {
    const { keys } = (await fetchJson(document.jwks_uri)) as { readonly keys: readonly { readonly alg: string }[] };
    const algorithms = listed('id_token_signing_alg_values_supported').filter((alg) => !alg.startsWith('HS'));
    expect(algorithms.filter((alg) => !keys.some((key) => key.alg === alg))).toEqual([]);
  });
});

describe('conformance: discovery of tenants with a path', () => {
  it('D1: RFC 8414 metadata of the tenant main is the same as its OpenID configuration', async () => {
    expect(await fetchJson(server.issuer + oauthPath)).toEqual(document);
  });

  it.each([
    ['agate', '/t/agate', '/t/agate/'],
    // Its dialect has endpoints beside the issuer, none outside /runtime.
    ['identify', '/runtime/oauth2', '/runtime/'],
  ])('D2: the documents of the tenant %s agree wherever they are fetched', async (_, path, below) => {
    const found = await fetchJson(server.issuer + path + oidcPath);
    expect(found.issuer).toBe(server.issuer + path);
    for (const name of addresses(found)) expect(String(found[name]).startsWith(`${server.issuer}${below}`), name).toBe(true);
    for (const address of [path + oauthPath, oauthPath + path, oidcPath + path])
      expect(await fetchJson(server.issuer + address), address).toEqual(found);
  });

  it('D11: each tenant has keys of its own', async () => {
    const kids = async (path: string) => {
      const { jwks_uri } = await fetchJson(server.issuer + path + oidcPath);
      return ((await fetchJson(jwks_uri)).keys as readonly { readonly kid: string }[]).map(({ kid }) => kid);
    };
    const [main, agate] = [await kids(''), await kids('/t/agate')];
    expect(agate).toHaveLength(6);
    expect(agate.filter((kid) => main.includes(kid))).toEqual([]);
  });

  it('D1: an issuer nobody configured has no document', async () => {
    for (const path of [`/t/nobody${oidcPath}`, `${oauthPath}/t/nobody`, `/t/agates${oidcPath}`])
      expect((await fetch(server.issuer + path)).status, path).toBe(404);
  });
});

function addresses(found: Document): readonly string[] {
  return Object.keys(found).filter((name) => /_(endpoint|uri)$/.test(name));
}

/** Members that RFC 7518 section 6 and RFC 8037 section 2 require of the public key. */
const publicMembers: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] };

function expectPublicKey(key: Readonly<Record<string, string>>): void {
  const required = publicMembers[key.kty ?? ''] ?? [];
  expect(required).not.toEqual([]);
  expect(Object.keys(key).toSorted()).toEqual([...(key.use === 'enc' ? [] : ['alg']), 'kid', 'kty', 'use', ...required].toSorted());
  expect(['sig', 'enc']).toContain(key.use);
  for (const name of required.filter((member) => member !== 'crv')) {
    expect(key[name]).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(Buffer.from(String(key[name]), 'base64url').toString('base64url')).toBe(key[name]);
  }
  if (key.kty === 'RSA') expect(Buffer.from(String(key.n), 'base64url').length).toBeGreaterThanOrEqual(256);
}

/** Names that IANA's registry of authorization server metadata has, for what this provider could ever have. */
const registered = new Set([
  ...['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'registration_endpoint', 'userinfo_endpoint'],
  ...['revocation_endpoint', 'introspection_endpoint', 'device_authorization_endpoint', 'pushed_authorization_request_endpoint'],
  ...['end_session_endpoint', 'check_session_iframe', 'backchannel_authentication_endpoint', 'mtls_endpoint_aliases'],
  ...['scopes_supported', 'response_types_supported', 'response_modes_supported', 'grant_types_supported', 'subject_types_supported'],
  ...['acr_values_supported', 'display_values_supported', 'claim_types_supported', 'claims_supported', 'claims_locales_supported'],
  ...['ui_locales_supported', 'service_documentation', 'op_policy_uri', 'op_tos_uri', 'prompt_values_supported'],
  ...['token_endpoint_auth_methods_supported', 'token_endpoint_auth_signing_alg_values_supported'],
  ...['introspection_endpoint_auth_methods_supported', 'introspection_endpoint_auth_signing_alg_values_supported'],
  'introspection_signing_alg_values_supported',
  ...['introspection_encryption_alg_values_supported', 'introspection_encryption_enc_values_supported'],
  ...['revocation_endpoint_auth_methods_supported', 'revocation_endpoint_auth_signing_alg_values_supported'],
  ...['id_token_signing_alg_values_supported', 'id_token_encryption_alg_values_supported', 'id_token_encryption_enc_values_supported'],
  ...['userinfo_signing_alg_values_supported', 'userinfo_encryption_alg_values_supported', 'userinfo_encryption_enc_values_supported'],
  ...['request_object_signing_alg_values_supported', 'request_object_encryption_alg_values_supported'],
  ...['request_object_encryption_enc_values_supported', 'authorization_signing_alg_values_supported'],
  ...['authorization_encryption_alg_values_supported', 'authorization_encryption_enc_values_supported'],
  ...['claims_parameter_supported', 'request_parameter_supported', 'request_uri_parameter_supported', 'require_request_uri_registration'],
  ...['require_signed_request_object', 'require_pushed_authorization_requests', 'code_challenge_methods_supported'],
  ...['authorization_response_iss_parameter_supported', 'tls_client_certificate_bound_access_tokens', 'dpop_signing_alg_values_supported'],
  ...['backchannel_logout_supported', 'backchannel_logout_session_supported', 'frontchannel_logout_supported'],
  ...['frontchannel_logout_session_supported', 'backchannel_token_delivery_modes_supported', 'signed_metadata', 'protected_resources'],
]);
