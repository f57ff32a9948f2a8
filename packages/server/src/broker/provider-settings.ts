/** An upstream that speaks OpenID Connect, as the relying-party kit wants it. */
import type { ProviderSettings } from '@symbolon/relying-party';
import type { UpstreamConfig } from '../upstream.ts';

/** Undefined for one that is disabled, or speaks something else. */
export function providerSettings(upstream: UpstreamConfig): ProviderSettings | undefined {
  const { enabled, connection, client_id, client_secret, token_endpoint_auth_method, scope } = upstream;
  if (!enabled || connection.connector !== 'oidc') return undefined;
  const { connector: _, ...agreed } = connection;
  const secret = client_secret === undefined ? {} : { client_secret };
  return { ...agreed, client_id, ...secret, token_endpoint_auth_method, scope };
}
