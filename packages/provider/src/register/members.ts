/**
 * What a client may say of itself when it registers (RFC 7591 section 2, OpenID Connect Registration section 2): a table of members, each with
 * its shape. Members that nobody knows are ignored, as both want it; those that only an operator says are refused, by their name.
 */
import { responseTypes } from '../authorize/response-types.ts';
import { type Client, type Encryptions, encryptedAnswers, subjectMembers } from '../client.ts';
import { authMethods } from '../client-auth/authenticate.ts';
import type { ClientMetadata } from '../registration/metadata.ts';
import { grantTypes } from '../token/token.ts';
import { algorithms, asymmetricAlgorithms, contentEncryptions, keyEncryptions } from '../wire/algorithms.ts';
import { OAuthError } from '../wire/error.ts';

type Shape = { readonly is: (value: unknown) => boolean; readonly must: string };

const longestText = 2048;
const longestList = 50;
const control = /\p{Cc}/u;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longestText && !control.test(value);
const text: Shape = { is: isText, must: `must be a text of 1 to ${longestText} characters` };
const name: Shape = { is: (value) => isText(value) && value.length <= 100, must: 'must be a text of 1 to 100 characters' };
const texts: Shape = {
  is: (value) => Array.isArray(value) && value.length <= longestList && value.every(isText),
  must: `must be a list of at most ${longestList} texts`,
};
const flag: Shape = { is: (value) => typeof value === 'boolean', must: 'must be true or false' };
const seconds: Shape = {
  is: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 315_360_000,
  must: 'must be a number of seconds',
};
/** No member of a key is deeper than a list of texts (RFC 7517 section 4), and what is nested without end could not be written down again. */
const isFlat = (value: unknown) => !isObject(value) && (!Array.isArray(value) || value.every((entry) => typeof entry === 'string'));
const keySet: Shape = {
  is: (value) =>
    isObject(value) && Array.isArray(value.keys) && value.keys.every((key) => isObject(key) && Object.values(key).every(isFlat)),
  must: 'must be a key set: {"keys": [...]}, each key with texts, or lists of texts, as members',
};
const one = (names: readonly string[]): Shape => ({
  is: (value) => isText(value) && names.includes(value),
  must: `must be one of ${names.join(', ')}`,
});
const some = (names: readonly string[]): Shape => ({
  is: (value) => Array.isArray(value) && value.length > 0 && value.every((item) => isText(item) && names.includes(item)),
  must: `must be a list of some of ${names.join(', ')}`,
});

function encryptionShapes(): Record<keyof Encryptions, Shape> {
  const members = encryptedAnswers.flatMap((answer) => [
    [`${answer}_encrypted_response_alg`, one(keyEncryptions)],
    [`${answer}_encrypted_response_enc`, one(contentEncryptions)],
  ]);
  return Object.fromEntries(members) as Record<keyof Encryptions, Shape>;
}

const shapes = {
  client_name: name,
  client_uri: text,
  logo_uri: text,
  policy_uri: text,
  tos_uri: text,
  initiate_login_uri: text,
  application_type: one(['web', 'native']),
  redirect_uris: texts,
  post_logout_redirect_uris: texts,
  backchannel_logout_uri: text,
  backchannel_logout_session_required: flag,
  frontchannel_logout_uri: text,
  frontchannel_logout_session_required: flag,
  token_endpoint_auth_method: one(Object.keys(authMethods)),
  token_endpoint_auth_signing_alg: one(algorithms),
  ...(Object.fromEntries(subjectMembers.map((member) => [member, text])) as Record<(typeof subjectMembers)[number], Shape>),
  tls_client_certificate_bound_access_tokens: flag,
  dpop_bound_access_tokens: flag,
  jwks: keySet,
  jwks_uri: text,
  grant_types: some([...Object.keys(grantTypes), 'implicit']),
  response_types: some(Object.keys(responseTypes)),
  scope: text,
  id_token_signed_response_alg: one(algorithms),
  userinfo_signed_response_alg: one(algorithms),
  introspection_signed_response_alg: one(algorithms),
  authorization_signed_response_alg: one(algorithms),
  ...encryptionShapes(),
  request_object_signing_alg: one(asymmetricAlgorithms),
  require_signed_request_object: flag,
  request_uris: texts,
  require_pushed_authorization_requests: flag,
  subject_type: one(['public', 'pairwise']),
  sector_identifier_uri: text,
  default_max_age: seconds,
  require_auth_time: flag,
} as const satisfies Partial<Record<keyof ClientMetadata, Shape>>;

/** Ignored, they would leave a client believing that it had what it asked for. */
const operators: readonly (keyof Client)[] = ['policy', 'lifetimes', 'claims', 'access', 'environment', 'profile', 'disabled'];

export type Body = Readonly<Record<string, unknown>>;

/** The JSON object of a request. Throws invalid_client_metadata when it is none. */
export function readBody(json: string | undefined): Body {
  if (json === undefined)
    throw new OAuthError('invalid_client_metadata', 'send the metadata as a JSON object, with Content-Type application/json');
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    throw new OAuthError('invalid_client_metadata', 'the body is not JSON');
  }
  if (!isObject(body)) throw new OAuthError('invalid_client_metadata', 'the body must be a JSON object');
  return body;
}

/** The metadata in it, `null` counting as left out (RFC 7592 section 2.2). Throws invalid_client_metadata for a member of another shape. */
export function metadataIn(body: Body, client_id: string): ClientMetadata {
  if (member(body, 'software_statement') !== undefined)
    throw new OAuthError('unapproved_software_statement', 'software statements are not taken here: send the metadata itself');
  const protectedOne = operators.find((name) => member(body, name) !== undefined);
  if (protectedOne !== undefined)
    throw new OAuthError('invalid_client_metadata', `${protectedOne} is for the operator to say, not for the client: leave it out`);
  const said: Record<string, unknown> = {};
  for (const [key, shape] of Object.entries<Shape>(shapes)) {
    const value = member(body, key);
    if (value === undefined) continue;
    if (!shape.is(value)) throw new OAuthError('invalid_client_metadata', `${key} ${shape.must}`);
    said[key] = key === 'scope' ? String(value).trim().replace(/ +/g, ' ') : value;
  }
  return { ...said, client_id };
}

/** What is written under a name; undefined for null. */
export function member(body: Body, key: string): unknown {
  return Object.hasOwn(body, key) ? (body[key] ?? undefined) : undefined;
}

/** All that is registered of the client, by its registered names. */
export function registeredMembers(client: Client): Readonly<Record<string, unknown>> {
  const kept: Readonly<Record<string, unknown>> = { ...client, scope: client.scopes.join(' ') };
  const members = Object.keys(shapes).flatMap((key) => (kept[key] === undefined ? [] : [[key, kept[key]]]));
  return Object.fromEntries(members);
}

/** All the rest: policy, service, whom it is for. An operator decided it, and a client that speaks of itself changes none of it. */
export function operatorsMembers(client: Client): Partial<Client> {
  return Object.fromEntries(Object.entries(client).filter(([key]) => !Object.hasOwn(shapes, key) && key !== 'scopes'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
