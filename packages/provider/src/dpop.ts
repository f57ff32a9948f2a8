/**
 * DPoP (RFC 9449): the key that a request proves by its header `DPoP`. Each proof is good for one request, in every process; with a client whose
 * policy says so, only when it repeats a nonce of ours.
 */
import type { Client } from './client.ts';
import { isNonceFor, newNonce } from './dpop-nonce.ts';
import { type EndpointPlace, mtlsUrlOf, urlOf } from './endpoints.ts';
import type { CoreRequest } from './exchange.ts';
import type { Provider } from './op.ts';
import type { AuthorizationParameters } from './store.ts';
import { type Proof, proofLifetime, readProof } from './wire/dpop.ts';
import { OAuthError } from './wire/error.ts';
import { sha256 } from './wire/hashes.ts';

export type ProofContext = {
  readonly endpoint: EndpointPlace;
  readonly client: Client;
  /** At a resource: the access token, and the key it is bound to. */
  readonly token?: { readonly value: string; readonly jkt: string };
};

/**
 * The thumbprint of the key that the request proves; undefined when it has no proof. One store statement for a proof that holds. Throws
 * invalid_dpop_proof, use_dpop_nonce (section 8), and invalid_token for a good proof of another key than the token's.
 */
export async function provenKey(
  op: Provider,
  request: CoreRequest,
  { endpoint, client, token }: ProofContext,
): Promise<string | undefined> {
  const header = request.headers.dpop;
  if (header === undefined) return undefined;
  if (typeof header !== 'string') throw new OAuthError('invalid_dpop_proof', 'the DPoP header is given more than once');
  const urls = [urlOf(op.settings, endpoint), mtlsUrlOf(op.settings, endpoint)].filter((url) => url !== undefined);
  const proof = readProof(header, { method: request.method, urls, accessToken: token?.value, now: op.now() });
  if (token !== undefined && token.jkt !== proof.jkt)
    throw new OAuthError('invalid_token', 'the access token is bound to another key than the one of the DPoP proof');
  checkNonce(op, client, proof);
  await useOnce(op, proof);
  return proof.jkt;
}

function checkNonce(op: Provider, client: Client, { jkt, nonce }: Proof): void {
  if (!client.policy.dpopNonce || isNonceFor(op, jkt, nonce)) return;
  const description = 'repeat the value of the header DPoP-Nonce of this answer as nonce in the DPoP proof';
  throw new OAuthError('use_dpop_nonce', description, { headers: nonceHeader(op, client, jkt) });
}

/** Remembered as long as its `iat` would pass, and by its key, so that nobody else can use up what is not his. */
async function useOnce(op: Provider, { jkt, jti, iat }: Proof): Promise<void> {
  const until = Math.ceil(iat) + proofLifetime;
  if (await op.store.replay.once('dpop', sha256(`${jkt} ${jti}`), until, op.now())) return;
  throw new OAuthError('invalid_dpop_proof', 'the DPoP proof was used before; make one for each request, with a jti of its own');
}

/** The nonce for the next request, where the client's proofs need one: handing it out beforehand saves it a refusal (section 8.2). */
export function nonceHeader(op: Provider, client: Client, jkt: string | undefined): Readonly<Record<string, string>> {
  return client.policy.dpopNonce && jkt !== undefined ? { 'dpop-nonce': newNonce(op, jkt) } : {};
}

/**
 * The key that a code will be bound to, for a request that the client sends itself (section 10.1): the parameter `dpop_jkt`, or the key it proves,
 * or both when they agree. Throws invalid_dpop_proof when they do not.
 */
export function codeBinding(
  proven: string | undefined,
  { dpop_jkt }: Pick<AuthorizationParameters, 'dpop_jkt'>,
): Pick<AuthorizationParameters, 'dpop_jkt'> {
  if (proven !== undefined && dpop_jkt !== undefined && proven !== dpop_jkt)
    throw new OAuthError('invalid_dpop_proof', 'dpop_jkt is not the thumbprint of the key of the DPoP proof');
  const key = proven ?? dpop_jkt;
  return key === undefined ? {} : { dpop_jkt: key };
}
