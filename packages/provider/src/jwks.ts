/** The public keys (RFC 7517 section 5). */
import type { CoreResponse } from './exchange.ts';
import type { Provider } from './op.ts';

/** Public documents may be kept for a minute: short enough for a key rotation, long enough for clients that fetch them at every call. */
export const publicDocument = { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' };

const written = new WeakMap<object, string>();

export function jwks(op: Provider): CoreResponse {
  const set = op.keys.jwks();
  let body = written.get(set);
  if (body === undefined) {
    body = JSON.stringify(set);
    written.set(set, body);
  }
  return { status: 200, headers: publicDocument, body };
}
