/**
 * Token revocation (RFC 7009). A refresh token takes the whole grant with it, an access token only itself. Whether there was anything to
 * revoke is not told.
 */
import { lifetimeOf } from './active-client.ts';
import type { Client } from './client.ts';
import { authenticateClient } from './client-auth/authenticate.ts';
import { type CoreRequest, type CoreResponse, formOf } from './exchange.ts';
import type { Provider } from './op.ts';
import { accessTokenHash } from './token/access-token.ts';
import { readRefreshToken } from './token/refresh-token.ts';
import { required } from './wire/parameters.ts';

export async function revoke(op: Provider, request: CoreRequest): Promise<CoreResponse> {
  const form = formOf(request);
  const client = await authenticateClient(op, request, form);
  const token = required(form, 'token');
  await revokeToken(op, client, token);
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
}

async function revokeToken(op: Provider, client: Client, value: string): Promise<void> {
  const refresh = readRefreshToken(op.vault, value);
  if (refresh === undefined) {
    const hash = accessTokenHash(op, value);
    if (hash !== undefined) await op.store.tokens.revokeAccess(hash, client.client_id, op.now());
    return;
  }
  const grace = lifetimeOf(op, client, 'refreshGrace');
  const grant = await op.store.tokens.findRefresh(refresh.familyHash, refresh.generation, grace, op.now());
  if (grant?.client_id === client.client_id) await op.store.grants.revoke(grant.id, op.now());
}
