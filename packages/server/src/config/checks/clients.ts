/** Clients of a tenant: who they are, how they prove it, and whether what they ask for can be given. RFC 7591, RFC 6749 sections 2 and 4.4. */
import { minimumSecretLength } from '@symbolon/provider';
import type { Draft, FileClient, FileTenant } from '../schema.ts';
import { checkClientUris } from './client-uris.ts';
import { forEach, orDefault, type Report, reportRepeated } from './report.ts';
import { checkClientScope } from './scopes.ts';

/** RFC 6749 appendix A.1 and A.2, without the blank, which gets lost in copying. */
const visible = /^[\x21-\x7e]+$/;
const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'];

export function checkClients(tenant: Draft<FileTenant>, report: Report): void {
  const clients = tenant.clients ?? [];
  reportRepeated(
    clients.map((client) => client?.client_id),
    (index, first) =>
      report(['clients', index, 'client_id'], `is the client_id of clients[${first}] already`, 'give each client its own client_id'),
  );
  forEach(clients, report, 'clients', (client, at) => {
    checkIdentity(client, at);
    checkAuthentication(client, at);
    checkAlgorithm(client, tenant, at);
    checkClientScope(client, tenant, at);
    checkClientUris(client, at);
  });
}

function checkIdentity(client: Draft<FileClient>, report: Report): void {
  const { client_id, client_secret } = client;
  if (client_id !== undefined && !(visible.test(client_id) && client_id.length <= 255))
    report(['client_id'], 'must be 1 to 255 visible ASCII characters', 'write for example my-application');
  if (client_secret === undefined) return;
  if (client_secret.length < minimumSecretLength)
    report(['client_secret'], `must have at least ${minimumSecretLength} characters`, 'make one with: openssl rand -base64 32');
  else if (!visible.test(client_secret))
    report(['client_secret'], 'must be visible ASCII characters only', 'make one with: openssl rand -base64 32');
}

function checkAuthentication(client: Draft<FileClient>, report: Report): void {
  const method = methodOf(client);
  const secret = Object.hasOwn(client, 'client_secret');
  if (method === 'none' && secret)
    report(
      ['client_secret'],
      'a public client (token_endpoint_auth_method none) has no secret',
      'remove it, or choose client_secret_basic',
    );
  if (method !== undefined && secretMethods.includes(method) && !secret)
    report(
      ['client_secret'],
      `is missing: the client proves itself by ${method}`,
      'add a client_secret, or write token_endpoint_auth_method: none for a public client',
    );
  const index = client.grant_types?.indexOf('client_credentials') ?? -1;
  if (method === 'none' && index >= 0)
    report(['grant_types', index], 'client_credentials is not for public clients', 'give the client a secret, or remove the grant type');
}

function checkAlgorithm(client: Draft<FileClient>, tenant: Draft<FileTenant>, report: Report): void {
  const algorithm = client.id_token_signed_response_alg;
  const at: readonly [string] = ['id_token_signed_response_alg'];
  if (algorithm === undefined) return;
  if (algorithm === 'HS256') {
    if (methodOf(client) === 'none' || !Object.hasOwn(client, 'client_secret'))
      report(at, 'HS256 needs a client with a secret', 'choose one of the signing algorithms of the tenant, or give the client a secret');
    return;
  }
  const offered = tenant.signing;
  if (offered?.every((name) => name !== undefined) && !offered.includes(algorithm))
    report(at, `${algorithm} is not offered by the tenant`, `choose ${offered.join(', ')}, or add ${algorithm} to the tenant's signing`);
}

function methodOf(client: Draft<FileClient>): FileClient['token_endpoint_auth_method'] {
  return orDefault(client, 'token_endpoint_auth_method', client.token_endpoint_auth_method, 'client_secret_basic' as const);
}
