/** An upstream that speaks OpenID Connect, as the relying-party kit wants it. */
import type { KeyRing } from '@symbolon/provider';
import type { ProviderSettings } from '@symbolon/relying-party';
import type { UpstreamConfig } from '../upstream.ts';

/** For `private_key_jwt`: the tenant's key of that algorithm as it is now, so that a rotation needs nobody at the upstream. */
function keysOf(
  { token_endpoint_auth_method: method, token_endpoint_auth_signing_alg: alg }: UpstreamConfig,
  ring: KeyRing,
): Pick<ProviderSettings, 'keys'> {
  const key = method === 'private_key_jwt' ? ring.signing(alg) : undefined;
  return key === undefined
    ? {}
    : { keys: [{ ...(key.privateKey.export({ format: 'jwk' }) as JsonWebKey & { kty: string }), kid: key.kid, alg, use: 'sig' }] };
}

/** Undefined for one that is disabled, or speaks something else. */
export function providerSettings(upstream: UpstreamConfig, keys: KeyRing): ProviderSettings | undefined {
  const { enabled, connection, client_id, client_secret, token_endpoint_auth_method, scope } = upstream;
  if (!enabled || connection.connector !== 'oidc') return undefined;
  const { connector: _, ...agreed } = connection;
  const secret = client_secret === undefined ? {} : { client_secret };
  return { ...agreed, client_id, ...secret, token_endpoint_auth_method, scope, ...keysOf(upstream, keys) };
}
