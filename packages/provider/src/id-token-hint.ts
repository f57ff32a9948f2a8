/**
 * An ID token of ours that comes back as a hint: at the authorization endpoint (OpenID Connect Core section 3.1.2.1) and at logout. Expired ones
 * count too: it only says whom the client means.
 */
import type { Json } from './accounts.ts';
import { sharedSecret } from './active-client.ts';
import type { Provider } from './op.ts';
import { type Claims, type Expectation, peek, verifyOwnJwt, verifySecretJwt } from './wire/jwt.ts';

export type IdTokenHint = {
  /** As the client it was issued to knows the person. */
  readonly sub: string;
  readonly sid: string | undefined;
  readonly client_id: string;
  /** Signed with the client's own secret: the client could have made it, so it proves nothing about anybody to anybody else. */
  readonly byClient: boolean;
};

/** What the hint says; undefined when it is not an ID token that this provider issued. */
export async function readIdTokenHint(op: Provider, token: string): Promise<IdTokenHint | undefined> {
  const seen = peek(token);
  const byClient = seen?.alg === 'HS256';
  const expectation = { issuer: op.settings.issuer, typ: 'JWT' };
  const claims = byClient ? await verifyByClient(op, token, seen.aud, expectation) : verifyOwnJwt(op.keys, token, expectation);
  if (typeof claims?.sub !== 'string' || typeof claims.aud !== 'string') return undefined;
  // Signed userinfo has no end and is no ID token.
  if (typeof claims.exp !== 'number') return undefined;
  const sid = typeof claims.sid === 'string' ? claims.sid : undefined;
  return { sub: claims.sub, sid, client_id: claims.aud, byClient };
}

/** Keyed by the secret of the client it says it was issued to; under another client's name it does not verify. */
async function verifyByClient(op: Provider, token: string, aud: Json | undefined, expectation: Expectation): Promise<Claims | undefined> {
  if (typeof aud !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(aud)) return undefined;
  const client = await op.store.clients.find(aud);
  const secret = client === undefined ? undefined : sharedSecret(op.vault, client);
  return secret === undefined ? undefined : verifySecretJwt(secret, token, expectation);
}
