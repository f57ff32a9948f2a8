/** DPoP keys and proofs made by hand (RFC 9449 section 4.2), so that a test can also make the wrong ones. */
import { constants, createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export type DpopKey = {
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly jkt: string;
};

type Json = Readonly<Record<string, unknown>>;

/** A member or claim given as undefined is left out. */
export type ProofChanges = { readonly header?: Json; readonly claims?: Json };

const thumbprintMembers = ['crv', 'e', 'k', 'kty', 'n', 'x', 'y'];

export function dpopKey(alg: 'ES256' | 'PS256' | 'RS256' | 'EdDSA' | 'Ed25519' = 'ES256'): DpopKey {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : alg.startsWith('Ed')
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return asDpopKey(alg, privateKey, publicKey);
}

export function asDpopKey(alg: string, privateKey: KeyObject, publicKey: KeyObject): DpopKey {
  const jwk = publicKey.export({ format: 'jwk' }) as Json;
  const members = thumbprintMembers.filter((name) => name in jwk).map((name) => [name, jwk[name]]);
  return { alg, privateKey, jwk, jkt: hashOf(JSON.stringify(Object.fromEntries(members))) };
}

/** SHA-256, base64url: what `ath` is of an access token. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A proof with everything right in it but for the changes. `now`: epoch seconds. */
export function dpopProof(key: DpopKey, htm: string, htu: string, { header, claims }: ProofChanges = {}, now = Date.now() / 1000): string {
  const jti = randomBytes(16).toString('base64url');
  const head = { typ: 'dpop+jwt', alg: key.alg, jwk: key.jwk, ...header };
  const input = [head, { jti, htm, htu, iat: Math.floor(now), ...claims }].map(encode).join('.');
  return `${input}.${signatureOf(key, input).toString('base64url')}`;
}

function encode(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signatureOf({ alg, privateKey }: DpopKey, input: string): Buffer {
  const bytes = Buffer.from(input);
  if (alg.startsWith('Ed')) return sign(null, bytes, privateKey);
  const padding = alg === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  return sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding });
}
