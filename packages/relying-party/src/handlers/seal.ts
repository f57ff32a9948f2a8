/** Plain values as text that only this application can read or make: JWE (RFC 7516) with a key of its own for each purpose. */
import { hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';

export type Seal = {
  readonly seal: (value: unknown) => Promise<string>;
  /** Undefined for anything that was not sealed here, for this purpose, with one of the secrets. */
  readonly open: (text: string) => Promise<unknown>;
};

const shortest = 32;

/** The first secret seals, all of them open: put a new one in front to change it. Throws a TypeError when one is shorter than 32 characters. */
export function sealOf(secrets: readonly string[], purpose: string): Seal {
  if (secrets.length === 0 || secrets.some(({ length }) => length < shortest))
    throw new TypeError(`secrets must be random texts of at least ${shortest} characters`);
  const keys = secrets.map((secret) => new Uint8Array(hkdfSync('sha256', secret, '', `symbolon relying-party ${purpose}`, 32)));
  const [current = new Uint8Array()] = keys;
  return {
    seal: (value) =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(current),
    open: async (text) => {
      const allowed = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
      for (const key of keys) {
        const opened = await compactDecrypt(text, key, allowed).catch(() => undefined);
        if (opened !== undefined) return JSON.parse(new TextDecoder().decode(opened.plaintext));
      }
      return undefined;
    },
  };
}
