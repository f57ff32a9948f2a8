/**
 * JSON Web Signatures of our own making (RFC 7515, 7518, 8037): the hot signature, by hand because node:crypto alone is 20 to
 * 65 us cheaper than a general library, and the check of tokens that come back to us. Of what clients signed, its parts.
 */
import {
  constants,
  createHmac,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
  timingSafeEqual,
  type VerifyKeyObjectInput,
  verify,
} from 'node:crypto';
import type { Json } from '../accounts.ts';
import type { KeyRing, SigningKey } from '../keys.ts';
import type { AsymmetricAlgorithm } from './algorithms.ts';

/** A key pair of the tenant, or a client's secret whose UTF-8 octets are the key (OpenID Connect Core section 10.1). */
export type JwtSigner = SigningKey | { readonly alg: 'HS256'; readonly secret: string };
/** Header parameters beside `alg` and `kid`: the type, which keeps one kind of token from passing for another (RFC 8725 section 3.11). */
export type JwtHeader = { readonly typ: string };
/** What goes into a token; a claim that is undefined is left out. */
export type Payload = Readonly<Record<string, Json | undefined>>;
/** What came out of a token that verified. */
export type Claims = Readonly<Record<string, Json>>;

export type Expectation = {
  readonly issuer: string;
  /** The type the token must declare (RFC 8725 section 3.11); `JWT` also when it declares none, as OpenID Connect Core allows. */
  readonly typ: string;
  /** Epoch seconds. Left out, a dead token is accepted too, as a hint may be (RP-Initiated Logout section 4). */
  readonly now?: number;
};

/** Longer tokens are refused unread. */
export const maximumTokenLength = 16_384;
const maximumHeaderLength = 1024;
const maximumKidLength = 128;
const deepest = 32;

type Scheme = {
  readonly digest: 'sha256' | null;
  readonly key: (key: KeyObject) => SignKeyObjectInput & VerifyKeyObjectInput;
  readonly pooled: boolean;
};

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** RSA costs 220 us and belongs on the thread pool; the curves cost 25 us, less than the way to the pool and back. */
const schemes: Readonly<Record<AsymmetricAlgorithm, Scheme>> = {
  RS256: { digest: 'sha256', key: (key) => ({ key, padding: constants.RSA_PKCS1_PADDING }), pooled: true },
  PS256: { digest: 'sha256', key: (key) => ({ key, ...pss }), pooled: true },
  ES256: { digest: 'sha256', key: (key) => ({ key, dsaEncoding: 'ieee-p1363' }), pooled: false },
  EdDSA: { digest: null, key: (key) => ({ key }), pooled: false },
};

const headers = new WeakMap<JwtSigner, Map<string, string>>();

/** The token in compact form (RFC 7515 section 7.1), signed with this key; of type `JWT` unless the header says another. */
export async function signJwt(key: JwtSigner, payload: Payload, header: JwtHeader = { typ: 'JWT' }): Promise<string> {
  const input = `${encodedHeader(key, header.typ)}.${encode(payload)}`;
  if ('secret' in key) return `${input}.${createHmac('sha256', key.secret).update(input).digest('base64url')}`;
  const signature = await rawSignature(key, Buffer.from(input, 'latin1'));
  return `${input}.${signature.toString('base64url')}`;
}

function rawSignature(key: SigningKey, input: Buffer): Buffer | Promise<Buffer> {
  const scheme = schemes[key.alg];
  const how = scheme.key(key.privateKey);
  if (!scheme.pooled) return sign(scheme.digest, input, how);
  return new Promise((resolve, reject) => {
    sign(scheme.digest, input, how, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
}

function encodedHeader(key: JwtSigner, typ: string): string {
  const known = headers.get(key) ?? new Map<string, string>();
  const cached = known.get(typ);
  if (cached !== undefined) return cached;
  const encoded = encode({ alg: key.alg, typ, kid: 'kid' in key ? key.kid : undefined });
  headers.set(key, known.set(typ, encoded));
  return encoded;
}

function encode(value: Payload): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * The claims of a token that this provider signed with a key pair, or undefined when it is not such a token. The key is looked up
 * by `kid` in memory and decides the algorithm; `jwk`, `jku`, `x5u` and `x5c` in a header mean nothing here (RFC 8725 section 3.1, 3.5).
 */
export function verifyOwnJwt(keys: KeyRing, token: string, expectation: Expectation): Claims | undefined {
  const parts = open(token, expectation);
  const key = parts && keyOf(keys, parts.header);
  return key && signatureHolds(key.alg, key.publicKey, parts) ? claimsOf(parts, expectation) : undefined;
}

/** The same for a token signed with HS256 under a client's secret. Which client's, the caller decides; the token may only suggest it. */
export function verifySecretJwt(secret: string, token: string, expectation: Expectation): Claims | undefined {
  const parts = open(token, expectation);
  return parts?.header.alg === 'HS256' && signedOver(secret, parts) ? claimsOf(parts, expectation) : undefined;
}

/** Algorithm and audience a token claims to have, believed by nobody: they only say with whose key to look. */
export function peek(token: string): { readonly alg: Json | undefined; readonly aud: Json | undefined } | undefined {
  const [head = '', body = ''] = token.length > maximumTokenLength ? [] : token.split('.', 2);
  const [header, claims] = [object(octets(head)), object(octets(body))];
  return header && claims && { alg: header.alg, aud: claims.aud };
}

/** A JWT that somebody else made, with nothing of it believed yet. */
export type OpenedJwt = JwsParts & { readonly claims: Claims };

/** Reads a token of a client's making; certificates in its header, which are ignored, make it longer than ours. Undefined when it is none. */
export function openJwt(token: string): OpenedJwt | undefined {
  const parts = openJws(token, { token: 2 * maximumTokenLength, header: maximumTokenLength });
  const claims = parts && payloadOf(parts);
  return claims && parts.header.crit === undefined && isShallow(claims, deepest) ? { ...parts, claims } : undefined;
}

/** What is nested without end can be read, and then not be written down again. */
function isShallow(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner: Json) => isShallow(inner, levels - 1));
}

/** Whether the signature is HS256 under this secret. */
export function signedOver(secret: string, { input, signature }: Pick<JwsParts, 'input' | 'signature'>): boolean {
  const expected = createHmac('sha256', secret).update(input).digest();
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

/** A token taken apart; nothing of it is to be believed yet. */
export type JwsParts = { readonly header: Claims; readonly body: string; readonly input: string; readonly signature: Buffer };

/** The parts of a token in compact form; undefined when it is none, or longer than this. */
function openJws(token: string, longest: { readonly token: number; readonly header: number }): JwsParts | undefined {
  if (token.length > longest.token) return undefined;
  const [head = '', body = '', tail = '', ...more] = token.split('.', 4);
  if (more.length > 0 || head.length > longest.header) return undefined;
  const [header, signature] = [object(octets(head)), octets(tail)];
  return header && signature && { header, body, input: `${head}.${body}`, signature };
}

/** The claims of a token taken apart; undefined when they are no JSON object. */
function payloadOf({ body }: Pick<JwsParts, 'body'>): Claims | undefined {
  return object(octets(body));
}

function open(token: string, { typ }: Expectation): JwsParts | undefined {
  const parts = openJws(token, { token: maximumTokenLength, header: maximumHeaderLength });
  return parts && (parts.header.typ ?? 'JWT') === typ && parts.header.crit === undefined ? parts : undefined;
}

function claimsOf(parts: JwsParts, { issuer, now }: Expectation): Claims | undefined {
  const claims = payloadOf(parts);
  return claims && claims.iss === issuer && alive(claims, now) ? claims : undefined;
}

function keyOf(keys: KeyRing, { alg, kid }: Claims): SigningKey | undefined {
  if (typeof kid !== 'string' || kid.length > maximumKidLength) return undefined;
  const key = keys.find(kid);
  return key?.alg === alg ? key : undefined;
}

/** Whether a token was signed with this key. The caller says with which algorithm, and has seen to it that the key is one for it. */
export function signatureHolds(
  alg: AsymmetricAlgorithm,
  key: KeyObject,
  { input, signature }: Pick<JwsParts, 'input' | 'signature'>,
): boolean {
  const scheme = schemes[alg];
  return verify(scheme.digest, Buffer.from(input, 'latin1'), scheme.key(key), signature);
}

function alive(claims: Claims, now: number | undefined): boolean {
  return now === undefined || (typeof claims.exp === 'number' && claims.exp > now);
}

/** Only canonical base64url: no padding, no foreign character, no bits set behind the last octet. */
function octets(text: string): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64url');
  return text !== '' && decoded.toString('base64url') === text ? decoded : undefined;
}

function object(json: Buffer | undefined): Claims | undefined {
  if (!json) return undefined;
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** The header of a token in compact form, believed by nobody; undefined when it is not one. Not longer than a header of ours may be. */
export function headerOf(token: string): Claims | undefined {
  const end = token.indexOf('.');
  return end === -1 || end > maximumHeaderLength ? undefined : object(octets(token.slice(0, end)));
}
