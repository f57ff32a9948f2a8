/**
 * Forms of ours are believed only when they come from a page of ours in the same browser: a token bound to the browser's cookie, and what the
 * browser says about where the form stood. SameSite=Lax on the cookie is the third line.
 */
import { timingSafeEqual } from 'node:crypto';
import { one, type Parameters } from '@symbolon/provider';
import type { BrowserCookie } from './browser.ts';
import type { Call } from './call.ts';

export type OwnForm = { readonly browser: BrowserCookie; readonly form: Parameters };

export function csrfToken(call: Call, browser: BrowserCookie): string {
  return call.tenant.op.vault.mac('csrf', browser.hash).toString('base64url');
}

/** The browser and the fields of a form that is ours; undefined for any other, which must then have no effect. */
export function ownForm(call: Call): OwnForm | undefined {
  const { browser } = call;
  const form = call.request.form;
  if (form === undefined || browser === undefined || isForeign(call)) return undefined;
  const token = Buffer.from(one(form, 'csrf') ?? '');
  const expected = Buffer.from(csrfToken(call, browser));
  return token.length === expected.length && timingSafeEqual(token, expected) ? { browser, form } : undefined;
}

/** Pages say `no-referrer`, which makes some browsers send `Origin: null` even to ourselves; Sec-Fetch-Site is exact where it is sent. */
function isForeign(call: Call): boolean {
  const site = call.request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = call.request.headers.origin;
  return origin !== undefined && origin !== 'null' && origin !== call.tenant.origin;
}
