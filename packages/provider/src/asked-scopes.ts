/** The scopes a person's client asks for, as far as it may have them. The one reader of policy `unknownScopes`. */
import type { Client } from './client.ts';
import type { Provider } from './op.ts';
import { OAuthError } from './wire/error.ts';
import { intersect, isStandardScope, splitScope } from './wire/scope.ts';

/**
 * Throws invalid_scope when nothing is left, when a client that knows OAuth only asks for `openid`, or when the tenant does not know one and the
 * client's policy is to refuse it.
 */
export function askedScopes({ settings }: Provider, client: Client, scope: string): readonly string[] {
  const asked = splitScope(scope);
  const known = (name: string) => isStandardScope(name) || settings.scopes.some((defined) => defined.name === name);
  if (client.policy.unknownScopes === 'refuse' && !asked.every(known))
    throw new OAuthError('invalid_scope', 'scope has a value that is not known here');
  // Who asks for it wants an ID token, and would wait for it in vain.
  if (asked.includes('openid') && !client.scopes.includes('openid'))
    throw new OAuthError('invalid_scope', 'scope has openid, and this client is not registered for OpenID Connect');
  const scopes = intersect(asked, client.scopes);
  if (scopes.length === 0) throw new OAuthError('invalid_scope', 'scope has no value that this client may ask for');
  return scopes;
}
