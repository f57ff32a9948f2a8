/**
 * The client of the signed scenario, the same for every target: it authenticates by its key (private_key_jwt), pushes its requests (RFC 9126) and is
 * answered by a JWT (JARM). What it signs and reads costs the load, which is not counted.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { code_verifier, expectStatus, type Metadata, pkce, type Tokens } from './flow.ts';
import type { Send } from './http.ts';
import { redirect_uri, scope, signedClient } from './target.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** What the targets register. */
export const signedJwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }] };

const header = encode({ alg: 'ES256', kid: 'bench' });
const { client_id } = signedClient;

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function assertion(aud: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const jti = randomBytes(16).toString('base64url');
  const input = `${header}.${encode({ iss: client_id, sub: client_id, aud, jti, iat, exp: iat + 60 })}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function post(send: Send, { issuer }: Metadata, url: string, form: Readonly<Record<string, string>>) {
  const proof = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion(issuer) };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return send('POST', url, headers, new URLSearchParams({ client_id, ...form, ...proof }).toString());
}

/** One whole flow on a live session: pushed, answered by a JWT, redeemed. Undefined for a target without the endpoint. */
export function signedFlow(send: Send, metadata: Metadata): ((cookie: string) => Promise<Tokens>) | undefined {
  const { pushed_authorization_request_endpoint: par } = metadata;
  if (par === undefined) return undefined;
  return async (cookie) => {
    const state = randomBytes(8).toString('hex');
    const asked = { redirect_uri, response_type: 'code', response_mode: 'jwt', scope, state, nonce: state, ...pkce };
    const pushed = expectStatus(await post(send, metadata, par, asked), 201);
    const { request_uri } = JSON.parse(pushed.body) as { request_uri: string };
    const url = `${metadata.authorization_endpoint}?${new URLSearchParams({ client_id, request_uri })}`;
    const answer = expectStatus(await send('GET', url, { cookie }), 302, 303);
    const code = codeFrom(answer.location);
    const redeemed = await post(send, metadata, metadata.token_endpoint, {
      grant_type: 'authorization_code',
      code,
      redirect_uri,
      code_verifier,
    });
    const tokens = JSON.parse(expectStatus(redeemed, 200).body) as Tokens;
    if (!tokens.id_token) throw new Error('the code gave no ID token');
    return tokens;
  };
}

function codeFrom(location: string | undefined): string {
  const response = location?.startsWith(redirect_uri) ? new URL(location).searchParams.get('response') : null;
  const claims = JSON.parse(Buffer.from(response?.split('.')[1] ?? '', 'base64url').toString() || '{}') as { code?: string };
  if (claims.code === undefined) throw new Error(`no code in ${location}`);
  return claims.code;
}
