/**
 * Clients of a tenant. What they say of themselves is judged where every client is (`metadataFaults` of the core); the file adds who is there
 * already, and secrets, which only an operator chooses. RFC 7591 section 2.
 */
import {
  asymmetricAlgorithms,
  type ClientMetadata,
  type MetadataFault,
  metadataFaults,
  minimumSecretLength,
  type Offer,
  standardScopeClaims,
} from '@symbolon/provider';
import { nearest } from '../nearest.ts';
import { builtMethod } from '../not-yet.ts';
import type { Draft, FileClient, FileTenant } from '../schema.ts';
import { forEach, orDefault, type Report, reportRepeated } from './report.ts';

/** RFC 6749 appendix A.2, without the blank, which gets lost in copying. */
const visible = /^[\x21-\x7e]+$/;
const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt'];
const makeSecret = 'make one with: openssl rand -base64 32';

export function checkClients(tenant: Draft<FileTenant>, report: Report): void {
  const clients = tenant.clients ?? [];
  reportRepeated(
    clients.map((client) => client?.client_id),
    (index, first) =>
      report(['clients', index, 'client_id'], `is the client_id of clients[${first}] already`, 'give each client its own client_id'),
  );
  forEach(clients, report, 'clients', (client, at) => {
    checkSecret(client, at);
    checkMetadata(client, tenant, at);
  });
}

function checkSecret(client: Draft<FileClient>, report: Report): void {
  const at = ['client_secret'];
  const secret = client.client_secret;
  if (secret !== undefined && secret.length < minimumSecretLength)
    report(at, `must have at least ${minimumSecretLength} characters`, makeSecret);
  else if (secret !== undefined && !visible.test(secret)) report(at, 'must be visible ASCII characters only', makeSecret);
  const method = orDefault(client, 'token_endpoint_auth_method', client.token_endpoint_auth_method, 'client_secret_basic' as const);
  const there = Object.hasOwn(client, 'client_secret');
  if (method === 'none' && there)
    report(at, 'a public client (token_endpoint_auth_method none) has no secret', 'remove it, or choose client_secret_basic');
  if (method !== undefined && secretMethods.includes(method) && !there)
    report(
      at,
      `is missing: the client proves itself by ${method}`,
      'add a client_secret, or write token_endpoint_auth_method: none for a public client',
    );
}

function checkMetadata(client: Draft<FileClient>, tenant: Draft<FileTenant>, report: Report): void {
  for (const fault of metadataFaults(offerOf(tenant), metadataOf(client)))
    if (!isUncertain(fault, client, tenant))
      report(fault.index === undefined ? [fault.member] : [fault.member, fault.index], fault.message, fixOf(fault, tenant));
}

/** What is wrong already has its finding, so nothing that hangs on it is said: it is read as if it were not written. */
function isUncertain({ member, index, because }: MetadataFault, client: Draft<FileClient>, tenant: Draft<FileTenant>): boolean {
  const entries = Reflect.get(client, member);
  const own = index !== undefined && Array.isArray(entries) ? entries[index] === undefined : isUnreadable(client, member);
  return own || because.some((name) => isUnreadable(client, name) || isUnreadable(tenant, name));
}

function isUnreadable(object: object, key: string): boolean {
  const value: unknown = Reflect.get(object, key);
  return Object.hasOwn(object, key) && (value === undefined || (Array.isArray(value) && value.some(isWrong)));
}

/** A scope's name is all that a client depends on. */
function isWrong(entry: unknown): boolean {
  return entry === undefined || (typeof entry === 'object' && entry !== null && Reflect.get(entry, 'name') === undefined);
}

function metadataOf(client: Draft<FileClient>): ClientMetadata {
  const entries = Object.entries(client).filter(([, value]) => value !== undefined);
  const readable = entries.map(([key, value]) => [key, Array.isArray(value) ? value.map((entry) => entry ?? '') : value]);
  return {
    // What did not fit the schema is left out, and a list keeps the places of its entries.
    ...(Object.fromEntries(readable) as ClientMetadata),
    client_id: client.client_id ?? 'unreadable',
    token_endpoint_auth_method: builtMethod(client.token_endpoint_auth_method),
    scope: client.scope?.replace(/\s+/g, ' '),
  };
}

function offerOf(tenant: Draft<FileTenant>): Offer {
  const signing = (tenant.signing ?? asymmetricAlgorithms).filter((name) => name !== undefined);
  const scopes = (tenant.scopes ?? []).flatMap((scope) => (scope?.name === undefined ? [] : [{ name: scope.name }]));
  // A client whose certificates cannot arrive is no mistake in the file: it is said beside what is not in effect.
  return { signing, scopes, mtls: {}, productionByKey: tenant.clientCa !== undefined };
}

function fixOf({ unknown, fix }: MetadataFault, tenant: Draft<FileTenant>): string {
  const known = [...Object.keys(standardScopeClaims), ...offerOf(tenant).scopes.map(({ name }) => name)];
  const near = unknown === undefined ? undefined : nearest(unknown, known);
  return near === undefined ? fix : `did you mean \`${near}\`?`;
}
