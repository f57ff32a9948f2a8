/** oidc-provider set up to do what ours does: same clients, same lifetimes, RS256 with 2048 bits, no consent page. */
import { generateKeyPairSync } from 'node:crypto';
import type { Context } from 'oidc-provider';
import { machineClient, machineScope, person, plainClient, redirect_uri, refreshClient, scope, signedClient } from '../../target.ts';
import type { AdapterFactory } from './adapter.ts';

export function configuration(adapter: AdapterFactory, jwks: unknown): Readonly<Record<string, unknown>> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const application = { redirect_uris: [redirect_uri], response_types: ['code'], scope };
  return {
    adapter,
    jwks: { keys: [{ ...key, alg: 'RS256', use: 'sig', kid: 'bench' }] },
    clients: [
      { ...plainClient, ...application, grant_types: ['authorization_code'] },
      { ...refreshClient, ...application, grant_types: ['authorization_code', 'refresh_token'] },
      {
        ...signedClient,
        ...application,
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks,
        authorization_signed_response_alg: 'RS256',
        require_pushed_authorization_requests: true,
      },
      { ...machineClient, redirect_uris: [], response_types: [], grant_types: ['client_credentials'], scope: machineScope },
    ],
    scopes: ['openid', 'profile', 'email', machineScope],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      jwtResponseModes: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
    },
    cookies: { keys: ['0123456789abcdef0123456789abcdef'] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      ClientCredentials: 3600,
      Grant: 2592000,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 2592000,
      Session: 86400,
    },
    findAccount: (_context: Context, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, name: person.name, email: person.email, email_verified: true }),
    }),
    interactions: { url: (_context: Context, interaction: { readonly uid: string }) => `/interaction/${interaction.uid}` },
    issueRefreshToken: (_context: Context, client: { readonly clientId: string }) => client.clientId === refreshClient.client_id,
    // A refresh token without offline_access would else look for its session at each use: one read more, which ours does not do.
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    loadExistingGrant,
  };
}

/** The documented way to skip consent: a grant is made the first time a person comes with a client, and found later. */
async function loadExistingGrant({ oidc: { client, session, provider } }: Context): Promise<unknown> {
  const known = session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope(scope);
  await grant.save();
  return grant;
}
