/** The `claims` parameter (OpenID Connect Core section 5.5): claims asked for by name, each for userinfo or for the ID token. */
import type { Json } from '../accounts.ts';
import { OAuthError } from './error.ts';

/** Null: just the claim, if there is one. */
export type ClaimRequest = { readonly essential?: boolean; readonly value?: Json; readonly values?: readonly Json[] } | null;
export type ClaimRequests = Readonly<Record<string, ClaimRequest>>;
export type ClaimsParameter = { readonly userinfo?: ClaimRequests; readonly id_token?: ClaimRequests };

/** Longer ones are refused: it is kept with the request and with the grant. */
const longest = 4096;

/** Reads the parameter; members nobody knows are left out. Throws invalid_request for what is not of the form of section 5.5. */
export function readClaimsParameter(text: string | undefined): ClaimsParameter {
  if (text === undefined) return {};
  if (text.length > longest) throw new OAuthError('invalid_request', `claims is longer than ${longest} characters`);
  const { userinfo, id_token } = objectIn(parsed(text), 'claims');
  return { ...(userinfo != null && { userinfo: requests(userinfo) }), ...(id_token != null && { id_token: requests(id_token) }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OAuthError('invalid_request', 'claims is not JSON');
  }
}

function requests(member: unknown): ClaimRequests {
  return Object.fromEntries(Object.entries(objectIn(member, 'a member of claims')).map(([name, about]) => [name, claimRequest(about)]));
}

function claimRequest(about: unknown): ClaimRequest {
  if (about === null) return null;
  const { essential, value, values } = objectIn(about, 'what claims says of a claim');
  if (essential !== undefined && typeof essential !== 'boolean') throw malformed('essential', 'true or false');
  if (values !== undefined && !Array.isArray(values)) throw malformed('values', 'a list');
  return {
    ...(essential !== undefined && { essential }),
    ...(value !== undefined && { value: value as Json }),
    ...(values !== undefined && { values: values as readonly Json[] }),
  };
}

function objectIn(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw malformed(what, 'a JSON object');
}

function malformed(what: string, wanted: string): OAuthError {
  return new OAuthError('invalid_request', `${what} must be ${wanted} (OpenID Connect Core section 5.5)`);
}

/** The values that would do, where a request names any; undefined where any value does. */
export function wantedValues(request: ClaimRequest | undefined): readonly Json[] | undefined {
  if (request == null) return undefined;
  return request.value === undefined ? request.values : [request.value];
}
