/**
 * A relying party of a bank network, as its published client libraries behave: discovery at every step, everything pushed, the browser sent on
 * with `request_uri` and no `client_id`, answers as signed JWTs checked without any tolerance. With keys of its own it signs its requests and
 * demands that answers and ID tokens are encrypted. It takes nothing but PS256. With a certificate it goes to the addresses that are for
 * certificates, where there are any; documents it fetches without.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { compactDecrypt, createRemoteJWKSet, customFetch, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { basicOf, form, type Parameters } from './client.ts';
import { type KeyPair, seconds, signed } from './client-keys.ts';

export type Bank = {
  readonly client_id: string;
  readonly callback: string;
  /** Adds to a form, or answers headers, what proves who the client is. */
  readonly authenticate: (issuer: string, token_endpoint: string) => Promise<{ headers?: Record<string, string>; form?: Parameters }>;
  readonly keys?: { readonly signing: KeyPair; readonly decryption: KeyPair };
  /** How it fetches documents, where the built-in way does not do. */
  readonly fetch?: typeof fetch;
  /** The way that shows its certificate, if it has one. */
  readonly withCertificate?: typeof fetch;
};

export type Proofs = { readonly state: string; readonly nonce: string; readonly verifier: string };
type Tokens = Readonly<Record<string, unknown>> & {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token?: string;
};

export function proofs(): Proofs {
  const random = () => randomBytes(32).toString('base64url');
  return { state: random(), nonce: random(), verifier: random() };
}

export function withSecret(client_id: string, secret: string): Bank['authenticate'] {
  return async () => ({ headers: { authorization: basicOf(client_id, secret) } });
}

/** `tls_client_auth`: the certificate is the connection's business. */
export function withCertificate(client_id: string): Bank['authenticate'] {
  return async () => ({ form: { client_id } });
}

/** `private_key_jwt`, for the issuer and its token endpoint in one list. */
export function withKey(client_id: string, key: KeyPair): Bank['authenticate'] {
  return async (issuer, token_endpoint) => {
    const iat = seconds();
    const claims = { iss: client_id, sub: client_id, aud: [issuer, token_endpoint], jti: randomUUID(), iat, exp: iat + 60 };
    const client_assertion = await signed(key, claims, { typ: undefined });
    return { form: { client_id, client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' } };
  };
}

/** The discovery document, which must be the issuer's own to the letter. */
export async function discover(
  issuer: string,
  bank: Pick<Bank, 'fetch' | 'withCertificate'> = {},
): Promise<Readonly<Record<string, string>>> {
  const response = await (bank.fetch ?? fetch)(`${issuer}/.well-known/openid-configuration`, { headers: { accept: 'application/json' } });
  const { mtls_endpoint_aliases, ...document } = (await response.json()) as Record<string, string>;
  if (document.issuer !== issuer) throw new Error(`issuer is ${document.issuer}`);
  if (bank.withCertificate === undefined || typeof mtls_endpoint_aliases !== 'object') return document;
  // What is not among them is disabled for it.
  const { payment_details_info_endpoint: _, payment_processing_endpoint: __, ...others } = document;
  return { ...others, ...(mtls_endpoint_aliases as Readonly<Record<string, string>>) };
}

/** Pushes the request; answers where the browser goes. Throws unless the answer is 201 with `request_uri` and a number of seconds. */
export async function authorizationUrl(bank: Bank, issuer: string, known: Proofs, extra: Parameters = {}): Promise<string> {
  const { pushed_authorization_request_endpoint: endpoint, token_endpoint, authorization_endpoint } = await discover(issuer, bank);
  const asked = parametersOf(bank, known, extra);
  const body =
    bank.keys === undefined ? asked : { client_id: bank.client_id, request: await requestObject(bank, bank.keys.signing, issuer, asked) };
  const { status, answer } = await post(bank, issuer, { endpoint, token_endpoint }, body);
  if (status !== 201) throw new Error(`the pushed request was answered with ${status} ${answer.error}: ${answer.error_description}`);
  if (typeof answer.request_uri !== 'string' || typeof answer.expires_in !== 'number') throw new Error('the answer is malformed');
  return `${authorization_endpoint}?${form({ request_uri: answer.request_uri })}`;
}

function parametersOf(bank: Bank, { state, nonce, verifier }: Proofs, extra: Parameters): Parameters {
  return {
    client_id: bank.client_id,
    scope: 'openid email profile birthdate',
    response_type: 'code',
    response_mode: 'jwt',
    redirect_uri: bank.callback,
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    state,
    nonce,
    nbf: String(seconds()),
    'x-fapi-interaction-id': randomUUID(),
    identity_provider_id: 'acme',
    ...extra,
  };
}

function requestObject({ client_id }: Bank, key: KeyPair, aud: string, asked: Parameters): Promise<string> {
  const iat = seconds();
  const claims = { ...asked, iss: client_id, aud, jti: randomUUID(), iat, nbf: iat, exp: iat + 300 };
  return signed(key, JSON.parse(JSON.stringify(claims)) as JWTPayload);
}

async function post(
  bank: Bank,
  issuer: string,
  { endpoint, token_endpoint }: { endpoint: string | undefined; token_endpoint: string | undefined },
  body: Parameters,
) {
  const proof = await bank.authenticate(issuer, String(token_endpoint));
  const response = await asking(bank)(String(endpoint), {
    method: 'POST',
    headers: { accept: 'application/json', ...proof.headers },
    body: form({ ...body, ...proof.form }),
  });
  return { status: response.status, answer: (await response.json()) as Readonly<Record<string, unknown>> };
}

/** The claims of the answer at the callback, whose only parameter is `response`. Throws for anything the published clients refuse. */
export async function answerAt(bank: Bank, issuer: string, callbackUrl: string, { state }: Proofs): Promise<JWTPayload> {
  const { searchParams } = new URL(callbackUrl);
  if ([...searchParams.keys()].join() !== 'response') throw new Error(`not one parameter but ${[...searchParams.keys()].join()}`);
  const token = await readable(bank, searchParams.get('response') ?? '');
  const payload = await verified(bank, issuer, token, ['iss', 'aud', 'exp']);
  if (payload.state !== state) throw new Error('state is another one');
  return payload;
}

/** Redeems the code of an answer and checks the ID token. */
export async function tokens(bank: Bank, issuer: string, answer: JWTPayload, { verifier, nonce }: Proofs) {
  const grant = { grant_type: 'authorization_code', code: String(answer.code), redirect_uri: bank.callback, code_verifier: verifier };
  const given = await tokenRequest(bank, issuer, grant);
  const claims = await verified(bank, issuer, await readable(bank, given.id_token), ['iss', 'sub', 'aud', 'exp', 'iat']);
  if (claims.nonce !== nonce) throw new Error('nonce is another one');
  return { tokens: given, claims };
}

export async function refreshed(bank: Bank, issuer: string, refresh_token: string) {
  const given = await tokenRequest(bank, issuer, { grant_type: 'refresh_token', refresh_token });
  return { tokens: given, claims: await verified(bank, issuer, await readable(bank, given.id_token), ['iss', 'sub', 'aud', 'exp', 'iat']) };
}

export async function tokenRequest(bank: Bank, issuer: string, grant: Parameters): Promise<Tokens> {
  const { token_endpoint } = await discover(issuer, bank);
  const { status, answer } = await post(bank, issuer, { endpoint: token_endpoint, token_endpoint }, grant);
  if (status !== 200) throw new Error(`the token request was answered with ${status} ${answer.error}`);
  return answer as Tokens;
}

/** Userinfo, whose `sub` must be that of the ID token. */
export async function userInfo(bank: Bank, issuer: string, access_token: string, sub: unknown) {
  const claims = (await resource(bank, issuer, 'userinfo_endpoint', access_token)) as Readonly<Record<string, unknown>>;
  if (claims.sub !== sub) throw new Error('userinfo is about somebody else');
  return claims;
}

export function paymentDetails(bank: Bank, issuer: string, access_token: string): Promise<unknown> {
  return resource(bank, issuer, 'payment_details_info_endpoint', access_token);
}

export function paymentProcessing(bank: Bank, issuer: string, access_token: string, amount = 0): Promise<unknown> {
  const body = JSON.stringify({ amount });
  return resource(bank, issuer, 'payment_processing_endpoint', access_token, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
}

/** What a resource answers. Throws when the document does not name it, and for any status from 400 on. */
async function resource(bank: Bank, issuer: string, metadata: string, access_token: string, init: RequestInit = {}): Promise<unknown> {
  const { [metadata]: url } = await discover(issuer, bank);
  if (url === undefined) throw new Error(`${metadata} is disabled`);
  const headers = { accept: 'application/json', ...init.headers, authorization: `Bearer ${access_token}` };
  const response = await asking(bank)(url, { ...init, headers });
  if (response.status >= 400) throw new Error(`${metadata} was answered with ${response.status}`);
  return response.json();
}

function asking(bank: Bank): typeof fetch {
  return bank.withCertificate ?? bank.fetch ?? fetch;
}

/** What only the client can read, if it has keys: then nothing else will do. */
async function readable({ keys }: Bank, token: string): Promise<string> {
  if (keys === undefined) return token;
  const { alg, enc, cty, kid } = decodeProtectedHeader(token);
  const header = [alg, enc, cty, kid].join(' ');
  if (header !== `RSA-OAEP A256CBC-HS512 JWT ${keys.decryption.kid}`) throw new Error(`unexpected JWE header ${header}`);
  const { plaintext } = await compactDecrypt(token, keys.decryption.privateKey);
  return new TextDecoder().decode(plaintext);
}

async function verified(bank: Bank, issuer: string, token: string, requiredClaims: string[]): Promise<JWTPayload> {
  const { jwks_uri } = await discover(issuer, bank);
  const keys = createRemoteJWKSet(new URL(String(jwks_uri)), { [customFetch]: bank.fetch ?? fetch });
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer,
    audience: bank.client_id,
    algorithms: ['PS256'],
    clockTolerance: 0,
    requiredClaims,
  });
  if (protectedHeader.kid === undefined || protectedHeader.typ !== 'JWT') throw new Error('the JWS has no kid or another typ');
  return payload;
}
