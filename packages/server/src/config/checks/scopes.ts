/** Scopes that a tenant defines: their names (RFC 6749 section 3.3), none twice, none of OpenID Connect's own. */
import { protectedClaims, scopeFault, standardScopeClaims } from '@symbolon/provider';
import type { Draft, FileTenant } from '../schema.ts';
import { forEach, type Report, reportRepeated } from './report.ts';

export function checkScopes(tenant: Draft<FileTenant>, report: Report): void {
  const scopes = tenant.scopes ?? [];
  reportRepeated(
    scopes.map((scope) => scope?.name),
    (index, first) => report(['scopes', index, 'name'], `is the name of scopes[${first}] already`, 'keep one of the two'),
  );
  forEach(scopes, report, 'scopes', (scope, at) => {
    scope.claims?.forEach((claim, place) => {
      if (claim !== undefined && claim !== 'sub' && protectedClaims.has(claim))
        at(['claims', place], 'is a claim that only the server makes', 'remove it, or give it another name');
    });
    if (scope.name === undefined) return;
    const fault = scopeFault(scope.name);
    if (fault !== undefined) at(['name'], fault, 'write for example payment_details');
    else if (Object.hasOwn(standardScopeClaims, scope.name))
      at(['name'], `${scope.name} is defined by OpenID Connect`, 'remove it; it is there without being written');
  });
}
