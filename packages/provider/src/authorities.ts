/** How the core asks who stands behind a client certificate; the server answers, which knows the certificate authorities. */
import type { ClientCertificate } from './certificate.ts';

export type Authorities = {
  /**
   * Why this certificate proves nobody at `now` (epoch seconds), for the log; undefined when it does: issued by an authority that this tenant
   * trusts, in its time, for clients, not revoked, and, where the authority is the tenant's own, issued to this client.
   */
  readonly objection: (certificate: ClientCertificate, client_id: string, now: number) => Promise<string | undefined>;
};
