/**
 * Telling a client that a session ended: by a request of ours (OpenID Connect Back-Channel Logout 1.0), or through the browser that is signing
 * out (OpenID Connect Front-Channel Logout 1.0). When, and how often, is for whoever calls.
 */
import type { Client } from './client.ts';
import { encryptedFor } from './encrypted-for.ts';
import type { Provider } from './op.ts';
import { signerOf } from './signer.ts';
import { subjectOf } from './subject.ts';
import { signJwt } from './wire/jwt.ts';
import { logoutToken, logoutTokenHeader } from './wire/logout-token.ts';

export type EndedFor = {
  readonly sid: string;
  readonly sub: string;
  /**
   * The number of a token that was refused before this one, else 0. As long as we do not know whether a token was heard, it is sent again under its
   * `jti`; a client that refused one may have refused only the repetition, and is given a new one.
   */
  readonly refused: number;
};

/**
 * Posts a logout token, signed, and encrypted, as the client's ID tokens are (section 2.5), and answers the HTTP status; 0 when there was no answer. Safe to
 * repeat: the token's `jti` stays the same. Throws server_error when there is no key to sign with.
 */
export async function tellLogout(op: Provider, client: Client, uri: string, { sid, sub, refused }: EndedFor): Promise<number> {
  const { client_id } = client;
  const jti = op.vault.mac('logout token', JSON.stringify([sid, client_id, refused])).toString('base64url');
  const facts = { issuer: op.settings.issuer, client_id, sub: subjectOf(op, client, sub), sid, jti };
  const signed = await signJwt(signerOf(op, client, client.id_token_signed_response_alg), logoutToken(facts, op.now()), logoutTokenHeader);
  const token = await encryptedFor(op, client, 'id_token', signed);
  try {
    const response = await op.fetch(uri, { method: 'POST', body: new URLSearchParams({ logout_token: token }) });
    return response.status;
  } catch {
    // Why, the fetch has told the log already.
    return 0;
  }
}

/** Whether the client has heard: 200 by section 2.8, 204 from frameworks that have nothing to say. */
export function heard(status: number): boolean {
  return status === 200 || status === 204;
}

/** The client's page that signs the person out in her own browser, told which session; undefined when it has none. Section 2. */
export function frontchannelUrl(op: Pick<Provider, 'settings'>, client: Client, sid: string): string | undefined {
  const uri = client.frontchannel_logout_uri;
  if (uri === undefined) return undefined;
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ iss: op.settings.issuer, sid })}`;
}
