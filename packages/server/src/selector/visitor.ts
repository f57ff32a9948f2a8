/**
 * The visitor id that a page hands over: some fingerprint of a browser, made by whoever made it. It is a hint by which a former choice is found
 * again; of it we keep a keyed hash.
 */
import type { Tenant } from '../tenant.ts';

/** Seconds: 180 days. Fingerprints change sooner. */
const lifetime = 15_552_000;

/** What clients without one send for it. */
const nobody = new Set(['undefined', 'null', 'None', 'nil', 'NaN', 'false']);

/** The id, if it can be one. */
export function visitorOf(value: string | undefined): string | undefined {
  return value !== undefined && /^[\x21-\x7e]{1,255}$/.test(value) && !nobody.has(value) ? value : undefined;
}

export async function rememberVisitor(tenant: Tenant, visitor: string, upstream: string): Promise<void> {
  await tenant.store.choices.remember(hashOf(tenant, visitor), upstream, tenant.op.now() + lifetime);
}

export function findVisitor(tenant: Tenant, visitor: string): Promise<string | undefined> {
  return tenant.store.choices.find(hashOf(tenant, visitor), tenant.op.now());
}

export async function forgetVisitor(tenant: Tenant, visitor: string): Promise<void> {
  await tenant.store.choices.forget(hashOf(tenant, visitor));
}

/** Keyed: fingerprints are few enough to be tried. */
function hashOf({ op }: Tenant, visitor: string): string {
  return op.vault.mac('visitor', visitor).toString('base64url');
}
