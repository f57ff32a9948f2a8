/**
 * Which tenant a request is for: by host and by the path of its issuer, the longest path first. Everything after this sees the path below the
 * issuer only, with endpoints where the endpoint table has them, wherever the tenant has put them. Links never come from here: they come from
 * the configured issuer (RFC 9700 section 4.13, host header attacks).
 */
import { type EndpointName, endpoints, mtlsEndpoints, urlOf } from '@symbolon/provider';
import type { FurtherPlace } from '../dialect.ts';
import type { Tenant } from '../tenant.ts';

export type Resolved = { readonly tenant: Tenant; readonly path: string };
export type TenantIndex = (host: string | undefined, path: string) => Resolved | undefined;

/** The tenants of a host, the longest path first, and the places of endpoints that are not where the table has them. */
type Host = { readonly tenants: readonly Tenant[]; readonly places: ReadonlyMap<string, Resolved> };

/** RFC 8414 section 3.1 puts the well-known part before the path of the issuer; OpenID Connect Discovery section 4 puts it behind. Both work. */
const wellKnownFirst = /^(\/\.well-known\/(?:oauth-authorization-server|openid-configuration))(\/.+)$/;

/** Builds the look-up once; it then costs two map accesses and, per tenant of the host, one comparison. Throws when two want one place. */
export function indexTenants(tenants: readonly Tenant[]): TenantIndex {
  const byHost = new Map<string, Host>();
  for (const [host, those] of Map.groupBy(tenants, ({ origin }) => new URL(origin).host)) byHost.set(host, hostOf(those));
  for (const [host, those] of Map.groupBy(tenants.filter(hasMtlsOrigin), mtlsHost))
    byHost.set(host, mtlsPlaces(host, those, byHost.get(host)));
  return (host, path) => {
    const found = byHost.get(host?.toLowerCase() ?? '');
    if (found === undefined) return undefined;
    const turned = path.startsWith('/.well-known/') ? path.replace(wellKnownFirst, '$2$1') : path;
    const place = found.places.get(turned);
    if (place !== undefined) return place;
    const tenant = owner(found.tenants, turned);
    return tenant === undefined ? undefined : { tenant, path: turned.slice(tenant.base.length) || '/' };
  };
}

function owner(tenants: readonly Tenant[], path: string): Tenant | undefined {
  return tenants.find(({ base }) => path.startsWith(base) && (path.length === base.length || path[base.length] === '/'));
}

function hasMtlsOrigin({ op }: Tenant): boolean {
  return op.settings.mtls?.origin !== undefined;
}

function mtlsHost({ op, origin }: Tenant): string {
  return new URL(op.settings.mtls?.origin ?? origin).host;
}

/** Where clients come with certificates: the endpoints they call themselves, and no pages. RFC 8705 section 5. */
function mtlsPlaces(host: string, tenants: readonly Tenant[], already: Host | undefined): Host {
  if (already !== undefined) throw new Error(`mtlsOrigin of tenant ${tenants[0]?.id} is the origin of an issuer already: ${host}`);
  const places = new Map<string, Resolved>();
  for (const tenant of tenants) {
    const table = mtlsEndpoints.map((name) => [name, endpoints[name].path] as const);
    const own = Object.values(tenant.op.settings.resourcePaths ?? {}).map((path) => [path, path] as const);
    for (const [place, path] of [...table, ...own]) {
      const { pathname } = new URL(urlOf(tenant.op.settings, place));
      const other = places.get(pathname)?.tenant;
      if (other !== undefined) throw new Error(`tenants ${other.id} and ${tenant.id} both have an endpoint at ${host}${pathname}`);
      places.set(pathname, { tenant, path });
    }
  }
  return { tenants: [], places };
}

function hostOf(unsorted: readonly Tenant[]): Host {
  const tenants = unsorted.toSorted((a, b) => b.base.length - a.base.length);
  const places = new Map<string, Resolved>();
  for (const tenant of tenants) {
    for (const [path, resolved] of ownPlaces(tenant)) {
      const other = places.get(path)?.tenant;
      if (other !== undefined) throw new Error(`tenants ${other.id} and ${tenant.id} both have an endpoint at ${tenant.origin}${path}`);
      places.set(path, resolved);
    }
  }
  for (const [path, resolved] of furtherPlaces(tenants)) if (!places.has(path)) places.set(path, resolved);
  return { tenants, places };
}

function ownPlaces(tenant: Tenant): readonly (readonly [string, Resolved])[] {
  const { settings } = tenant.op;
  const names = Object.keys(settings.paths) as EndpointName[];
  return names.map((name) => [urlOf(settings, name).slice(tenant.origin.length), { tenant, path: endpoints[name].path }]);
}

/** Places besides: only where no other tenant answers, and only one tenant wants to. */
function furtherPlaces(tenants: readonly Tenant[]): readonly (readonly [string, Resolved])[] {
  const wanted = tenants.flatMap((tenant) =>
    tenant.alsoAt.map(([url, what]) => ({ path: url.slice(tenant.origin.length), what, resolved: { tenant, path: pathOf(what) } })),
  );
  return wanted.flatMap(({ path, what, resolved }) => {
    const { tenant } = resolved;
    const others = wanted.some((other) => other.path === path && other.resolved.tenant !== tenant);
    const there = owner(tenants, path);
    // Whose issuer is the host has every path, and of pages at such places none: there is nothing to mistake it for.
    const free = there === undefined || there === tenant || (isPage(what) && there.base === '');
    return free && !others ? [[path, resolved] as const] : [];
  });
}

function pathOf(what: FurtherPlace[1]): string {
  return isPage(what) ? what : endpoints[what].path;
}

function isPage(what: FurtherPlace[1]): what is `/${string}` {
  return what.startsWith('/');
}
