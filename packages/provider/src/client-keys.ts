/**
 * The public keys of a client: written into its registration (`jwks`) or published by itself (`jwks_uri`), RFC 7591 section 2. With them its
 * signatures are checked and what only it may read is encrypted.
 */
import type { Client } from './client.ts';
import { type ClientJwks, type ClientKey, readKey, serves } from './client-keys/jwk.ts';
import type { Provider } from './op.ts';
import { type ErrorCode, OAuthError, reasonOf } from './wire/error.ts';

type Means = Pick<Provider, 'remoteKeys'>;
type Owner = Pick<Client, 'client_id' | 'jwks' | 'jwks_uri'>;

/** What a token's header says of the key that signed it: believed only as far as choosing among the client's own. */
export type Wanted = { readonly alg: string; readonly kid?: string | undefined };

/** A header names its key where there are several (OpenID Connect Core section 10.1). To try fifty, each a millisecond, is more than anybody may ask of us. */
const mostTried = 5;

/**
 * The client's keys that may have made this signature: those of the `kid`, if the header has one, else those that fit the algorithm, the first
 * five; none when there are none. Throws an error of this code when the key set cannot be had: whether that is invalid_client, the caller knows.
 */
export async function verificationKeys(
  op: Means,
  client: Owner,
  { alg, kid }: Wanted,
  unreachable: ErrorCode,
): Promise<readonly ClientKey[]> {
  const fitting = await keysFor(op, client, (key) => serves(key, alg) && (kid === undefined || key.kid === kid), unreachable);
  return fitting.slice(0, mostTried);
}

/**
 * The key that encrypts to this client with this algorithm: one that says it is for encryption (`use`), else one that says nothing of it.
 * Undefined when it has none. Throws temporarily_unavailable when the key set cannot be had.
 */
export async function encryptionKey(op: Means, client: Owner, alg: string): Promise<ClientKey | undefined> {
  const keys = await keysFor(op, client, (key) => serves(key, alg), 'temporarily_unavailable');
  return keys.find(({ jwk }) => jwk.use === 'enc') ?? keys[0];
}

async function keysFor(op: Means, client: Owner, wanted: (key: ClientKey) => boolean, unreachable: ErrorCode) {
  try {
    return (await clientKeys(op, client, (keys) => keys.some(wanted))).filter(wanted);
  } catch (error) {
    throw new OAuthError(unreachable, 'the key set at the jwks_uri of the client cannot be had', { diagnostic: reasonOf(error) });
  }
}

/** All keys of a client that can be used; of a `jwks_uri` fetched anew where those kept are not `enough`. Throws an Error as `RemoteKeys.read`. */
export async function clientKeys(
  { remoteKeys }: Means,
  { jwks, jwks_uri }: Owner,
  enough: (keys: readonly ClientKey[]) => boolean,
): Promise<readonly ClientKey[]> {
  if (jwks !== undefined) return keysIn(jwks);
  return jwks_uri === undefined ? [] : remoteKeys.read(jwks_uri, enough);
}

const read = new WeakMap<ClientJwks, readonly ClientKey[]>();

/** Read once for each client in memory: making a key object costs as much as checking a signature. */
function keysIn(jwks: ClientJwks): readonly ClientKey[] {
  const known = read.get(jwks);
  if (known !== undefined) return known;
  const keys = jwks.keys.flatMap((jwk) => {
    const one = readKey(jwk);
    return 'fault' in one ? [] : [one];
  });
  read.set(jwks, keys);
  return keys;
}
