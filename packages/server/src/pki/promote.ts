/** From sandbox to production: what a client still lacks for it, or the client as it then is. */
import { type Client, escapedValue } from '@symbolon/provider';
import type { IssuedCertificate } from '../store.ts';

export type Promotion = { readonly client: Client } | { readonly missing: readonly string[] };

const byKey: readonly string[] = ['self_signed_tls_client_auth', 'private_key_jwt'];

/**
 * A production client authenticates by a certificate or a key of its own. One with a secret that was issued a certificate begins to use it,
 * and its secrets are taken away: what was in a sandbox is in too many places.
 */
export function promoted(client: Client, issued: readonly IssuedCertificate[], now: number): Promotion {
  const missing = [...whyNot(client, issued, now)];
  if (missing.length > 0) return { missing };
  const production = { ...client, environment: 'production', secrets: [] } as const;
  return usesItsKey(client)
    ? { client: production }
    : {
        client: {
          ...production,
          token_endpoint_auth_method: 'tls_client_auth',
          tls_client_auth_subject_dn: `CN=${escapedValue(client.client_id)}`,
        },
      };
}

function usesItsKey({ token_endpoint_auth_method }: Client): boolean {
  return token_endpoint_auth_method === 'tls_client_auth' || byKey.includes(token_endpoint_auth_method);
}

function* whyNot(client: Client, issued: readonly IssuedCertificate[], now: number): Generator<string> {
  const { client_id, token_endpoint_auth_method: method } = client;
  const alive = issued.some((one) => one.revokedAt === undefined && one.expiresAt > now);
  if (client.disabled) yield 'the client is disabled: enable it first';
  if (method === 'none') yield 'a public client cannot hold a key: register it as a confidential one';
  else if (!byKey.includes(method) && !alive)
    yield `no certificate: issue one with symbolon client certificate --client ${client_id} --csr FILE, or register a key (private_key_jwt)`;
  if (usesSecret(client) && !byKey.includes(method))
    yield 'something it reads is signed with its secret (HS256), which it would lose: choose another algorithm';
  const local = client.redirect_uris.filter((uri) => URL.canParse(uri) && new URL(uri).protocol === 'http:');
  if (client.application_type === 'web' && local.length > 0) yield `redirect_uris without https: ${local.join(' ')}`;
}

function usesSecret({ id_token_signed_response_alg, userinfo_signed_response_alg, introspection_signed_response_alg }: Client): boolean {
  return [id_token_signed_response_alg, userinfo_signed_response_alg, introspection_signed_response_alg].includes('HS256');
}
