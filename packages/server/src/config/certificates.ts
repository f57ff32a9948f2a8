/** Whether certificates of clients reach a tenant: through our own TLS, which asks for them, or passed on by a proxy that is trusted. */
import type { Path } from './finding.ts';
import type { Pending } from './not-yet.ts';
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

/** What a tenant's clients say of certificates that cannot arrive. There is nothing to mend where it is meant for another installation. */
export function unreachable(file: File): readonly Pending[] {
  return file.tenants.flatMap((tenant, at) =>
    certificatesReach(file, tenant)
      ? []
      : [
          ...(tenant.mtlsOrigin === undefined ? [] : [pending('tenants', at, 'mtlsOrigin')]),
          ...(tenant.clients ?? []).flatMap((client, index) =>
            needed(client).map((member) => pending('tenants', at, 'clients', index, member)),
          ),
        ],
  );
}

const members = ['token_endpoint_auth_method', 'tls_client_certificate_bound_access_tokens'] as const;
const message = 'needs client certificates, which do not reach this server: it has neither server.tls with clientCa nor trustedProxies';

function pending(...path: Path): Pending {
  return { path, message, fix: '' };
}

function needed(client: Draft<FileClient>): readonly (typeof members)[number][] {
  return members.filter((member) => client[member] === true || String(client[member]).endsWith('tls_client_auth'));
}

function usesOne(client: Draft<FileClient> | undefined): boolean {
  return client !== undefined && needed(client).length > 0;
}
