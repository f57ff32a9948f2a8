/**
 * The refresh token grant (RFC 6749 section 6) with rotation (RFC 9700 section 4.14): each use gives a successor; a use repeated inside
 * the grace time gives the same one, because an answer can be lost; any later use of an old token ends the whole grant.
 */
import { lifetimeOf } from '../../active-client.ts';
import type { Client } from '../../client.ts';
import type { Provider } from '../../op.ts';
import type { Grant } from '../../store.ts';
import { OAuthError } from '../../wire/error.ts';
import { one, type Parameters, required } from '../../wire/parameters.ts';
import { intersect, splitScope } from '../../wire/scope.ts';
import { draftAccessToken } from '../access-token.ts';
import { checkResources, narrowed, reachesAll, readResources } from '../audience.ts';
import type { DraftAccessToken, Issuance } from '../issuance.ts';
import { type RefreshToken, readRefreshToken, writeRefreshToken } from '../refresh-token.ts';
import type { Sender } from '../sender.ts';
import { alive, type TokenCall } from './grant.ts';

export async function refreshToken(op: Provider, { client, form, sender }: TokenCall): Promise<Issuance> {
  const presented = readRefreshToken(op.vault, required(form, 'refresh_token'));
  if (presented === undefined) throw dead();
  const { scopes: fewer, audience } = await narrower(op, { client, presented, sender }, form);
  const access = draftAccessToken(op, client, { scopes: fewer, audience, confirmation: sender.confirmation });
  const rotation = await rotate(op, { client, presented, sender, access: access.row });
  const { grant } = rotation;
  const account = alive(rotation.account, client);
  // Of one that is not there at all any more, nothing was known before.
  await checkResources(op, client, audience ?? grant.resources);
  const scopes = intersect(fewer ?? grant.scopes, client.scopes);
  return {
    client,
    access,
    scopes,
    refreshToken: writeRefreshToken(op.vault, presented.family, presented.generation + 1),
    person: { grant, account },
  };
}

type Use = {
  readonly client: Client;
  readonly presented: RefreshToken;
  readonly sender: Sender;
  readonly access: DraftAccessToken['row'];
};

async function rotate(op: Provider, { client, presented, sender, access }: Use) {
  const { familyHash, generation } = presented;
  const now = op.now();
  const use = {
    familyHash,
    generation,
    client_id: client.client_id,
    proven: sender.proven,
    grace: grace(op, client),
    expiresAt: now + lifetimeOf(op, client, 'refreshToken'),
    access,
  };
  const rotation = await op.store.tokens.rotate(use, now);
  if (rotation.outcome === 'unknown') throw dead();
  if (rotation.outcome === 'otherKey')
    throw new OAuthError('invalid_grant', 'the refresh token is bound to a key that this request does not prove');
  if (rotation.outcome === 'reused') {
    op.emit({ type: 'refresh.reused', client_id: client.client_id, sub: rotation.grant.sub });
    throw dead();
  }
  return rotation;
}

type Narrower = { readonly scopes?: readonly string[] | undefined; readonly audience?: readonly string[] | undefined };

/**
 * A client may ask for less than it was granted, never for more. The grant is read before it is rotated only then, or when an API may be out of
 * reach: a refusal that may pass must not use the token up.
 */
async function narrower(op: Provider, { client, presented, sender }: Omit<Use, 'access'>, form: Parameters): Promise<Narrower> {
  const scope = one(form, 'scope');
  const resources = await readResources(op, client, form);
  if (scope === undefined && resources === undefined && (await reachesAll(op, client))) return {};
  const grant = await op.store.tokens.findRefresh(presented.familyHash, presented.generation, grace(op, client), op.now());
  if (grant?.client_id !== client.client_id) {
    // Unknown, or used again: only the gate tells which, and ends the grant if it was.
    await rotate(op, { client, presented, sender, access: draftAccessToken(op, client, { confirmation: sender.confirmation }).row });
    throw dead();
  }
  const audience = narrowed(resources, grant);
  await checkResources(op, client, audience ?? grant.resources);
  return { scopes: scope === undefined ? undefined : fewerScopes(grant, scope), audience };
}

function fewerScopes(grant: Grant, scope: string): readonly string[] {
  const wanted = splitScope(scope);
  if (wanted.length === 0 || wanted.some((name) => !grant.scopes.includes(name)))
    throw new OAuthError('invalid_scope', 'scope has a value that was not granted');
  return wanted;
}

function grace(op: Provider, client: Client): number {
  return lifetimeOf(op, client, 'refreshGrace');
}

function dead(): OAuthError {
  return new OAuthError('invalid_grant', 'the refresh token is unknown, expired, revoked or already used');
}
