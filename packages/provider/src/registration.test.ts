import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { lenientSwitches, strictPolicy } from './policy.ts';
import { type ClientMetadata, type MetadataFault, newClient, type Offer } from './registration.ts';

const offer: Offer = { signing: ['RS256', 'ES256'], scopes: [{ name: 'payments' }] };
const said: ClientMetadata = { client_id: 'web', redirect_uris: ['https://rp.example/cb'] };

function made(metadata: Partial<ClientMetadata> = {}, from: Offer = offer) {
  const result = newClient(from, { ...said, ...metadata });
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.client;
}

function faults(metadata: Partial<ClientMetadata>, from: Offer = offer): readonly MetadataFault[] {
  const result = newClient(from, { ...said, ...metadata });
  return 'faults' in result ? result.faults : [];
}

describe('a new client', () => {
  it('has RFC 7591 defaults and the strict policy where nothing is said', () => {
    expect(made()).toEqual({
      client_id: 'web',
      application_type: 'web',
      redirect_uris: ['https://rp.example/cb'],
      post_logout_redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      id_token_signed_response_alg: 'RS256',
      lifetimes: {},
      policy: strictPolicy,
      disabled: false,
    });
  });

  it('may ask for a refresh token only where it may use one, and for nothing about people where it acts for itself', () => {
    expect(made({ grant_types: ['authorization_code'] }).scopes).toEqual(['openid', 'profile', 'email']);
    const machine = made({ grant_types: ['client_credentials'], redirect_uris: undefined });
    expect(machine).toMatchObject({ scopes: [], response_types: [], redirect_uris: [] });
  });

  it('signs with RS256 where the tenant offers it, else with what the tenant names first', () => {
    expect(made({}, { ...offer, signing: ['ES256', 'RS256'] }).id_token_signed_response_alg).toBe('RS256');
    expect(made({}, { ...offer, signing: ['EdDSA', 'ES256'] }).id_token_signed_response_alg).toBe('EdDSA');
  });

  it('keeps what is said, a policy switch by switch', () => {
    const client_name = 'Example';
    const client = made({ client_name, scope: 'openid payments openid', require_auth_time: true, policy: { consent: 'implicit' } });
    expect(client).toMatchObject({ client_name, scopes: ['openid', 'payments'], require_auth_time: true });
    expect(client.policy).toEqual({ ...strictPolicy, consent: 'implicit' });
  });

  it('has the tenant’s policy for clients of its kind where it says nothing', () => {
    const policies = { confidential: { refreshToken: 'always', accessToken: 'jwt' }, public: { accessToken: 'jwt' } } as const;
    const tenant = { ...offer, policies };
    expect(made({}, tenant).policy).toEqual({ ...strictPolicy, refreshToken: 'always', accessToken: 'jwt' });
    expect(made({ policy: { refreshToken: 'never' } }, tenant).policy).toEqual({
      ...strictPolicy,
      refreshToken: 'never',
      accessToken: 'jwt',
    });
    expect(made({ token_endpoint_auth_method: 'none' }, tenant).policy).toEqual({ ...strictPolicy, accessToken: 'jwt' });
  });

  it('is lenient by the switches that allow more than strict, not by those that allow less', () => {
    expect(lenientSwitches(strictPolicy)).toEqual([]);
    expect(lenientSwitches({ ...strictPolicy, refreshToken: 'never', unknownScopes: 'refuse', dpopNonce: true })).toEqual([]);
    const lax = { ...strictPolicy, consent: 'implicit', refreshToken: 'always', credentialsInQuery: true } as const;
    expect(lenientSwitches(lax)).toEqual(['consent=implicit', 'refreshToken=always', 'credentialsInQuery=true']);
  });
});

describe('what is wrong with a client', () => {
  it('is said of the member, with its place in a list, and all at once', () => {
    const wrong = faults({
      client_id: 'a b',
      scope: 'openid emial',
      id_token_signed_response_alg: 'PS256',
      redirect_uris: ['https://rp.example/cb', 'http://rp.example/cb', 'https://rp.example/cb'],
      logo_uri: 'javascript:alert(1)',
      backchannel_logout_uri: 'https://rp.example/out#now',
    });
    expect(wrong.map(({ member, index }) => [member, index])).toEqual([
      ['client_id', undefined],
      ['id_token_signed_response_alg', undefined],
      ['scope', undefined],
      ['redirect_uris', 1],
      ['redirect_uris', 2],
      ['logo_uri', undefined],
      ['backchannel_logout_uri', undefined],
    ]);
    expect(wrong.every(({ message, fix }) => message !== '' && fix !== '')).toBe(true);
    expect(JSON.stringify(wrong)).not.toMatch(/rp\.example\/out|alert\(1\)/);
  });

  it.each<readonly [string, Partial<ClientMetadata>, readonly string[]]>([
    ['redirect_uris', { redirect_uris: [] }, ['grant_types']],
    ['redirect_uris', { redirect_uris: ['com.example.app:/cb'] }, ['application_type']],
    ['redirect_uris', { redirect_uris: ['https://rp.example/*'] }, []],
    ['scope', { scope: 'unheard-of' }, ['grant_types', 'scopes']],
    ['scope', { grant_types: ['client_credentials'], scope: 'email' }, ['grant_types']],
    ['grant_types', { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' }, ['token_endpoint_auth_method']],
    ['policy', { policy: { passwordGrant: true }, token_endpoint_auth_method: 'none' }, ['token_endpoint_auth_method']],
    ['response_types', { grant_types: ['implicit'], response_types: ['id_token', 'token code'] }, ['grant_types']],
    ['response_types', { dpop_bound_access_tokens: true, response_types: ['code', 'id_token token'] }, ['dpop_bound_access_tokens']],
    ['id_token_signed_response_alg', { id_token_signed_response_alg: 'EdDSA' }, ['signing']],
    [
      'id_token_signed_response_alg',
      { id_token_signed_response_alg: 'HS256', token_endpoint_auth_method: 'none' },
      ['token_endpoint_auth_method'],
    ],
  ])('names what else would mend it: %s %j', (member, metadata, because) => {
    expect(faults(metadata)).toEqual([expect.objectContaining({ member, because })]);
  });

  it('is nothing where the client of an API names what only the API knows', () => {
    expect(faults({ grant_types: ['client_credentials'], scope: 'reports', redirect_uris: undefined })).toEqual([]);
    expect(faults({ grant_types: ['authorization_code', 'client_credentials'], scope: 'openid reports' })).toEqual([]);
  });
});

describe('requests and answers between the client and the provider alone', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const jwks = (more: Record<string, string> = {}) => ({ keys: [{ ...rsa, ...more }] });
  const members = (metadata: Partial<ClientMetadata>) => faults(metadata).map(({ member }) => member);

  it('what is to be encrypted needs a key of the client that is for it', () => {
    expect(members({ id_token_encrypted_response_alg: 'RSA-OAEP' })).toEqual(['id_token_encrypted_response_alg']);
    expect(members({ userinfo_encrypted_response_alg: 'ECDH-ES', jwks: jwks() })).toEqual(['userinfo_encrypted_response_alg']);
    expect(members({ authorization_encrypted_response_alg: 'RSA-OAEP', jwks: jwks({ use: 'sig' }) })).toEqual([
      'authorization_encrypted_response_alg',
    ]);
    expect(members({ introspection_encrypted_response_enc: 'A256GCM', jwks: jwks() })).toEqual(['introspection_encrypted_response_enc']);
    expect(members({ id_token_encrypted_response_alg: 'RSA-OAEP', jwks: jwks({ use: 'enc' }) })).toEqual([]);
    expect(members({ id_token_encrypted_response_alg: 'ECDH-ES', jwks_uri: 'https://rp.example/jwks' })).toEqual([]);
  });

  it('who must sign its requests needs a key', () => {
    expect(members({ require_signed_request_object: true })).toEqual(['require_signed_request_object']);
    expect(members({ require_signed_request_object: true, jwks: jwks() })).toEqual([]);
  });

  it('A5: request_uris are web addresses, each said where it stands', () => {
    const request_uris = ['https://rp.example/request.jwt', 'http://rp.example/request.jwt', 'file:///etc/passwd'];
    expect(faults({ request_uris }).map(({ member, index }) => [member, index])).toEqual([
      ['request_uris', 1],
      ['request_uris', 2],
    ]);
    expect(made({ request_uris: request_uris.slice(0, 1) }).request_uris).toEqual(request_uris.slice(0, 1));
  });

  it('what signs its answers is offered by the tenant, and HS256 needs a secret', () => {
    expect(members({ authorization_signed_response_alg: 'PS256' })).toEqual(['authorization_signed_response_alg']);
    expect(members({ authorization_signed_response_alg: 'HS256', token_endpoint_auth_method: 'none' })).toEqual([
      'authorization_signed_response_alg',
    ]);
    expect(members({ authorization_signed_response_alg: 'ES256' })).toEqual([]);
  });
});
