/**
 * Which APIs a token is meant for: resource indicators (RFC 8707). A grant has its resources, and a token of it all of them or fewer; a
 * resource that is out of service, or that the client may not name any more, gets no new token, and what was meant for it is told of no more.
 */
import { activeClient } from '../active-client.ts';
import type { Client } from '../client.ts';
import type { Provider } from '../op.ts';
import type { Grant, NewAccessToken } from '../store.ts';
import { OAuthError } from '../wire/error.ts';
import { many, type Parameters } from '../wire/parameters.ts';

/** The values of `resource`; undefined when there is none. Throws invalid_target for one that this client cannot have tokens for. */
export async function readResources(op: Provider, client: Client, parameters: Parameters): Promise<readonly string[] | undefined> {
  const wanted = many(parameters, 'resource');
  await checkResources(op, client, wanted);
  return wanted.length === 0 ? undefined : wanted;
}

/** Throws invalid_target unless tokens of this client can be meant for each of these now: what may be asked changes under a long grant. */
export async function checkResources(op: Provider, client: Client, ids: readonly string[] = []): Promise<void> {
  // One text whatever the reason: which APIs there are for others is nobody's business.
  if ((await inReach(op, client, ids)).length < ids.length)
    throw new OAuthError('invalid_target', 'resource is not one of this provider that the client may name');
}

/** Whether this client can have tokens for every API there is, so that no grant needs a look for it before it is used. */
export async function reachesAll(op: Provider, client: Client): Promise<boolean> {
  const all = op.settings.resources.map(({ id }) => id);
  return (await inReach(op, client, all)).length === all.length;
}

/** Of these resources, those that are in service and that the client may name. */
export async function inReach(op: Provider, { client_id }: Pick<Client, 'client_id'>, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return ids;
  const named = op.settings.resources.filter(({ id, clients }) => ids.includes(id) && clients?.includes(client_id) !== false);
  const served = await Promise.all(named.map(async (resource) => (await activeClient(op, resource.client_id)) !== undefined));
  const reached = named.filter((_, index) => served[index] === true).map(({ id }) => id);
  return ids.filter((id) => reached.includes(id));
}

/** What a token request asks for, when the grant allows it (RFC 8707 section 2.2). Throws invalid_target when it does not. */
export function narrowed(
  wanted: readonly string[] | undefined,
  { resources = [] }: Pick<Grant, 'resources'>,
): readonly string[] | undefined {
  if (wanted === undefined || wanted.every((id) => resources.includes(id))) return wanted;
  throw new OAuthError('invalid_target', 'resource was not named in the authorization request');
}

export type Aimed = { readonly token: Pick<NewAccessToken, 'audience' | 'client_id'>; readonly grant: Grant | undefined };

/** The resources an access token is meant for; empty for one that is the client's own business. */
export function resourcesOf({ token, grant }: Aimed): readonly string[] {
  return token.audience ?? grant?.resources ?? [];
}
