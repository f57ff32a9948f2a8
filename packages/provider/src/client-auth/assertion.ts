/**
 * `private_key_jwt` and `client_secret_jwt`: the client signs a short statement that it is itself, with its key or over its secret (RFC 7523
 * section 3, OpenID Connect Core section 9, draft-ietf-oauth-rfc7523bis for audience and type). What is wrong with the statement is told,
 * whoever the client is; whether the signature is right is not told apart from whether there is such a client.
 */
import { sharedSecrets } from '../active-client.ts';
import type { Client } from '../client.ts';
import { verificationKeys } from '../client-keys.ts';
import { type EndpointName, endpoints, urlOf } from '../endpoints.ts';
import type { Provider } from '../op.ts';
import { allowsAlgorithm } from '../profile.ts';
import { type Algorithm, algorithms, isAsymmetric } from '../wire/algorithms.ts';
import { OAuthError } from '../wire/error.ts';
import { sha256 } from '../wire/hashes.ts';
import { type OpenedJwt, openJwt, signatureHolds, signedOver } from '../wire/jwt.ts';
import { one, type Parameters } from '../wire/parameters.ts';
import type { AuthMethod, Held } from './method.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** All in seconds. How far ahead of us the client's clock may be, and how long an assertion may be good for. */
const skew = 10;
const longest = 600;
const longestJti = 512;

export const privateKeyJwt: AuthMethod = {
  satisfies: ['private_key_jwt'],
  read: (_, form) => {
    const assertion = readAssertion(form);
    if (assertion === undefined || !isAsymmetric(assertion.alg)) return undefined;
    return { client_ids: [assertion.sub], holds: (op, client) => hold(op, client, assertion, signedWithKey) };
  },
};

export const clientSecretJwt: AuthMethod = {
  satisfies: ['client_secret_jwt'],
  read: (_, form) => {
    const assertion = readAssertion(form);
    if (assertion === undefined || isAsymmetric(assertion.alg)) return undefined;
    return { client_ids: [assertion.sub], holds: (op, client) => hold(op, client, assertion, signedWithSecret) };
  },
};

type Assertion = OpenedJwt & { readonly alg: Algorithm; readonly sub: string };

function readAssertion(form: Parameters): Assertion | undefined {
  const [text, type] = [one(form, 'client_assertion'), one(form, 'client_assertion_type')];
  if (text === undefined && type === undefined) return undefined;
  if (type !== assertionType) throw refused(`client_assertion_type must be ${assertionType}`);
  const opened = text === undefined ? undefined : openJwt(text);
  if (opened === undefined) throw refused('client_assertion must be a signed JWT in compact form, of at most 32 kB, without crit');
  const alg = algorithms.find((name) => name === opened.header.alg);
  if (alg === undefined) throw refused(`client_assertion must be signed with one of ${algorithms.join(', ')}`);
  const { sub } = opened.claims;
  // What cannot be a client_id is not looked for: a database may not even take the question.
  if (typeof sub !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(sub)) throw refused('client_assertion must say in sub which client it is');
  return { ...opened, alg, sub };
}

type Signed = (op: Provider, client: Client, assertion: Assertion) => boolean | Promise<boolean>;

async function hold(op: Provider, client: Client | undefined, assertion: Assertion, signed: Signed): Promise<Held> {
  const fault = typeFault(assertion) ?? claimsFault(op, client, assertion);
  if (fault !== undefined) throw refused(fault, client);
  // Nobody makes us fetch keys in the name of a client that proves itself otherwise; which is said by whoever asks.
  if (client === undefined || client.disabled || client.token_endpoint_auth_method !== methodOf(assertion.alg)) return false;
  const { token_endpoint_auth_signing_alg: registered = assertion.alg } = client;
  if (registered !== assertion.alg) return { refused: `the assertion is signed with ${assertion.alg}, ${registered} is registered` };
  if (!allowsAlgorithm(client, assertion.alg)) return { refused: `the profile of the client does not allow ${assertion.alg}` };
  if (!(await signed(op, client, assertion))) return { refused: 'no key of the client made the signature of the assertion' };
  return (await firstUse(op, client, assertion)) || { refused: 'the assertion was used before' };
}

function methodOf(alg: Algorithm): Client['token_endpoint_auth_method'] {
  return isAsymmetric(alg) ? 'private_key_jwt' : 'client_secret_jwt';
}

async function signedWithKey(op: Provider, client: Client, { alg, ...assertion }: Assertion): Promise<boolean> {
  const { kid } = assertion.header;
  if (!isAsymmetric(alg) || (kid !== undefined && typeof kid !== 'string')) return false;
  const keys = await verificationKeys(op, client, { alg, kid }, 'invalid_client');
  return keys.some(({ key }) => signatureHolds(alg, key, assertion));
}

function signedWithSecret(op: Provider, client: Client, assertion: Assertion): boolean {
  return sharedSecrets(op.vault, client).some((secret) => signedOver(secret, assertion));
}

/** Counted in the store, so that of two processes given the same assertion one takes it. */
function firstUse(op: Provider, { client_id }: Client, { claims: { jti, exp } }: Assertion): Promise<boolean> {
  return op.store.replay.once('client-assertion', sha256(`${client_id}\n${jti}`), Math.ceil(Number(exp)), op.now());
}

/** A JWT made for something else (a request object, a proof) is not an assertion (RFC 8725 section 3.11). */
function typeFault({ header: { typ } }: Assertion): string | undefined {
  const known = typ === undefined || (typeof typ === 'string' && /^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i.test(typ));
  return known ? undefined : 'the typ of client_assertion must be client-authentication+jwt or JWT';
}

function claimsFault(op: Provider, client: Client | undefined, { claims, sub }: Assertion): string | undefined {
  const { iss, aud, exp, iat, nbf, jti } = claims;
  const now = op.now();
  if (iss !== sub) return 'iss and sub of client_assertion must both be the client_id';
  if (!isForUs(op, client, aud)) return `aud of client_assertion must be the text ${op.settings.issuer}`;
  if (typeof exp !== 'number' || exp <= now) return 'exp of client_assertion is missing or past';
  if (exp > now + longest + skew) return `exp of client_assertion must be at most ${longest} seconds ahead`;
  if (tooNew(iat, now) || tooNew(nbf, now)) return `iat and nbf of client_assertion must not be in the future: here it is ${now}`;
  if (typeof jti !== 'string' || jti === '' || jti.length > longestJti)
    return `jti of client_assertion must be a text of 1 to ${longestJti} characters, another one each time`;
  return undefined;
}

function tooNew(time: unknown, now: number): boolean {
  return time !== undefined && (typeof time !== 'number' || time > now + skew);
}

/**
 * The issuer and nothing else: an assertion that also names somebody else's provider, or an address that could be somebody else's, can be
 * passed on to us by that one (CVE-2025-27370). The policy says for whom a list, or an endpoint, is accepted all the same, if all of it is ours.
 */
function isForUs({ settings }: Provider, client: Client | undefined, aud: unknown): boolean {
  if (client?.policy.assertionAudience !== 'endpoint') return aud === settings.issuer;
  const names = Object.keys(endpoints) as EndpointName[];
  const ours = new Set<unknown>([settings.issuer, ...names.map((name) => urlOf(settings, name))]);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return audiences.length > 0 && audiences.every((audience) => ours.has(audience));
}

function refused(description: string, client?: Client): OAuthError {
  return new OAuthError('invalid_client', description, client === undefined ? {} : { diagnostic: `${client.client_id}: ${description}` });
}
