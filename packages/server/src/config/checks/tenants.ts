/** Tenants among each other, and what each says of itself: id, issuer, languages, algorithms. */
import { standardScopeClaims } from '@symbolon/provider';
import type { Draft, File, FileTenant } from '../schema.ts';
import { issuerFault } from './issuer.ts';
import { forEach, type Report, reportRepeated, under } from './report.ts';

const slug = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export function checkTenants(file: Draft<File>, report: Report): void {
  const tenants = file.tenants ?? [];
  reportRepeated(
    tenants.map((tenant) => tenant?.id),
    (index, first) => report(['tenants', index, 'id'], `is the id of tenants[${first}] already`, 'give each tenant its own id'),
  );
  reportRepeated(
    tenants.map((tenant) => tenant?.issuer),
    (index, first) =>
      report(
        ['tenants', index, 'issuer'],
        `is the issuer of tenants[${first}] already`,
        'give each tenant its own issuer, by host or by path',
      ),
  );
  forEach(tenants, report, 'tenants', checkTenant);
}

function checkTenant(tenant: Draft<FileTenant>, report: Report): void {
  checkSlug(tenant.id, under(report, 'id'));
  const fault = tenant.issuer === undefined ? undefined : issuerFault(tenant.issuer);
  if (fault) report(['issuer'], fault.message, fault.fix);
  checkLocales(tenant.locales ?? [], report);
  checkRegistration(tenant, under(report, 'registration'));
  reportRepeated(tenant.signing ?? [], (index) => report(['signing', index], 'is in the list already', 'remove one of the two'));
}

/** Nobody has looked at a client that registers itself: it is not to see passwords. */
function checkRegistration({ registration, scopes = [] }: Draft<FileTenant>, report: Report): void {
  for (const [index, name] of (registration?.grant_types ?? []).entries())
    if (name === 'password')
      report(
        ['grant_types', index],
        'password is never for clients that register themselves',
        'remove it; register such a client yourself',
      );
  if (scopes.some((scope) => scope?.name === undefined)) return;
  const known = new Set([...Object.keys(standardScopeClaims), ...scopes.map((scope) => scope?.name)]);
  const unknown = (registration?.scope ?? '').split(/\s+/).find((name) => name !== '' && !known.has(name));
  if (unknown !== undefined)
    report(['scope'], 'names a scope that neither OpenID Connect nor the tenant has', "add it to the tenant's scopes, or remove it");
}

/** Ids stand in paths, cookies and database rows, so they are plain. */
export function checkSlug(id: string | undefined, report: Report): void {
  if (id !== undefined && !slug.test(id))
    report([], 'must be 1 to 64 lower-case letters, digits and dashes, with no dash at the ends', 'write for example main or my-company');
}

function checkLocales(locales: readonly (string | undefined)[], report: Report): void {
  const canonical = locales.map((tag) => (tag === undefined ? undefined : canonicalLocale(tag)));
  canonical.forEach((tag, index) => {
    if (tag === undefined && locales[index] !== undefined)
      report(['locales', index], 'is not a language tag (BCP 47)', 'write for example en, fi or pt-BR');
  });
  reportRepeated(canonical, (index) => report(['locales', index], 'is in the list already', 'remove one of the two'));
}

/** BCP 47 with letter case as it should be; undefined when it is no tag. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
