/**
 * The browser's cookie: 256 random bits, of which the store knows the hash. It names a browser, and through the store the people signed in in
 * it. Every sign-in replaces it. `__Host-` binds it to this host and path / over https; each tenant has its own.
 */
import { hash, randomBytes } from 'node:crypto';
import type { Browser } from '@symbolon/provider';
import type { Tenant } from '../tenant.ts';

export type BrowserCookie = { readonly secret: string; readonly hash: string };

const secretForm = /^[A-Za-z0-9_-]{43}$/;

export function newBrowser(): BrowserCookie {
  return browserOf(randomBytes(32).toString('base64url'));
}

export function cookieName(tenantId: string, secure: boolean): string {
  return secure ? `__Host-symbolon-${tenantId}` : `symbolon-${tenantId}`;
}

/** The browser that sent this Cookie header; undefined when it sent none of ours, or something else under our name. */
export function readBrowser(tenant: Tenant, header: string | undefined): BrowserCookie | undefined {
  if (header === undefined) return undefined;
  const start = `${tenant.cookieName}=`;
  const secret = header
    .split(/; */)
    .find((cookie) => cookie.startsWith(start))
    ?.slice(start.length);
  return secret !== undefined && secretForm.test(secret) ? browserOf(secret) : undefined;
}

export function setCookie(tenant: Tenant, browser: BrowserCookie): string {
  return `${tenant.cookieName}=${browser.secret}; ${attributes(tenant)}`;
}

export function clearCookie(tenant: Tenant): string {
  return `${tenant.cookieName}=; Max-Age=0; ${attributes(tenant)}`;
}

/** The state of the browser, for the script of our session page (Session Management section 3). It says nothing, and opens nothing. */
export function stateCookieName(tenant: Tenant): string {
  return `${tenant.cookieName}-state`;
}

/** `state` undefined when nobody is signed in any more. None across sites, where the page is framed; that needs https. */
export function setState(tenant: Tenant, state: string | undefined): string {
  const life = state === undefined ? '; Max-Age=0' : '';
  return `${stateCookieName(tenant)}=${state ?? ''}; Path=/${life}; ${tenant.secure ? 'SameSite=None; Secure' : 'SameSite=Lax'}`;
}

/** Whether the browser shows this state already. */
export function showsState(tenant: Tenant, header: string | undefined, state: string): boolean {
  return header?.split(/; */).includes(`${stateCookieName(tenant)}=${state}`) === true;
}

/** What the core is told about a browser whose cookie we have, and about one that has just been given a cookie. */
export function known(browser: BrowserCookie): Browser {
  return { hash: browser.hash, fresh: false };
}

export function fresh(browser: BrowserCookie): Browser {
  return { hash: browser.hash, fresh: true };
}

function browserOf(secret: string): BrowserCookie {
  return { secret, hash: hash('sha256', secret, 'base64url') };
}

/** Lax: the cookie comes along when another site leads the person here by a link or redirect, and not when it posts a form. */
function attributes(tenant: Tenant): string {
  return `Path=/; HttpOnly; SameSite=Lax${tenant.secure ? '; Secure' : ''}`;
}
