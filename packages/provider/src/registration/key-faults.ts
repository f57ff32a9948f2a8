/** A client's keys in its registration: one of `jwks` and `jwks_uri`, and only public keys that can be used. RFC 7591 section 2. */
import { mostKeys, readKey } from '../client-keys/jwk.ts';
import { type ClientMetadata, type MetadataFault, methodOf } from './metadata.ts';

export function keyFaults(metadata: ClientMetadata): readonly MetadataFault[] {
  return [...placeFaults(metadata), ...signingFaults(metadata), ...setFaults(metadata), ...algorithmFaults(metadata)];
}

function* placeFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  const { jwks, jwks_uri } = metadata;
  if (jwks !== undefined && jwks_uri !== undefined)
    yield { member: 'jwks', because: ['jwks_uri'], message: 'stands beside a jwks_uri', fix: 'keep one of the two' };
  if (methodOf(metadata) === 'private_key_jwt' && jwks === undefined && jwks_uri === undefined)
    yield {
      member: 'jwks',
      because: ['token_endpoint_auth_method', 'jwks_uri'],
      message: 'is missing: the client proves itself by its key (private_key_jwt)',
      fix: 'add jwks with its public key, or jwks_uri, where it publishes them',
    };
}

/** Who binds itself to sign needs something to sign with. */
function* signingFaults({ require_signed_request_object, jwks, jwks_uri }: ClientMetadata): Generator<MetadataFault> {
  if (require_signed_request_object !== true || jwks !== undefined || jwks_uri !== undefined) return;
  yield {
    member: 'require_signed_request_object',
    because: ['jwks', 'jwks_uri'],
    message: 'needs a key of the client, and it has none',
    fix: 'add jwks with its public key, or jwks_uri, where it publishes them',
  };
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

/** An algorithm that the registered method cannot have would lock the client out. */
function* algorithmFaults(metadata: ClientMetadata): Generator<MetadataFault> {
  const { token_endpoint_auth_signing_alg: alg } = metadata;
  const method = methodOf(metadata);
  const wrong =
    (method === 'private_key_jwt' && alg === 'HS256') || (method === 'client_secret_jwt' && alg !== undefined && alg !== 'HS256');
  if (wrong)
    yield {
      member: 'token_endpoint_auth_signing_alg',
      because: ['token_endpoint_auth_method'],
      message: `${alg} is not for ${method}`,
      fix: method === 'private_key_jwt' ? 'choose RS256, PS256, ES256 or EdDSA' : 'choose HS256',
    };
}
