/** Client assertions (RFC 7523) as a client makes them, and the clients of a test that prove themselves by them. */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export type Signer = { readonly alg: string; readonly kid?: string; readonly key: CryptoKey | Uint8Array; readonly jwk: JWK };

export async function newSigner(alg: string, kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { alg, kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export type AssertionChanges = { readonly claims?: JWTPayload; readonly header?: Readonly<Record<string, unknown>> };

/** A good assertion; a claim given as undefined is left out. Times are those of the machine unless changed. */
export function assertion(issuer: string, client_id: string, signer: Signer, { claims, header }: AssertionChanges = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: client_id, sub: client_id, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60, ...claims };
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const kid = signer.kid === undefined ? {} : { kid: signer.kid };
  return new SignJWT(kept).setProtectedHeader({ alg: signer.alg, ...kid, ...header } as { alg: string }).sign(signer.key);
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The two parameters. */
export function asserting(client_assertion: string): { readonly client_assertion_type: string; readonly client_assertion: string } {
  return { client_assertion_type: assertionType, client_assertion };
}
