/** Scope names (RFC 6749 section 3.3): what a tenant defines, and what its clients may ask for. */
import { standardScopeClaims } from '@symbolon/provider';
import { nearest } from '../nearest.ts';
import type { Draft, FileClient, FileTenant } from '../schema.ts';
import { forEach, type Report, reportRepeated } from './report.ts';

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const tokenFault = 'has a character that no scope has (RFC 6749: printable ASCII without blank, quote and backslash)';

export function checkScopes(tenant: Draft<FileTenant>, report: Report): void {
  const scopes = tenant.scopes ?? [];
  reportRepeated(
    scopes.map((scope) => scope?.name),
    (index, first) => report(['scopes', index, 'name'], `is the name of scopes[${first}] already`, 'keep one of the two'),
  );
  forEach(scopes, report, 'scopes', (scope, at) => {
    if (scope.name === undefined) return;
    if (!scopeToken.test(scope.name)) at(['name'], tokenFault, 'write for example payment_details');
    else if (Object.hasOwn(standardScopeClaims, scope.name))
      at(['name'], `${scope.name} is defined by OpenID Connect`, 'remove it; it is there without being written');
  });
}

/** A client may name standard scopes and its tenant's. What an API's own client (client_credentials) asks for is the API's business. */
export function checkClientScope(client: Draft<FileClient>, tenant: Draft<FileTenant>, report: Report): void {
  const names = client.scope?.split(/\s+/).filter((name) => name !== '') ?? [];
  if (names.some((name) => !scopeToken.test(name))) report(['scope'], tokenFault, 'write names with spaces between them');
  const known = knownScopes(tenant);
  if (!known || client.grant_types?.some((name) => name === undefined || name === 'client_credentials')) return;
  for (const name of names.filter((candidate) => scopeToken.test(candidate) && !known.includes(candidate))) {
    const near = nearest(name, known);
    report(['scope'], `unknown scope ${quoted(name)}`, near ? `did you mean \`${near}\`?` : "add it to the tenant's scopes, or remove it");
  }
}

function knownScopes(tenant: Draft<FileTenant>): readonly string[] | undefined {
  const own =
    tenant.scopes === undefined && Object.hasOwn(tenant, 'scopes') ? undefined : (tenant.scopes ?? []).map((scope) => scope?.name);
  return own?.every((name) => name !== undefined) ? [...Object.keys(standardScopeClaims), ...own] : undefined;
}

function quoted(name: string): string {
  return `\`${name.length > 64 ? `${name.slice(0, 64)}...` : name}\``;
}
