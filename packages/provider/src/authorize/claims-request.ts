/**
 * What the `claims` parameter means for a request (OpenID Connect Core section 5.5). A client gets by name what one of its scopes could release
 * and nothing else, and the person is asked for such a scope as if the client had named it: otherwise the parameter would be a way around
 * registration and consent. Unknown claims are ignored.
 */
import { claimsOfScope } from '../claims.ts';
import type { Client } from '../client.ts';
import type { ScopeDefinition } from '../settings.ts';
import type { AuthorizationParameters } from '../store.ts';
import { type ClaimRequests, type ClaimsParameter, readClaimsParameter, wantedValues } from '../wire/claims-parameter.ts';
import { OAuthError } from '../wire/error.ts';

export type ClaimsRequest = {
  readonly claims?: ClaimsParameter;
  readonly claimScopes?: readonly string[];
  /** The subject the ID token must be about (section 5.5.1). */
  readonly sub?: string;
  readonly essentialAcr?: readonly string[];
};

/** Throws invalid_request for what is not of the form of section 5.5. */
export function readClaims(
  client: Client,
  definitions: readonly ScopeDefinition[],
  text: string | undefined,
  scopes: readonly string[],
): ClaimsRequest {
  const asked = readClaimsParameter(text);
  const scopeOf = (name: string) => {
    const releases = (scope: string) => name !== 'sub' && claimsOfScope(scope, definitions).includes(name);
    return scopes.find(releases) ?? client.scopes.find(releases);
  };
  const known = (requests: ClaimRequests = {}) => Object.entries(requests).filter(([name]) => scopeOf(name) !== undefined);
  const [userinfo, id_token] = [known(asked.userinfo), known(asked.id_token)];
  const behind = [...userinfo, ...id_token].map(([name]) => scopeOf(name)).filter((scope) => scope !== undefined);
  const claimScopes = [...new Set(behind)].filter((scope) => !scopes.includes(scope));
  return {
    ...(behind.length > 0 && { claims: { userinfo: Object.fromEntries(userinfo), id_token: Object.fromEntries(id_token) } }),
    ...(claimScopes.length > 0 && { claimScopes }),
    ...expectations(asked.id_token ?? {}),
  };
}

function expectations({ sub, acr }: ClaimRequests): Pick<ClaimsRequest, 'sub' | 'essentialAcr'> {
  const [only] = wantedValues(sub) ?? [];
  const values = acr?.essential === true ? wantedValues(acr) : undefined;
  return {
    ...(typeof only === 'string' && { sub: only }),
    ...(values !== undefined && { essentialAcr: values.filter((value) => typeof value === 'string') }),
  };
}

/** Whom the request is about, when the client says so in either way or in both. Throws invalid_request when the two differ. */
export function expectedSub(hinted: string | undefined, asked: string | undefined): string | undefined {
  if (hinted !== undefined && asked !== undefined && hinted !== asked)
    throw new OAuthError('invalid_request', 'id_token_hint and claims are about different people');
  return hinted ?? asked;
}

/** The scopes the person is asked about: those of the request, and those behind the claims it asks for by name. */
export function scopesToConsent({ scopes, claimScopes = [] }: AuthorizationParameters): readonly string[] {
  return [...scopes, ...claimScopes];
}
