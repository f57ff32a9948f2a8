/**
 * oidc-provider (certified, not ours) as the provider at the other end: everybody who comes is Ann, signed in without a page, and allows
 * everything. Keys, clients and checks are its own.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Context } from 'oidc-provider';

export type ForeignProvider = {
  readonly issuer: string;
  /** Addresses it was asked for, with the method in front. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
};

const claims = { name: 'Ann Archer', email: 'ann@partner.example', email_verified: true, bike_plan: 'A' };

/** Starts it with these clients, as their metadata are registered. */
export async function startForeignProvider(clients: readonly Readonly<Record<string, unknown>>[]): Promise<ForeignProvider> {
  const requests: string[] = [];
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = (_, response) => response.end();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration(clients));
  if (process.env.FOREIGN_PROVIDER_ERRORS) provider.on('server_error', (_context, error) => console.error(error));
  const callback = provider.callback();
  handle = (request, response) =>
    request.url?.startsWith('/interaction/')
      ? provider.interactionFinished(request, response, { login: { accountId: 'ann', amr: ['pwd'] } })
      : callback(request, response);
  return {
    issuer,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configuration(clients: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return {
    clients,
    jwks: {
      keys: [
        { ...rsa, use: 'sig', kid: 'rsa' },
        { ...ec, use: 'sig', kid: 'ec' },
      ],
    },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub', 'bike_plan'], profile: ['name'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      jwtResponseModes: { enabled: true },
      encryption: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
    },
    enabledJWA: algorithms,
    // It refuses addresses that are not public, and ours is on loopback.
    fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { readonly dispatcher?: unknown }) => globalThis.fetch(url, options),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none'],
    cookies: { keys: ['0123456789abcdef0123456789abcdef'] },
    findAccount: (_context: Context, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...claims }) }),
    interactions: { url: (_context: Context, interaction: { readonly uid: string }) => `/interaction/${interaction.uid}` },
    issueRefreshToken: () => true,
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, IdToken: 3600, Interaction: 3600, RefreshToken: 3600, Session: 3600 },
    loadExistingGrant,
  };
}

const signing = ['RS256', 'PS256', 'ES256', 'HS256'];
const algorithms = {
  idTokenSigningAlgValues: signing,
  userinfoSigningAlgValues: signing,
  authorizationSigningAlgValues: signing,
  requestObjectSigningAlgValues: signing,
  clientAuthSigningAlgValues: signing,
  idTokenEncryptionAlgValues: ['RSA-OAEP'],
  authorizationEncryptionAlgValues: ['RSA-OAEP'],
};

/** The documented way to skip consent. */
async function loadExistingGrant({ oidc: { client, session, provider } }: Context): Promise<unknown> {
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope('openid profile email offline_access');
  await grant.save();
  return grant;
}
