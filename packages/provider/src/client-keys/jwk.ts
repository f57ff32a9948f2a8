/**
 * Public keys of clients as JSON (RFC 7517, RFC 7518 section 6, RFC 8037): which we take, and what each is good for. Only members that make
 * up a public key are read; addresses and certificates beside them (`x5u`, `x5c`) choose nothing here.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export type ClientJwk = Readonly<Record<string, unknown>>;
export type ClientJwks = { readonly keys: readonly ClientJwk[] };

/** A key with the member `kid` it was published under, and all of its members, for whoever needs another one. */
export type ClientKey = { readonly kid?: string; readonly key: KeyObject; readonly jwk: ClientJwk };

/** `foreign`: nothing is wrong with it, but it is of a kind we have no use for (RFC 7517 section 5: to be passed over). */
export type KeyFault = { readonly fault: string; readonly foreign?: true };

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];
/** Characters of a `kid`, and keys of a set, wherever a client writes them. */
export const longestKid = 128;
export const mostKeys = 50;

const foreign: KeyFault = { fault: 'is of a kind that is not used here', foreign: true };
const curves: Readonly<Record<string, readonly string[]>> = { EC: ['P-256', 'P-384', 'P-521'], OKP: ['Ed25519', 'X25519'] };

/** The public key that a client published, or why it cannot be used; the reason is fit to be shown and repeats nothing of the key. */
export function readKey(jwk: ClientJwk): ClientKey | KeyFault {
  const { kty, crv, kid } = jwk;
  if (kty === 'oct' || 'k' in jwk) return { fault: 'is a shared secret, and a key set is for public keys' };
  if (privateMembers.some((member) => member in jwk)) return { fault: 'has private members: whoever saw it can act as the client' };
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > longestKid))
    return { fault: `has a kid that is not a text of at most ${longestKid} characters` };
  if (kty !== 'RSA' && !isCurve(kty, crv)) return foreign;
  const fault = kty === 'RSA' ? rsaFault(jwk) : undefined;
  const key = fault === undefined ? imported(jwk) : undefined;
  if (key === undefined) return { fault: fault ?? 'is no public key: its members do not belong together' };
  return { ...(kid === undefined ? {} : { kid }), key, jwk };
}

function isCurve(kty: unknown, crv: unknown): boolean {
  return typeof kty === 'string' && Object.hasOwn(curves, kty) && curves[kty]?.includes(String(crv)) === true;
}

function imported({ kty, n, e, crv, x, y }: ClientJwk): KeyObject | undefined {
  const members = kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x };
  try {
    return createPublicKey({ key: members as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Small keys can be broken; a huge modulus or exponent makes each check of a signature cost what the client likes. */
function rsaFault({ n, e }: ClientJwk): string | undefined {
  const bits = bitsOf(n);
  if (bits < 2048) return 'is an RSA key of less than 2048 bits';
  if (bits > 8192) return 'is an RSA key of more than 8192 bits';
  return bitsOf(e) < 17 || bitsOf(e) > 32 ? 'has an RSA exponent that is not between 65537 and 32 bits' : undefined;
}

function bitsOf(value: unknown): number {
  const octets = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  const start = octets.findIndex((octet) => octet !== 0);
  return start === -1 ? 0 : (octets.length - start) * 8 - Math.clz32(octets[start] ?? 0) + 24;
}

type Purpose = { readonly use: 'sig' | 'enc'; readonly operations: readonly string[]; readonly fits: (key: KeyObject) => boolean };

const rsa = (key: KeyObject) => key.asymmetricKeyType === 'rsa';
const onCurve = (name: string) => (key: KeyObject) => key.asymmetricKeyDetails?.namedCurve === name;
const agreeing = (key: KeyObject) => key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'x25519';
const verifying = { use: 'sig', operations: ['verify'] } as const;
const wrapping = { use: 'enc', operations: ['wrapKey', 'encrypt'], fits: rsa } as const;
const deriving = { use: 'enc', operations: ['deriveKey', 'deriveBits'], fits: agreeing } as const;

/** Signature algorithms, and those that encrypt a content key (RFC 7518 section 4). */
const purposes: Readonly<Record<string, Purpose>> = {
  RS256: { ...verifying, fits: rsa },
  PS256: { ...verifying, fits: rsa },
  ES256: { ...verifying, fits: onCurve('prime256v1') },
  EdDSA: { ...verifying, fits: (key) => key.asymmetricKeyType === 'ed25519' },
  'RSA-OAEP': wrapping,
  'RSA-OAEP-256': wrapping,
  'ECDH-ES': deriving,
  'ECDH-ES+A128KW': deriving,
  'ECDH-ES+A256KW': deriving,
};

/** Whether the key may serve this algorithm: by its kind, and by what it says of itself (RFC 7517 sections 4.2 to 4.4). */
export function serves({ key, jwk }: ClientKey, alg: string): boolean {
  const purpose = Object.hasOwn(purposes, alg) ? purposes[alg] : undefined;
  if (purpose === undefined || !purpose.fits(key)) return false;
  const { use = purpose.use, alg: declared = alg, key_ops = purpose.operations } = jwk;
  const named = declared === alg || (alg === 'EdDSA' && declared === 'Ed25519');
  return use === purpose.use && named && Array.isArray(key_ops) && key_ops.some((operation) => purpose.operations.includes(operation));
}
