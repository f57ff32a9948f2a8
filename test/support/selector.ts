/** A hub of banks, a shop that is registered there, and what comes back to the shop from the account selector. */
import { expect } from 'vitest';
import type { AgentResponse } from './http-agent.ts';
import { partner, shop, startHub } from './hub.ts';
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.ts';
import type { TestServer } from './symbolon.ts';

export const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>';

export const account = { bankId: '125000024', identifier: '454992210071', identifierType: 'ACCOUNT_NUMBER', type: 'US_ACH' };

export const banksShop = {
  ...shop,
  client_name: 'Corner Shop',
  scope: 'openid profile email phone address payment_details',
  origin_url: 'http://127.0.0.1:5000/login?shop=1',
};

export type Banks = { readonly acme: ScriptedProvider; readonly zeta: ScriptedProvider };

export async function startBanks(): Promise<Banks> {
  const userinfo = { name: 'Ann Archer', email: 'ann@acme.test', email_verified: true, birthdate: '1988-08-08', payment_details: account };
  const [acme, zeta] = await Promise.all([
    startScriptedProvider({ sub: 'ann', userinfo }),
    startScriptedProvider({ sub: 'zoe', userinfo: { name: 'Zoe Zander' } }),
  ]);
  return { acme, zeta };
}

type More = Pick<Parameters<typeof startHub>[0], 'tenants' | 'server'> & {
  readonly client?: object;
  readonly clients?: readonly object[];
  /** The path of Acme's picture. */
  readonly logo?: string;
};

export function startHubOfBanks({ acme, zeta }: Banks, { client = {}, clients = [], logo, ...more }: More = {}): Promise<TestServer> {
  const picture = logo === undefined ? {} : { logo };
  return startHub({
    upstreams: [
      partner('acme', acme, { ...picture, claims: { payment_details: { type: 'object' } } }),
      partner('zeta', zeta, { name: 'Österbank', scope: 'openid profile email phone' }),
      partner('hidden', zeta, { linkOnly: true }),
      partner('closed', zeta, { enabled: false }),
    ],
    tenant: { scopes: [{ name: 'payment_details', description: 'Your bank account details', claims: ['payment_details'] }] },
    clients: [{ ...banksShop, ...client }, ...clients],
    ...more,
  });
}

/** The selector for the shop; the rest of the query as it is written, so that odd encodings stay odd. */
export const selectorAt = (query: string) => `/auth/select-accounts?client_id=shop${query}`;

/** The ids of what can be chosen, in order. */
export function listed({ text }: AgentResponse): readonly (string | undefined)[] {
  return [...text.matchAll(/id="((?:upstream|account)-[^"]+)"/g)].map(([, id]) => id);
}

export function linkOf({ text, status }: AgentResponse, id: string): string {
  const [, href] = new RegExp(`<a id="${id}"[^>]*href="([^"]+)"`).exec(text) ?? [];
  if (href === undefined) throw new Error(`no link ${id} at ${status}: ${text.slice(0, 2000)}`);
  return href.replaceAll('&amp;', '&');
}

/** What the shop gets at its origin_url, its own query included. */
export function returned({ location = '', status }: AgentResponse): Record<string, string> {
  const url = new URL(location);
  expect([status, url.origin + url.pathname]).toEqual([302, 'http://127.0.0.1:5000/login']);
  return Object.fromEntries(url.searchParams);
}
