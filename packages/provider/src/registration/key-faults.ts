/** A client's keys in its registration: one of `jwks` and `jwks_uri`, and only public keys that can be used. RFC 7591 section 2. */
import { readKey } from '../client-keys/jwk.ts';
import type { ClientMetadata, MetadataFault } from './metadata.ts';

const mostKeys = 50;

export function keyFaults(metadata: ClientMetadata): readonly MetadataFault[] {
  return [...placeFaults(metadata), ...setFaults(metadata)];
}

function* placeFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  const { jwks, jwks_uri } = metadata;
  if (jwks !== undefined && jwks_uri !== undefined)
    yield { member: 'jwks', because: ['jwks_uri'], message: 'stands beside a jwks_uri', fix: 'keep one of the two' };
}

function* setFaults({ jwks }: ClientMetadata): Generator<MetadataFault> {
  if (jwks === undefined) return;
  const at = { member: 'jwks', because: [] };
  const fix = 'write {"keys": [...]} with the public halves of RSA keys (2048 to 8192 bits), P-256, P-384, P-521, Ed25519 or X25519';
  if (jwks.keys.length > mostKeys)
    yield { ...at, message: `has more than ${mostKeys} keys`, fix: 'remove those that are not used any more' };
  const read = jwks.keys.slice(0, mostKeys).map(readKey);
  for (const [index, key] of read.entries())
    if ('fault' in key && key.foreign === undefined) yield { ...at, message: `key ${index + 1} ${key.fault}`, fix };
  if (read.every((key) => 'fault' in key && key.foreign === true)) yield { ...at, message: 'has no key that can be used', fix };
}
