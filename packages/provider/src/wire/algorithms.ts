/** Algorithms of signatures and of encryption (RFC 7518 sections 3 to 5, RFC 8037). */

export const asymmetricAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export const algorithms = [...asymmetricAlgorithms, 'HS256'] as const;

export type AsymmetricAlgorithm = (typeof asymmetricAlgorithms)[number];
export type Algorithm = (typeof algorithms)[number];

export function isAsymmetric(algorithm: Algorithm): algorithm is AsymmetricAlgorithm {
  return algorithm !== 'HS256';
}

/** How the key of the content gets to its reader. Shared secrets and passwords are not for us, and RSA1_5 is broken. */
export const keyEncryptions = ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const;
/** How the content is encrypted; the first unless somebody says another. */
export const contentEncryptions = ['A128CBC-HS256', 'A256CBC-HS512', 'A256GCM'] as const;

export type KeyEncryption = (typeof keyEncryptions)[number];
export type ContentEncryption = (typeof contentEncryptions)[number];
