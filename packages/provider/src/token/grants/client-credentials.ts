/** The client credentials grant (RFC 6749 section 4.4): a confidential client acting for itself. No refresh token, no ID token. */
import type { Client } from '../../client.ts';
import type { Provider } from '../../op.ts';
import { OAuthError } from '../../wire/error.ts';
import { one } from '../../wire/parameters.ts';
import { splitScope, standardScopeClaims } from '../../wire/scope.ts';
import { draftAccessToken } from '../access-token.ts';
import { readResources } from '../audience.ts';
import type { Issuance } from '../issuance.ts';
import type { TokenCall } from './grant.ts';

export async function clientCredentials(op: Provider, { client, form, sender }: TokenCall): Promise<Issuance> {
  if (client.token_endpoint_auth_method === 'none') throw new OAuthError('unauthorized_client', 'a public client cannot act for itself');
  const scopes = scopesFor(client, one(form, 'scope'));
  const audience = await readResources(op, client, form);
  const access = draftAccessToken(op, client, { scopes, audience, confirmation: sender.confirmation });
  await op.store.tokens.add({ ...access.row, scopes, grantId: undefined });
  return { client, access, scopes };
}

/** Scopes about a person mean nothing here: left out of the default, refused when asked for. */
function scopesFor(client: Client, scope: string | undefined): readonly string[] {
  const own = client.scopes.filter((name) => standardScopeClaims[name] === undefined);
  if (scope === undefined) return own;
  const wanted = splitScope(scope);
  if (wanted.length === 0 || wanted.some((name) => !own.includes(name)))
    throw new OAuthError('invalid_scope', 'scope has a value that this client may not use for itself');
  return wanted;
}
