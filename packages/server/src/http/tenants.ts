/**
 * Which tenant a request is for: by host and by the path of its issuer, the longest path first. Everything after this sees the path below the
 * issuer only. Links never come from here: they come from the configured issuer (RFC 9700 section 4.13, host header attacks).
 */
import { type EndpointName, endpoints } from '@symbolon/provider';
import type { Tenant } from '../tenant.ts';

export type Resolved = { readonly tenant: Tenant; readonly path: string };
export type TenantIndex = (host: string | undefined, path: string) => Resolved | undefined;

/** RFC 8414 section 3.1 puts the well-known part before the path of the issuer; OpenID Connect Discovery section 4 puts it behind. Both work. */
const wellKnownFirst = /^(\/\.well-known\/(?:oauth-authorization-server|openid-configuration))(\/.+)$/;

/** Builds the look-up once; it then costs one map access and, per tenant of the host, one comparison. */
export function indexTenants(tenants: readonly Tenant[]): TenantIndex {
  const byHost = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const host = new URL(tenant.origin).host;
    byHost.set(
      host,
      [...(byHost.get(host) ?? []), tenant].toSorted((a, b) => b.base.length - a.base.length),
    );
  }
  const renames = new Map(tenants.map((tenant) => [tenant, renamesOf(tenant)]));
  return (host, path) => {
    const candidates = byHost.get(host?.toLowerCase() ?? '');
    if (candidates === undefined) return undefined;
    const turned = path.startsWith('/.well-known/') ? path.replace(wellKnownFirst, '$2$1') : path;
    const tenant = candidates.find(({ base }) => turned.startsWith(base) && (turned.length === base.length || turned[base.length] === '/'));
    if (tenant === undefined) return undefined;
    const below = turned.slice(tenant.base.length) || '/';
    return { tenant, path: renames.get(tenant)?.get(below) ?? below };
  };
}

/** The tenant's own endpoint paths, to the ones the router knows. */
function renamesOf(tenant: Tenant): Map<string, string> {
  const names = Object.keys(endpoints) as EndpointName[];
  return new Map(
    names.flatMap((name) => {
      const own = tenant.op.settings.paths[name];
      return own === undefined ? [] : [[own, endpoints[name].path] as const];
    }),
  );
}
