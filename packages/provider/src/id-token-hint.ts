/**
 * An ID token of ours that comes back as a hint: at the authorization endpoint (OpenID Connect Core section 3.1.2.1) and at logout. Expired ones
 * count too: it only says whom the client means.
 */
import type { Provider } from './op.ts';
import { type Claims, peek, verifyOwnJwt, verifySecretJwt } from './wire/jwt.ts';

export type IdTokenHint = { readonly sub: string; readonly sid: string | undefined; readonly client_id: string };

/** What the hint says; undefined when it is not an ID token that this provider issued. */
export async function readIdTokenHint(op: Provider, token: string): Promise<IdTokenHint | undefined> {
  const claims = await verify(op, token);
  if (typeof claims?.sub !== 'string' || typeof claims.aud !== 'string') return undefined;
  return { sub: claims.sub, sid: typeof claims.sid === 'string' ? claims.sid : undefined, client_id: claims.aud };
}

async function verify(op: Provider, token: string): Promise<Claims | undefined> {
  const expectation = { issuer: op.settings.issuer, typ: 'JWT' };
  const seen = peek(token);
  if (seen?.alg !== 'HS256') return verifyOwnJwt(op.keys, token, expectation);
  // Keyed by the secret of the client it was issued to; a token under another client's name does not verify.
  const client = typeof seen.aud === 'string' ? await op.store.clients.find(seen.aud) : undefined;
  const sealed = client?.secrets.find((secret) => secret.sealed !== undefined)?.sealed;
  return sealed === undefined ? undefined : verifySecretJwt(op.vault.open(sealed), token, expectation);
}
