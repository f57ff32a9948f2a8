/** Under which subject a client knows a person (OpenID Connect Core section 8): the same one everywhere, or one of its sector's own. */
import type { Client } from './client.ts';
import type { Provider } from './op.ts';

/** The sector of a client with pairwise subjects: a host (section 8.1). Undefined for one that knows people by their public subject. */
export function sectorOf(client: Client): string | undefined {
  if (client.subject_type !== 'pairwise') return undefined;
  // Registration has seen to it that all redirect URIs without a sector_identifier_uri have one host.
  return hostOf(client.sector_identifier_uri ?? client.redirect_uris[0] ?? '') ?? client.client_id;
}

/** The subject as this client knows it. */
export function subjectOf(op: Pick<Provider, 'vault'>, client: Client, sub: string): string {
  return subjectIn(op, sectorOf(client), sub);
}

/** The subject in a sector, the public one in none. Keyed by the tenant's secret, so nobody else can compute or join it; keys may rotate. */
export function subjectIn({ vault }: Pick<Provider, 'vault'>, sector: string | undefined, sub: string): string {
  return sector === undefined ? sub : vault.mac('pairwise subject', JSON.stringify([sector, sub])).toString('base64url');
}

export function hostOf(uri: string): string | undefined {
  const host = URL.canParse(uri) ? new URL(uri).hostname : '';
  return host === '' ? undefined : host;
}
