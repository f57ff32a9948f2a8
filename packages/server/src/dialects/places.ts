/** Places that more than one dialect has. */
import type { Dialect } from '../dialect.ts';

/** Discovery at the root of the host, where clients that know the host alone look for it: theirs if the tenant has the host to itself. */
export const atRootOfHost: Dialect['alsoAt'] = (issuer) => [
  [`${new URL(issuer).origin}/.well-known/openid-configuration`, 'openidConfiguration'],
];

/** The account selector where clients of the bank network look for it at a host: as its documentation has it, and as their newest default does. */
export const selectorOfHost: Dialect['alsoAt'] = (issuer) =>
  ['/oidc-proxy/auth/select-accounts', '/v1/select-accounts'].map((path) => [`${new URL(issuer).origin}${path}`, '/auth/select-accounts']);
