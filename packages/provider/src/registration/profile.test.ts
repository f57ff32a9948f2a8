/** A profile in a registration: what it fills in, and which rule each contradiction breaks. */
import { describe, expect, it } from 'vitest';
import { lenientSwitches } from '../policy.ts';
import { profiles } from '../profile.ts';
import { metadataFaults, newClient, withDefaults } from '../registration.ts';
import type { ClientMetadata, Offer } from './metadata.ts';

const offer: Offer = { signing: ['RS256', 'ES256', 'PS256'], scopes: [], mtls: {} };
const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const keyed: ClientMetadata = {
  client_id: 'bank',
  profile: 'fapi2',
  redirect_uris: ['https://bank.example/cb'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [key] },
};
const certified: ClientMetadata = {
  ...keyed,
  jwks: undefined,
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: 'CN=bank',
};
const faultsOf = (changes: Partial<ClientMetadata>, of = keyed) =>
  metadataFaults(offer, { ...of, ...changes }).map(({ member, message }) => `${member}: ${message}`);

describe('profile fapi2', () => {
  it('says everything that a client of it leaves unsaid', () => {
    expect(withDefaults(offer, keyed)).toMatchObject({
      profile: 'fapi2',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      id_token_signed_response_alg: 'ES256',
      introspection_signed_response_alg: 'ES256',
      authorization_signed_response_alg: 'ES256',
      response_types: ['code'],
      policy: profiles.fapi2.policy,
    });
    expect(withDefaults(offer, keyed).tls_client_certificate_bound_access_tokens).toBeUndefined();
    expect(metadataFaults(offer, keyed)).toEqual([]);
  });

  it('binds tokens to the certificate where the client has one, unless it says otherwise', () => {
    const client = withDefaults(offer, certified);
    expect([client.tls_client_certificate_bound_access_tokens, client.dpop_bound_access_tokens]).toEqual([true, undefined]);
    expect(metadataFaults(offer, certified)).toEqual([]);
    expect(
      withDefaults(offer, { ...certified, dpop_bound_access_tokens: true }).tls_client_certificate_bound_access_tokens,
    ).toBeUndefined();
    expect(faultsOf({ tls_client_certificate_bound_access_tokens: true })).toEqual([]);
  });

  it('is stronger than what the tenant has for clients that say nothing', () => {
    const lax = { ...offer, policies: { confidential: { pkce: 'optional' as const, accessToken: 'jwt' as const }, public: {} } };
    expect(withDefaults(lax, keyed).policy).toMatchObject({ pkce: 'required', accessToken: 'jwt' });
  });

  it('says nothing of a client that has no profile', () => {
    const { profile, ...plain } = keyed;
    expect(profile).toBe('fapi2');
    const client = withDefaults(offer, plain);
    expect([client.require_pushed_authorization_requests, client.dpop_bound_access_tokens]).toEqual([undefined, undefined]);
    expect(client.id_token_signed_response_alg).toBe('RS256');
  });

  const section = (number: string) => expect.stringContaining(`(profile fapi2: FAPI 2.0, ${number})`);
  it.each<[string, Partial<ClientMetadata>]>([
    ['5.3.2.1-6', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['5.3.2.1-6', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['5.3.2.1-6', { token_endpoint_auth_method: 'none' }],
    ['5.3.2.1-6', { token_endpoint_auth_method: undefined }],
    ['5.3.2.1-5', { dpop_bound_access_tokens: false }],
    ['5.3.2.1-2', { grant_types: ['authorization_code', 'password'] }],
    ['5.3.2.1-2', { grant_types: ['authorization_code', 'implicit'] }],
    ['5.3.2.2-1', { response_types: ['code', 'code id_token'] }],
    ['5.3.2.2-3', { require_pushed_authorization_requests: false }],
    ['5.3.2.2-3', { request_uris: ['https://bank.example/request.jwt'] }],
    ['5.3.2.2-8', { redirect_uris: ['http://127.0.0.1/cb'] }],
    ['5.4.1-1', { id_token_signed_response_alg: 'RS256' }],
    ['5.4.1-1', { userinfo_signed_response_alg: 'RS256' }],
    ['5.4.1-1', { introspection_signed_response_alg: 'HS256' }],
    ['5.4.1-1', { authorization_signed_response_alg: 'RS256' }],
    ['5.4.1-1', { token_endpoint_auth_signing_alg: 'RS256' }],
    ['5.4.1-1', { request_object_signing_alg: 'RS256' }],
    ['5.3.2.2-5', { policy: { pkce: 'optional' } }],
    ['5.3.2.2-6', { policy: { redirectUri: 'optional' } }],
    ['5.3.2.1-8', { policy: { assertionAudience: 'endpoint' } }],
    ['Message Signing 5.3.1', { policy: { requestObject: 'bound' } }],
    ['5.3.2.1-9', { policy: { refreshRotation: 'always' } }],
    ['5.3.2.1-2', { policy: { passwordGrant: true } }],
    ['5.3.2.1-6', { policy: { credentialsInQuery: true } }],
    ['5.3.2.1-11', { lifetimes: { code: 61 } }],
    ['5.3.2.2-12', { lifetimes: { pushedRequest: 600 } }],
  ])('names the rule %s that %j breaks', (number, changes) => {
    const [member = ''] = Object.keys(changes);
    expect(faultsOf(changes)).toContainEqual(section(number));
    expect(faultsOf(changes).filter((fault) => fault.includes(number))).toEqual([expect.stringMatching(`^${member}: `)]);
    const { profile, ...plain } = { ...keyed, ...changes };
    expect(metadataFaults(offer, plain).filter(({ because }) => because.includes('profile'))).toEqual([]);
    expect(profile).toBe('fapi2');
  });

  it('a loopback address is for an application on a device', () => {
    expect(faultsOf({ application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'] })).toEqual([]);
  });

  it('a tenant that signs with RS256 only cannot have such a client', () => {
    const made = newClient({ ...offer, signing: ['RS256'] }, keyed);
    expect('faults' in made && made.faults.map(({ member, because }) => [member, because])).toContainEqual([
      'id_token_signed_response_alg',
      ['profile', 'signing'],
    ]);
  });

  it('what it demands is no leniency of the client', () => {
    const { policy } = withDefaults(offer, { ...keyed, policy: { consent: 'implicit' } });
    expect(lenientSwitches(policy, profiles.fapi2.policy)).toEqual(['consent=implicit']);
    expect(lenientSwitches(policy)).toEqual(['consent=implicit', 'refreshRotation=never']);
  });

  it('refresh tokens of public clients are replaced at each use, with a profile or without', () => {
    const faults = metadataFaults(offer, {
      client_id: 'spa',
      redirect_uris: ['https://spa.example/cb'],
      token_endpoint_auth_method: 'none',
      policy: { refreshRotation: 'never' },
    });
    expect(faults.map(({ member }) => member)).toEqual(['policy']);
  });
});
