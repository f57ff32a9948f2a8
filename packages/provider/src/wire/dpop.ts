/**
 * DPoP proofs (RFC 9449 section 4): a JWT that its sender made for one request, signed with a key that it carries itself. Pure: whether a proof
 * was used before, and its nonce, are asked elsewhere (../dpop.ts). Of the keys a header can name, `jwk` alone means something, and here only.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Json } from '../accounts.ts';
import type { AsymmetricAlgorithm } from './algorithms.ts';
import { OAuthError } from './error.ts';
import { sha256 } from './hashes.ts';
import { type Claims, type JwsParts, openJws, payloadOf, signatureHolds } from './jwt.ts';

type Scheme = {
  readonly verify: AsymmetricAlgorithm;
  readonly kty: string;
  readonly crv?: string;
  /** What makes the key, beside type and curve (RFC 7638 section 3.2). */
  readonly members: readonly string[];
};

const ed25519: Scheme = { verify: 'EdDSA', kty: 'OKP', crv: 'Ed25519', members: ['x'] };

/** RS256 is not among them: FAPI 2.0 forbids it, and who begins with DPoP today has no reason for it. `Ed25519` is RFC 9864's name for `EdDSA`. */
const schemes = {
  ES256: { verify: 'ES256', kty: 'EC', crv: 'P-256', members: ['x', 'y'] },
  PS256: { verify: 'PS256', kty: 'RSA', members: ['e', 'n'] },
  EdDSA: ed25519,
  Ed25519: ed25519,
} as const satisfies Record<string, Scheme>;

export const proofAlgorithms = Object.keys(schemes) as readonly (keyof typeof schemes)[];

/** Room for an RSA key of 4096 bits, its signature, and claims nobody asked for. */
const longest = { token: 8192, header: 2048 };
const longestJti = 256;

/** A proof is taken for this many seconds from its `iat` on, and when the clock it was made by is this much ahead of ours. */
export const proofLifetime = 300;
const proofAhead = 60;

/** Private and secret key material (RFC 7518 section 6): who sends it has given the key away. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** What is left of a proof that holds: the key's thumbprint (RFC 7638), and what makes it usable once. */
export type Proof = { readonly jkt: string; readonly jti: string; readonly iat: number; readonly nonce: Json | undefined };

/** The request that a proof must be made for. `accessToken`: the one it goes with, at a resource. */
export type ProvenRequest = {
  readonly method: string;
  readonly urls: readonly string[];
  readonly accessToken?: string | undefined;
  /** Epoch seconds. */
  readonly now: number;
};

/** Reads a proof (RFC 9449 section 4.3). What costs least is looked at first. Throws invalid_dpop_proof. */
export function readProof(text: string, request: ProvenRequest): Proof {
  const parts = openJws(text, longest);
  if (parts === undefined) throw invalid('the DPoP header is not one JWT');
  const { typ, alg, jwk, crit } = parts.header;
  if (typ !== 'dpop+jwt') throw invalid('typ of the DPoP proof must be dpop+jwt');
  const scheme = typeof alg === 'string' && Object.hasOwn(schemes, alg) ? schemes[alg as keyof typeof schemes] : undefined;
  if (scheme === undefined) throw invalid(`alg of the DPoP proof must be one of ${proofAlgorithms.join(', ')}`);
  if (crit !== undefined) throw invalid('crit of the DPoP proof names what is not understood here');
  const claims = readClaims(parts, request);
  const key = readKey(scheme, jwk);
  if (key === undefined) throw invalid('jwk of the DPoP proof must be a public key of the kind that alg needs');
  if (!signatureHolds(scheme.verify, key, parts)) throw invalid('the signature of the DPoP proof does not hold');
  return { ...claims, jkt: thumbprint(scheme, key) };
}

function readClaims(parts: JwsParts, { method, urls, accessToken, now }: ProvenRequest): Omit<Proof, 'jkt'> {
  const claims = payloadOf(parts);
  if (claims === undefined) throw invalid('the DPoP proof has no claims');
  const { jti, htm, htu, iat, ath, nonce } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > longestJti)
    throw invalid(`jti of the DPoP proof must be a text of at most ${longestJti} characters`);
  if (htm !== method) throw invalid('htm of the DPoP proof must be the method of the request');
  if (typeof htu !== 'string' || !urls.some((url) => sameResource(htu, url)))
    throw invalid('htu of the DPoP proof must be the URL of the endpoint, as the discovery document has it');
  if (typeof iat !== 'number') throw invalid('iat of the DPoP proof must be a number of seconds');
  if (iat > now + proofAhead || now >= iat + proofLifetime)
    throw invalid('iat of the DPoP proof is too old or ahead of time; make a proof for each request, by a clock that is right');
  if (accessToken !== undefined && ath !== sha256(accessToken)) throw invalid('ath of the DPoP proof must be the hash of the access token');
  return { jti, iat, nonce };
}

/** Scheme and host in any letter case, default ports, dot segments; query and fragment count for nothing (section 4.3, RFC 3986 section 6.2). */
function sameResource(htu: string, url: string): boolean {
  return htu === url || resourceOf(htu) === resourceOf(url);
}

function resourceOf(text: string): string | undefined {
  if (!/^https?:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, pathname, username, password } = new URL(text);
  if (username !== '' || password !== '') return undefined;
  return origin + pathname.replace(/%[0-9a-f]{2}/gi, unescaped);
}

/** RFC 3986 section 6.2.2: an escape of what needs none is that character; other escapes are in upper case. */
function unescaped(octet: string): string {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase();
}

/** The key of the header; undefined for one of another kind, one with private members, and one that is too small or too costly. */
function readKey({ kty, crv, members }: Scheme, jwk: Json | undefined): KeyObject | undefined {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return undefined;
  const given = jwk as Claims;
  if (given.kty !== kty || given.crv !== crv || secretMembers.some((name) => Object.hasOwn(given, name))) return undefined;
  if (!members.every((name) => typeof given[name] === 'string')) return undefined;
  const needed = Object.fromEntries(['kty', ...(crv === undefined ? [] : ['crv']), ...members].map((name) => [name, given[name]]));
  try {
    const key = createPublicKey({ key: needed, format: 'jwk' });
    return kty !== 'RSA' || isSound(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7518 section 3.5; and no exponent or modulus that is only there to keep us busy. */
function isSound({ asymmetricKeyDetails: { modulusLength = 0, publicExponent = 0n } = {} }: KeyObject): boolean {
  return modulusLength >= 2048 && modulusLength <= 4096 && publicExponent >= 3n && publicExponent < 2n ** 32n;
}

/** RFC 7638, of the key as it is and not as it was written. */
function thumbprint({ crv, members }: Scheme, key: KeyObject): string {
  const jwk: Readonly<Record<string, unknown>> = key.export({ format: 'jwk' });
  const names = ['kty', ...(crv === undefined ? [] : ['crv']), ...members].toSorted();
  return sha256(JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]]))));
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', description);
}
