/** Our own private keys, as openid-client wants them. */
import { compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';
import type { CryptoKey } from 'openid-client';
import { RelyingPartyError } from './error.ts';
import type { Provider } from './relying-party.ts';
import type { PrivateJwk } from './settings.ts';

export type NamedKey = { readonly key: CryptoKey; readonly kid?: string; readonly alg: string };

/** The key that signs for this provider: the one of that algorithm, else the first. Throws `settings_invalid` when there is none. */
export async function signingKey({ id, settings }: Pick<Provider, 'id' | 'settings'>, alg?: string): Promise<NamedKey> {
  const jwk = settings.keys?.find((each) => each.use === 'sig' && (alg === undefined || each.alg === alg));
  if (jwk === undefined)
    throw new RelyingPartyError('settings_invalid', `keys has no signing key${alg ? ` of ${alg}` : ''}`, { provider: id });
  return imported(id, jwk);
}

/** The keys that open what is encrypted to us. */
export function decryptionKeys({ id, settings }: Pick<Provider, 'id' | 'settings'>): Promise<readonly NamedKey[]> {
  return Promise.all((settings.keys ?? []).filter(({ use }) => use === 'enc').map((jwk) => imported(id, jwk)));
}

/** What is inside a JWE that was encrypted to us. Throws when none of the keys opens it. */
export async function decrypt(provider: Pick<Provider, 'id' | 'settings'>, jwe: string): Promise<string> {
  const { kid } = decodeProtectedHeader(jwe);
  const keys = await decryptionKeys(provider);
  const key = keys.find((each) => each.kid === kid) ?? keys[0];
  if (key === undefined) throw new RelyingPartyError('settings_invalid', 'keys has none to decrypt with', { provider: provider.id });
  const { plaintext } = await compactDecrypt(jwe, key.key, { keyManagementAlgorithms: [key.alg] });
  return new TextDecoder().decode(plaintext);
}

async function imported(provider: string, jwk: PrivateJwk): Promise<NamedKey> {
  const key = await importJWK(jwk, jwk.alg).catch(() => undefined);
  if (key === undefined || key instanceof Uint8Array || key.type !== 'private')
    throw new RelyingPartyError('settings_invalid', `the key ${jwk.kid ?? 'without kid'} is no private key of ${jwk.alg}`, { provider });
  return { key, alg: jwk.alg, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) };
}
