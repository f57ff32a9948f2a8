/**
 * The password grant (RFC 6749 section 4.3), which onePortal's external services use. It shows the password to the client, so RFC 9700
 * section 2.4 forbids it: only an administrator turns it on, for a confidential client (policy `passwordGrant`).
 */

import type { Account } from '../../accounts.ts';
import { lifetimeOf } from '../../active-client.ts';
import { askedScopes } from '../../asked-scopes.ts';
import type { Client } from '../../client.ts';
import type { Provider } from '../../op.ts';
import type { Grant } from '../../store.ts';
import { OAuthError } from '../../wire/error.ts';
import { one, required } from '../../wire/parameters.ts';
import { draftAccessToken } from '../access-token.ts';
import { readResources } from '../audience.ts';
import type { Issuance } from '../issuance.ts';
import { familyHashOf, newFamily, wantsRefreshToken, writeRefreshToken } from '../refresh-token.ts';
import { alive, type TokenCall } from './grant.ts';

export async function password(op: Provider, { client, form, sender }: TokenCall): Promise<Issuance> {
  if (!client.policy.passwordGrant || client.token_endpoint_auth_method === 'none')
    throw new OAuthError('unauthorized_client', 'an administrator has not allowed this client to use passwords');
  const scopes = scopesFor(op, client, one(form, 'scope'));
  const resources = await readResources(op, client, form);
  const account = alive(await check(op, required(form, 'username'), required(form, 'password')), client);

  const access = draftAccessToken(op, client, { confirmation: sender.confirmation });
  const family = wantsRefreshToken(client, scopes) ? newFamily(op) : undefined;
  const expiresAt = Math.max(access.row.expiresAt, family === undefined ? 0 : op.now() + lifetimeOf(op, client, 'refreshToken'));
  const grant: Grant = {
    id: op.random(16),
    client_id: client.client_id,
    sub: account.sub,
    scopes,
    authTime: op.now(),
    amr: ['pwd'],
    ...(resources && { resources }),
    createdAt: op.now(),
    expiresAt,
  };
  const refresh = family === undefined ? undefined : { familyHash: familyHashOf(family), expiresAt };
  await op.store.grants.open(grant, { ...access.row, grantId: grant.id }, refresh);
  const refreshToken = family === undefined ? undefined : { refreshToken: writeRefreshToken(op.vault, family, 0) };
  return { client, access, scopes, ...refreshToken, person: { grant, account } };
}

/** Everything the client may ask for when it names nothing, as its documentation's own request does. */
function scopesFor(op: Provider, client: Client, scope: string | undefined): readonly string[] {
  if (scope === undefined) return client.scopes.filter((name) => name !== 'offline_access');
  return askedScopes(op, client, scope);
}

async function check(op: Provider, username: string, secret: string): Promise<Account> {
  const result = await op.people.checkPassword(username, secret);
  if (result.outcome === 'signed-in') return result.account;
  op.emit({ type: 'authentication.refused', method: 'pwd' });
  if (result.outcome === 'refused') throw new OAuthError('invalid_grant', 'the username and password do not go together');
  if (result.outcome === 'throttled')
    throw new OAuthError('invalid_grant', `too many tries for this username; wait ${result.retryAfter} seconds`);
  throw new OAuthError('temporarily_unavailable', `too many sign-ins at once; try again in ${result.retryAfter} seconds`);
}
