/** Signature algorithms (RFC 7518, RFC 8037) and what node:crypto calls their parts. */

export const asymmetricAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export const algorithms = [...asymmetricAlgorithms, 'HS256'] as const;

export type AsymmetricAlgorithm = (typeof asymmetricAlgorithms)[number];
export type Algorithm = (typeof algorithms)[number];

export function isAsymmetric(algorithm: Algorithm): algorithm is AsymmetricAlgorithm {
  return algorithm !== 'HS256';
}
