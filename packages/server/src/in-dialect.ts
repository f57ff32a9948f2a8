/** A tenant of the configuration, as its dialect has it: endpoints at their places, and the dialect's word wherever the file says nothing. */
import { defaultLifetimes, type Settings } from '@symbolon/provider';
import type { TenantConfig } from './config/config.ts';
import type { Dialect } from './dialect.ts';
import type { TenantDefinition } from './tenant-runtime.ts';

export function inDialect(tenant: TenantConfig, { paths, alsoAt, unsaid, spelling }: Dialect): TenantDefinition {
  const { id, name, upstreams, said } = tenant;
  const { issuer } = tenant.settings;
  const settings: Settings = {
    ...tenant.settings,
    lifetimes: { ...defaultLifetimes, ...unsaid.lifetimes, ...said.lifetimes },
    locales: said.locales ?? unsaid.locales ?? tenant.settings.locales,
    paths: paths(issuer),
    ...(unsaid.policies === undefined ? undefined : { policies: unsaid.policies }),
  };
  return { id, name, settings, upstreams, spelling, alsoAt: alsoAt(issuer) };
}
