/** Places that more than one dialect has. */
import type { Dialect } from '../dialect.ts';

/** Discovery at the root of the host, where clients that know the host alone look for it: theirs if the tenant has the host to itself. */
export const atRootOfHost: Dialect['alsoAt'] = (issuer) => [
  [`${new URL(issuer).origin}/.well-known/openid-configuration`, 'openidConfiguration'],
];
