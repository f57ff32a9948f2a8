/**
 * DPoP proofs (RFC 9449 section 4): a JWT that its sender made for one request, signed with a key that it carries itself. Pure: whether a proof
 * was used before, and its nonce, are asked elsewhere (../dpop.ts). Of the keys a header can name, `jwk` alone means something, and here only.
 */
import type { KeyObject } from 'node:crypto';
import type { Json } from '../accounts.ts';
import { type ClientJwk, readKey, serves } from '../client-keys/jwk.ts';
import type { AsymmetricAlgorithm } from './algorithms.ts';
import { OAuthError } from './error.ts';
import { sha256 } from './hashes.ts';
import { type Claims, openJwt, signatureHolds } from './jwt.ts';

/**
 * The algorithms as proofs name them. RS256 is not among them: FAPI 2.0 forbids it, and who begins with DPoP today has no reason for it. `Ed25519`
 * is RFC 9864's name for `EdDSA`.
 */
const schemes = { ES256: 'ES256', PS256: 'PS256', EdDSA: 'EdDSA', Ed25519: 'EdDSA' } as const satisfies Record<string, AsymmetricAlgorithm>;

export const proofAlgorithms = Object.keys(schemes) as readonly (keyof typeof schemes)[];

/** Room for the largest RSA key that is taken, its signature, and claims nobody asked for. */
const longest = 8192;
const longestJti = 256;

/** A proof is taken for this many seconds from its `iat` on, and when the clock it was made by is this much ahead of ours. */
export const proofLifetime = 300;
const proofAhead = 60;

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
  const proof = text.length > longest ? undefined : openJwt(text);
  if (proof === undefined) throw invalid(`the DPoP header must be one JWT of at most ${longest} characters, without crit`);
  const { typ, alg, jwk } = proof.header;
  if (typ !== 'dpop+jwt') throw invalid('typ of the DPoP proof must be dpop+jwt');
  const scheme = typeof alg === 'string' && Object.hasOwn(schemes, alg) ? schemes[alg as keyof typeof schemes] : undefined;
  if (scheme === undefined) throw invalid(`alg of the DPoP proof must be one of ${proofAlgorithms.join(', ')}`);
  const claims = readClaims(proof.claims, request);
  const key = keyOf(jwk, scheme);
  if (key === undefined) throw invalid('jwk of the DPoP proof must be a public key of the kind that alg needs');
  if (!signatureHolds(scheme, key, proof)) throw invalid('the signature of the DPoP proof does not hold');
  return { ...claims, jkt: thumbprint(key) };
}

function readClaims(claims: Claims, { method, urls, accessToken, now }: ProvenRequest): Omit<Proof, 'jkt'> {
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
  if (htu === url) return true;
  const named = resourceOf(htu);
  return named !== undefined && named === resourceOf(url);
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

/** The key of the header, judged as any key of a client's; undefined for one that cannot have made the signature. */
function keyOf(jwk: Json | undefined, alg: AsymmetricAlgorithm): KeyObject | undefined {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return undefined;
  const read = readKey(jwk as ClientJwk);
  return 'key' in read && serves(read, alg) ? read.key : undefined;
}

/** What makes a key of any kind, in the order of the alphabet (RFC 7638 section 3.2, RFC 8037 section 2). */
const thumbprintMembers = ['crv', 'e', 'kty', 'n', 'x', 'y'] as const;

/** RFC 7638, of the key as it is and not as it was written. */
function thumbprint(key: KeyObject): string {
  const jwk = key.export({ format: 'jwk' });
  return sha256(JSON.stringify(Object.fromEntries(thumbprintMembers.flatMap((name) => (name in jwk ? [[name, jwk[name]]] : [])))));
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', description);
}
