/**
 * The authorization response (RFC 6749 sections 4.1.2 and 4.1.2.1): with `iss` beside its own parameters (RFC 9207), or inside one JWT, signed and perhaps encrypted
 * (JWT Secured Authorization Response Mode, JARM).
 */
import type { Client } from '../client.ts';
import { encryptedFor } from '../encrypted-for.ts';
import type { Provider } from '../op.ts';
import { defaultAlgorithm, signerOf } from '../signer.ts';
import type { OAuthError } from '../wire/error.ts';
import { signJwt } from '../wire/jwt.ts';
import { type Answer, type AnswerFields, type ResponseMode, responseModes } from './response-modes.ts';

export type { Answer };

/** Where an answer goes. It exists only once client and redirect URI are trusted. */
export type ReturnAddress = { readonly redirect_uri: string; readonly response_mode: ResponseMode; readonly state?: string };

/** Seconds. JARM section 2.1 wants at most ten minutes; clients with a slow clock want more than one. */
const securedLifetime = 300;

export function errorAnswer(
  op: Provider,
  client: Client,
  to: ReturnAddress,
  error: Pick<OAuthError, 'code' | 'description'>,
): Promise<Answer> {
  return answerWith(op, client, to, { error: error.code, error_description: error.description });
}

/** An answer with `state` and `iss` beside its own parameters. Throws, for a page, when it cannot be signed as the client wants it. */
export async function answerWith(op: Provider, client: Client, to: ReturnAddress, fields: AnswerFields): Promise<Answer> {
  const { carry, secured } = responseModes[to.response_mode];
  const sent = to.state === undefined ? fields : { ...fields, state: to.state };
  return carry(to.redirect_uri, secured ? { response: await securedAnswer(op, client, sent) } : { ...sent, iss: op.settings.issuer });
}

/** JARM section 2.1. Without `iat` and `nbf`: clients whose clock is behind check them without tolerance. */
async function securedAnswer(op: Provider, client: Client, fields: AnswerFields): Promise<string> {
  const alg = client.authorization_signed_response_alg ?? defaultAlgorithm(op.settings);
  const claims = { ...fields, iss: op.settings.issuer, aud: client.client_id, exp: op.now() + securedLifetime };
  return encryptedFor(op, client, 'authorization', await signJwt(signerOf(op, client, alg), claims));
}
