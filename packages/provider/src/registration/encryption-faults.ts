/** What a client wants encrypted needs a key of its own that is for it. OpenID Connect Registration section 2, RFC 9701 section 6, JARM section 3. */
import { encryptedAnswers } from '../client.ts';
import { readKey, serves } from '../client-keys/jwk.ts';
import type { KeyEncryption } from '../wire/algorithms.ts';
import type { ClientMetadata, MetadataFault } from './metadata.ts';

export function encryptionFaults(metadata: ClientMetadata): readonly MetadataFault[] {
  return encryptedAnswers.flatMap((answer) => [...answerFaults(metadata, answer)]);
}

function* answerFaults(metadata: ClientMetadata, answer: (typeof encryptedAnswers)[number]): Generator<MetadataFault> {
  const [algMember, encMember] = [`${answer}_encrypted_response_alg`, `${answer}_encrypted_response_enc`] as const;
  const alg = metadata[algMember];
  if (alg === undefined && metadata[encMember] !== undefined)
    yield { member: encMember, because: [algMember], message: `says nothing without ${algMember}`, fix: `add ${algMember}, or remove it` };
  if (alg !== undefined && !hasKeyFor(metadata, alg))
    yield {
      member: algMember,
      because: ['jwks', 'jwks_uri'],
      message: `needs a key of the client for ${alg}, and it has none`,
      fix: `add a public key with "use": "enc" to jwks, or jwks_uri, where the client publishes one`,
    };
}

/** What is published elsewhere is seen when it is needed. */
function hasKeyFor({ jwks, jwks_uri }: ClientMetadata, alg: KeyEncryption): boolean {
  if (jwks === undefined) return jwks_uri !== undefined;
  return jwks.keys.map(readKey).some((key) => !('fault' in key) && serves(key, alg));
}
