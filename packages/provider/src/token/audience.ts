/** Which APIs a token is meant for: resource indicators (RFC 8707). A grant has its resources, and a token of it all of them or fewer. */
import type { Provider } from '../op.ts';
import type { Grant, NewAccessToken } from '../store.ts';
import { OAuthError } from '../wire/error.ts';
import { many, type Parameters } from '../wire/parameters.ts';

/** The values of `resource`; undefined when there is none. Throws invalid_target for one that the tenant does not have. */
export function readResources(op: Provider, parameters: Parameters): readonly string[] | undefined {
  const wanted = many(parameters, 'resource');
  const known = op.settings.resources.map(({ id }) => id);
  if (!wanted.every((id) => known.includes(id))) throw new OAuthError('invalid_target', 'resource is not one of this provider');
  return wanted.length === 0 ? undefined : wanted;
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
