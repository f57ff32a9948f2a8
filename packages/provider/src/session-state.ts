/**
 * Session management (OpenID Connect Session Management 1.0): a value in front of the client that a page of ours, framed by the client, can
 * compare with the browser's state. Who is signed in cannot be read from either.
 */
import type { Provider } from './op.ts';
import { sha256 } from './wire/hashes.ts';

/** The state of a browser: another one whenever somebody signs in or out in it. Our page's script can read it. */
export function browserState({ vault }: Pick<Provider, 'vault'>, sessions: readonly { readonly sid: string }[]): string {
  const sids = sessions.map(({ sid }) => sid).sort();
  return vault.mac('browser state', JSON.stringify(sids)).toString('base64url', 0, 16);
}

/**
 * The parameter `session_state` (section 2), bound to client and origin, so that nobody else learns anything by asking with it. Undefined where
 * the answer goes to no web page.
 */
export function sessionState(op: Pick<Provider, 'random'>, client_id: string, redirect_uri: string, state: string): string | undefined {
  const { origin } = new URL(redirect_uri);
  if (origin === 'null') return undefined;
  const salt = op.random(8);
  return `${sha256(`${client_id} ${origin} ${state} ${salt}`)}.${salt}`;
}
