/**
 * Request objects (RFC 9101, OpenID Connect Core section 6): an authorization request as a JWT that its client signed. By value in `request`, at the
 * authorization endpoint and when pushed, or by a `request_uri` that the client registered. What stands in one is the whole request.
 */
import type { Json } from '../accounts.ts';
import type { Client } from '../client.ts';
import { longestKid } from '../client-keys/jwk.ts';
import { verificationKeys } from '../client-keys.ts';
import type { Provider } from '../op.ts';
import type { Policy } from '../policy.ts';
import { allowsAlgorithm } from '../profile.ts';
import { type AsymmetricAlgorithm, asymmetricAlgorithms } from '../wire/algorithms.ts';
import { OAuthError, reasonOf } from '../wire/error.ts';
import { sha256 } from '../wire/hashes.ts';
import { decrypt, isEncrypted } from '../wire/jwe.ts';
import { type Claims, type OpenedJwt, openJwt, signatureHolds } from '../wire/jwt.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import { checkSpan, checkTimes, longest } from './request-object-times.ts';

/** What a client asks, and whether it signed it. */
export type Asked = { readonly parameters: Parameters; readonly signed: boolean };

/**
 * The parameters of a request object where there is one, and nothing beside them; else those that were sent. Throws invalid_request_object and
 * invalid_request_uri, which are for a page: nothing in an object that does not hold says where to redirect to.
 */
export async function askedBy(op: Provider, client: Client, sent: Parameters): Promise<Asked> {
  const [request, request_uri] = [one(sent, 'request'), one(sent, 'request_uri')];
  if (request !== undefined && request_uri !== undefined) throw new OAuthError('invalid_request', 'send request or request_uri, not both');
  if (request !== undefined) return { parameters: parametersIn(client, await verified(op, client, request)), signed: true };
  if (request_uri === undefined) return { parameters: sent, signed: false };
  return { parameters: parametersIn(client, await verified(op, client, await fetched(op, client, request_uri))), signed: true };
}

/** The same for what a client pushes: each object once, as far as it has a `jti`. In front of a browser it may come again: people reload pages. */
export async function pushedBy(op: Provider, client: Client, sent: Parameters): Promise<Asked> {
  const request = one(sent, 'request');
  if (request === undefined) return { parameters: sent, signed: false };
  const claims = await verified(op, client, request);
  await useOnce(op, client, claims);
  return { parameters: parametersIn(client, claims), signed: true };
}

/** What it says, of a token that is the client's, for us, and in force. */
async function verified(op: Provider, client: Client, token: string): Promise<Claims> {
  const signed = isEncrypted(token) ? await opened(op, token) : token;
  const jwt = openJwt(signed);
  if (jwt === undefined) throw refused('request is not a signed JWT in compact form, of at most 32 kB, without crit');
  const alg = algorithmOf(op, client, jwt);
  const { kid } = jwt.header;
  const named = typeof kid === 'string' ? kid : undefined;
  // Not invalid_client: in front of a browser nobody authenticates.
  const keys = await verificationKeys(op, client, { alg, kid: named }, 'invalid_request_object');
  if (!keys.some(({ key }) => signatureHolds(alg, key, jwt)))
    throw refused('the request object is not signed with a key of the application');
  return checked(op, client, jwt.claims);
}

async function opened(op: Provider, token: string): Promise<string> {
  const text = await decrypt(op.keys, token);
  if (text === undefined) throw refused('the request object is not encrypted to a key of this provider, with an algorithm it lists');
  return text;
}

/** RFC 9101 section 10.8, RFC 8725 section 3.11: another kind of token that the client signed does not pass for a request. */
function algorithmOf({ settings }: Provider, client: Client, { header: { typ, alg, kid } }: OpenedJwt): AsymmetricAlgorithm {
  if (typ !== undefined && (typeof typ !== 'string' || !/^(?:application\/)?(?:oauth-authz-req\+jwt|jwt)$/i.test(typ)))
    throw refused('typ of the request object must be oauth-authz-req+jwt');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > longestKid))
    throw refused('kid of the request object is not the name of a key');
  const offered = client.request_object_signing_alg === undefined ? settings.signing : [client.request_object_signing_alg];
  const allowed = offered.filter((name) => allowsAlgorithm(client, name));
  const known = asymmetricAlgorithms.find((name) => name === alg && allowed.includes(name));
  if (known === undefined) throw refused(`the request object must be signed with ${allowed.join(', ')}`);
  return known;
}

/** What an object must say of itself. The one reader of policy `requestObject`. */
const neededBy: Readonly<Record<Policy['requestObject'], readonly string[]>> = {
  bound: ['iss', 'aud', 'exp'],
  fapi: ['iss', 'aud', 'exp', 'nbf'],
  openid: [],
};

function checked({ settings, now }: Provider, { client_id, policy }: Client, claims: Claims): Claims {
  const missing = neededBy[policy.requestObject].find((name) => claims[name] === undefined);
  if (missing !== undefined) throw refused(`${missing} of the request object is missing`);
  if ((claims.iss ?? client_id) !== client_id) throw refused('iss of the request object must be the client_id');
  if (claims.client_id !== undefined && claims.client_id !== client_id) throw refused('client_id of the request object is another one');
  // A client assertion says this, and must not pass for a request, nor a request for an assertion (RFC 9101 section 10.8).
  if (claims.sub === client_id) throw refused('a request object must not have the client_id as sub');
  if (claims.aud !== undefined && ![claims.aud].flat().includes(settings.issuer))
    throw refused('aud of the request object must be the issuer of this provider');
  if (claims.request !== undefined || claims.request_uri !== undefined)
    throw refused('a request object must not hold request or request_uri');
  checkTimes(claims, now());
  if (policy.requestObject === 'fapi') checkSpan(claims);
  return claims;
}

async function useOnce(op: Provider, { client_id }: Client, { jti, exp }: Claims): Promise<void> {
  if (jti === undefined) return;
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    throw refused('jti of the request object must be a text of at most 256 characters');
  const until = typeof exp === 'number' ? Math.ceil(exp) : op.now() + longest;
  if (await op.store.replay.once('request-object', sha256(`${client_id} ${jti}`), until, op.now())) return;
  throw refused('the request object was pushed before; make one for each request, with a jti of its own');
}

/** What the JWT says of itself and not of the request (RFC 9101 section 4). */
const ofTheToken = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub']);

/** Members as the form would have them: JSON where there is a form for it in a parameter, one entry each where one may be repeated. */
function parametersIn({ client_id }: Client, claims: Claims): Parameters {
  const parameters: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of Object.entries(claims)) if (!ofTheToken.has(name) && value !== null) parameters[name] = parameterOf(value);
  // No parameter needs it, and not every database can hold it.
  if (JSON.stringify(claims).includes('\\u0000')) throw refused('the request object has a NUL character');
  parameters.client_id = client_id;
  return parameters;
}

function parameterOf(value: Json): string | readonly string[] {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  return JSON.stringify(value);
}

/** Only what the client registered, to the letter: whatever else would make us ask anybody's server for anybody (RFC 9101 section 10.4). */
async function fetched(op: Provider, client: Client, request_uri: string): Promise<string> {
  if (client.request_uris?.includes(request_uri) !== true)
    throw new OAuthError('invalid_request_uri', 'request_uri is not one that this application pushed or registered');
  try {
    const response = await op.fetch(request_uri, { headers: { accept: 'application/oauth-authz-req+jwt, application/jwt' } });
    if (response.status === 200) return (await response.text()).trim();
    throw new Error(`the request object was answered with ${response.status}`);
  } catch (error) {
    throw new OAuthError('invalid_request_uri', 'the request object at request_uri cannot be had', { diagnostic: reasonOf(error) });
  }
}

function refused(description: string): OAuthError {
  return new OAuthError('invalid_request_object', description);
}
