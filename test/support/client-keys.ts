/** A client's keys, and what it signs with them: request objects (RFC 9101), good unless a test says otherwise. */
import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { authorizationRequest, type ClientUnderTest, type Parameters } from './client.ts';

export type KeyPair = { readonly kid: string; readonly alg: string; readonly privateKey: CryptoKey; readonly jwk: JWK };

/** A key pair for this algorithm, with its public half as the client would register it. */
export async function keyPair(alg: string, kid: string, use: 'sig' | 'enc' = 'sig'): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use } };
}

export type Sealing = { readonly alg?: string; readonly kid?: string | undefined; readonly typ?: string | undefined };

/** Seconds since the epoch, by this machine's clock. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

/** The claims of a good request object of this client, with changes; one given as undefined is left out. */
export function requestClaims(issuer: string, client: ClientUnderTest, changes: Readonly<Record<string, unknown>> = {}) {
  const request = authorizationRequest(issuer, client);
  const parameters: Parameters = Object.fromEntries(new URL(request.url).searchParams);
  const times = { iat: seconds(), nbf: seconds(), exp: seconds() + 300 };
  const claims = { ...parameters, iss: client.client_id, aud: issuer, jti: randomUUID(), ...times, ...changes };
  return { request, claims: Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)) as JWTPayload };
}

export function signed(key: KeyPair, claims: JWTPayload, sealing: Sealing = {}): Promise<string> {
  const header = { alg: key.alg, kid: key.kid, typ: 'oauth-authz-req+jwt', ...sealing };
  return new SignJWT(claims).setProtectedHeader(JSON.parse(JSON.stringify(header))).sign(key.privateKey);
}
