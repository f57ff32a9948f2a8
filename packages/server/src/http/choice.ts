/**
 * Where somebody chose to sign in, kept in her own browser: a signed cookie with ids of upstreams and nothing about her. A hint: it puts a name
 * first or spares a page, and signs nobody in. One that is forged, old or of another tenant says nothing.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Tenant } from '../tenant.ts';
import type { Call } from './call.ts';

export type Choice = {
  /** Where she is sent without being asked; nothing after she asked to choose anew, and then no other hint does it either. */
  readonly chosen?: string;
  /** What she ever chose, the newest first. Undefined for a browser that never did. */
  readonly before?: readonly string[];
};

/** Seconds: a year. */
const lifetime = 31_536_000;
const mostKept = 5;

export function readChoice({ tenant, request }: Call): Choice {
  const start = `${nameOf(tenant)}=`;
  const sent = String(request.headers.cookie ?? '').split(/; */);
  const value = sent.find((cookie) => cookie.startsWith(start))?.slice(start.length) ?? '';
  const [payload = '', seal = ''] = value.split('.');
  if (value.length > 2048 || !isOurs(tenant, payload, seal)) return {};
  const { expiresAt, ...choice }: Choice & { readonly expiresAt: number } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return expiresAt > tenant.op.now() ? choice : {};
}

/** After `upstream` was chosen: the cookie that remembers it. */
export function chosenCookie(tenant: Tenant, { before = [] }: Choice, upstream: string): string {
  return cookieOf(tenant, { chosen: upstream, before: [upstream, ...before.filter((id) => id !== upstream)].slice(0, mostKept) });
}

/** Not sent anywhere any more without being asked; what she chose before still stands first. */
export function forgottenCookie(tenant: Tenant, { before = [] }: Choice): string {
  return cookieOf(tenant, { before });
}

/** Upstreams, those she chose before in front. */
export function formerFirst<Upstream extends { readonly id: string }>(upstreams: readonly Upstream[], choice: Choice): readonly Upstream[] {
  const { before = [] } = choice;
  const former = before.flatMap((id) => upstreams.find((upstream) => upstream.id === id) ?? []);
  return [...former, ...upstreams.filter(({ id }) => !before.includes(id))];
}

/** Dots are in no tenant's id, so no other tenant's cookie has this name. */
function nameOf({ cookieName }: Tenant): string {
  return `${cookieName}.choice`;
}

function cookieOf(tenant: Tenant, choice: Choice): string {
  const payload = Buffer.from(JSON.stringify({ ...choice, expiresAt: tenant.op.now() + lifetime })).toString('base64url');
  const value = `${payload}.${sealOf(tenant, payload)}`;
  return `${nameOf(tenant)}=${value}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax${tenant.secure ? '; Secure' : ''}`;
}

function isOurs(tenant: Tenant, payload: string, seal: string): boolean {
  const [sent, expected] = [Buffer.from(seal), Buffer.from(sealOf(tenant, payload))];
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

function sealOf({ op }: Tenant, payload: string): string {
  return op.vault.mac('choice cookie', payload).toString('base64url');
}
