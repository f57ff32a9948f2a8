/** Whether certificates of clients reach a tenant: through our own TLS, which asks for them, or passed on by a proxy that is trusted. */
import type { Draft, File, FileClient, FileTenant } from './schema.ts';

/** Our TLS asks for a certificate where anybody could show one: never needlessly, because browsers may ask the person then. */
export function asksForCertificates({ server, tenants }: Draft<File>): boolean {
  if (server?.tls === undefined) return false;
  return server.tls.clientCa !== undefined || (tenants ?? []).some((tenant) => tenant?.clientCa !== undefined);
}

/**
 * Of a proxy a certificate is taken only where there is use for it: most proxies are listed for the address they tell, and pass a header they
 * have never heard of from the client on.
 */
export function certificatesReach(file: Draft<File>, tenant: Draft<FileTenant>): boolean {
  if (asksForCertificates(file)) return true;
  if ((file.server?.trustedProxies ?? []).length === 0) return false;
  return file.server?.certificateHeader !== undefined || tenant.clientCa !== undefined || (tenant.clients ?? []).some(usesOne);
}

function usesOne(client: Draft<FileClient> | undefined): boolean {
  const method = client?.token_endpoint_auth_method;
  return (
    method === 'tls_client_auth' || method === 'self_signed_tls_client_auth' || client?.tls_client_certificate_bound_access_tokens === true
  );
}
