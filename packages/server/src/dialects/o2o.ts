/**
 * A partner of o2o: one client, my.o2o.be, which sends its secret in the body, neither PKCE nor nonce, expects its token endpoint where the
 * description has it, a refresh token that it never asked for, and the claims agreed upon in the ID token.
 */
import type { Places } from '@symbolon/provider';
import type { Dialect } from '../dialect.ts';

const paths: Places = { token: '/oauth/token' };

const policy = { scopeClaims: 'id_token', refreshToken: 'always' } as const;

export const o2o: Dialect = {
  paths: () => paths,
  alsoAt: () => [],
  unsaid: { lifetimes: {}, policies: { confidential: { ...policy, pkce: 'optional' }, public: policy } },
  spelling: {},
};
