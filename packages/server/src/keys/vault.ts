/**
 * The vault of a tenant: MACs and sealing under keys derived from the tenant's secret (HKDF, RFC 5869), one for each purpose, so
 * that a digest made for one use says nothing about another. On the path of every token: 2 us a MAC, because the derived key is
 * kept as a key object; octets would be imported anew each time, for 10 us more.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Vault } from '@symbolon/provider';
import { open, seal } from './seal.ts';

const sealingPurpose = 'vault';

/** The vault under a secret of at least 32 random octets. Purposes are constants of the program: their keys are kept for good. */
export function createVault(secret: Buffer): Vault {
  const macKeys = new Map<string, KeyObject>();
  const macKey = (purpose: string) => {
    const known = macKeys.get(purpose) ?? derive(secret, `mac ${purpose}`);
    macKeys.set(purpose, known);
    return known;
  };
  const sealing = derive(secret, 'seal');
  return {
    mac: (purpose, data) => createHmac('sha256', macKey(purpose)).update(data).digest(),
    seal: (plain) => seal(sealing, sealingPurpose, plain),
    open: (sealed) => open(sealing, sealingPurpose, sealed),
  };
}

function derive(secret: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `symbolon ${purpose}`, 32)));
}
